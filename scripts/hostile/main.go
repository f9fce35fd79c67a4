// Command hostile runs featurize over folders of hostile files, and over one that it
// draws itself, and checks that every file is accounted for, that a second run has
// nothing to do, and that memory stays within bounds.
package main

import (
	"encoding/json"
	"errors"
	"flag"
	"fmt"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"syscall"
	"time"
)

func main() {
	program := flag.String("featurize", "bin/featurize", "the program")
	limit := flag.Int64("limit", 1500, "MB that a run may take above one over a single small page")
	flag.Parse()
	if err := check(*program, *limit, flag.Args()); err != nil {
		fmt.Fprintln(os.Stderr, "hostile:", err)
		os.Exit(1)
	}
}

func check(program string, limit int64, folders []string) error {
	work, err := os.MkdirTemp("", "hostile")
	if err != nil {
		return err
	}
	defer os.RemoveAll(work)
	drawn := filepath.Join(work, "drawn")
	if err := os.Mkdir(drawn, 0o700); err != nil {
		return err
	}
	if err := draw(drawn); err != nil {
		return err
	}
	base, err := run(program, filepath.Join(work, "base"), filepath.Join(drawn, "good.png"))
	if err != nil {
		return err
	}
	fmt.Printf("one small page: %d MB\n", base.peak)
	for n, folder := range append(folders, drawn) {
		files, err := count(folder)
		if err != nil {
			return err
		}
		store := filepath.Join(work, fmt.Sprint("store", n))
		first, err := run(program, store, folder)
		if err != nil {
			return err
		}
		second, err := run(program, store, folder)
		if err != nil {
			return err
		}
		fmt.Printf("%s: %d files, %d pages, %d files failed, %d copies, %.1f s, %d MB above\n",
			filepath.Base(folder), files, first.Pages, first.Failed, first.Copies, first.took.Seconds(), first.peak-base.peak)
		if err := errors.Join(first.accounts(files), second.nothingToDo(files)); err != nil {
			return fmt.Errorf("%s: %w", folder, err)
		}
		if first.peak-base.peak > limit {
			return fmt.Errorf("%s: the run took %d MB, %d MB above one over a small page; the limit is %d MB", folder, first.peak, first.peak-base.peak, limit)
		}
	}
	return nil
}

// outcome is the summary of a run, its greatest memory in MB, and its time.
type outcome struct {
	Documents, Read, Copies, Failed, Pages, Left int
	UpToDate                                     int `json:"up_to_date"`
	FailedBefore                                 int `json:"failed_before"`

	peak int64
	took time.Duration
}

func (o outcome) accounts(files int) error {
	if o.Documents != files || o.Read+o.Copies != files || o.Left != 0 {
		return fmt.Errorf("%d files: %d are documents, %d read, %d copies, %d left", files, o.Documents, o.Read, o.Copies, o.Left)
	}
	return nil
}

func (o outcome) nothingToDo(files int) error {
	if o.Pages != 0 || o.Read != 0 || o.UpToDate+o.FailedBefore+o.Copies != files {
		return fmt.Errorf("the second run over %d files: %d are up to date, %d failed before, %d copies, %d read again, %d pages computed", files, o.UpToDate, o.FailedBefore, o.Copies, o.Read, o.Pages)
	}
	return nil
}

// run featurizes; failed documents do not make the run fail.
func run(program, store, corpus string) (o outcome, err error) {
	command := exec.Command(program, "--weights", "random:1", "--cuts", "pool1-avg", "--store", store, "--json", "--quiet", corpus)
	start := time.Now()
	out, err := command.Output()
	o.took = time.Since(start)
	var exit *exec.ExitError
	if errors.As(err, &exit) && exit.ExitCode() != 3 {
		return o, fmt.Errorf("%s over %s: %w\n%.2000s", program, corpus, err, exit.Stderr)
	}
	if usage, ok := command.ProcessState.SysUsage().(*syscall.Rusage); ok {
		o.peak = usage.Maxrss * 1024 / 1e6 // kilobytes on Linux
	}
	return o, json.Unmarshal(out, &o)
}

// count counts what a run has to account for.
func count(folder string) (files int, err error) {
	err = filepath.WalkDir(folder, func(_ string, d fs.DirEntry, err error) error {
		if err == nil && d.Type().IsRegular() {
			files++
		}
		return err
	})
	return files, err
}
