// Command killtest runs featurize over WORK/corpus once undisturbed and once
// killed at random moments, and compares the stores. See scripts/test-kill.
package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"log"
	"math/rand/v2"
	"os"
	"os/exec"
	"path/filepath"
	"time"

	"cutpoint/schemas"
	"cutpoint/store"
)

func main() {
	log.SetFlags(0)
	log.SetPrefix("killtest: ")
	kills := flag.Int("kills", 12, "runs to kill")
	seed := flag.Uint64("seed", 1, "decides the moments")
	work := flag.String("work", "", "folder with the corpus")
	flag.Parse()
	if flag.NArg() != 1 || *work == "" {
		log.Fatal("usage: killtest -work FOLDER FEATURIZE")
	}
	if err := run(flag.Arg(0), *work, *kills, *seed); err != nil {
		log.Fatal(err)
	}
}

func run(program, work string, kills int, seed uint64) error {
	whole, broken := filepath.Join(work, "whole"), filepath.Join(work, "broken")
	start := time.Now()
	if killed, err := featurize(program, work, whole, time.Hour); err != nil || killed {
		return fmt.Errorf("the undisturbed run: %w", err)
	}
	took := time.Since(start)
	r := rand.New(rand.NewPCG(seed, 0))
	hits := 0
	for range kills {
		// A third of a whole run at most, so that most runs are hit, at any stage.
		killed, err := featurize(program, work, broken, time.Duration(r.Int64N(int64(took/3))))
		if err != nil {
			return err
		}
		if killed {
			hits++
		}
	}
	if _, err := featurize(program, work, broken, time.Hour); err != nil {
		return err
	}
	if hits == 0 {
		return errors.New("no run was killed; give more -kills")
	}
	rows, err := compare(whole, broken)
	if err != nil {
		return err
	}
	fmt.Printf("killed %d of %d runs; %d rows are those of an undisturbed run, and both stores verify\n", hits, kills, rows)
	return nil
}

// featurize runs the program, killed after so long, and says whether it was. Exit
// code 3 is expected: the corpus holds a file that is no image.
func featurize(program, work, dir string, after time.Duration) (killed bool, err error) {
	cmd := exec.Command(program, "--quiet", "--weights", "random:1", "--cuts", "pool5-avg,fc2", "--batch", "4",
		"--part-pages", "8", "--store", dir, filepath.Join(work, "corpus"))
	cmd.Stderr = os.Stderr
	if err := cmd.Start(); err != nil {
		return false, err
	}
	timer := time.AfterFunc(after, func() { cmd.Process.Kill() })
	defer timer.Stop()
	err = cmd.Wait()
	var exit *exec.ExitError
	switch {
	case err == nil:
		return false, errors.New("featurize ended with 0 over a corpus with a broken file")
	case errors.As(err, &exit) && exit.ExitCode() == 3:
		return false, nil
	case errors.As(err, &exit) && exit.ExitCode() == -1: // by a signal
		return true, nil
	}
	return false, err
}

// content is what a store's tables hold, but for times.
type content map[string]string

func compare(whole, broken string) (int, error) {
	want, err := read(whole)
	if err != nil {
		return 0, err
	}
	got, err := read(broken)
	if err != nil {
		return 0, err
	}
	for key, row := range want {
		if got[key] != row {
			return 0, fmt.Errorf("%s is %.200q instead of %.200q", key, got[key], row)
		}
	}
	if len(got) != len(want) {
		return 0, fmt.Errorf("%d rows instead of %d", len(got), len(want))
	}
	return len(want), nil
}

// read verifies a store and returns its rows as text, by table and key.
func read(dir string) (content, error) {
	ctx := context.Background()
	s, err := store.Open(dir)
	if err != nil {
		return nil, err
	}
	report, err := s.Verify(ctx)
	if err != nil || len(report.Problems) > 0 {
		return nil, fmt.Errorf("verify %s: %w\n%s", dir, err, report)
	}
	c := content{}
	err = s.Documents().Scan(ctx, func(rows []schemas.Document) error {
		for _, r := range rows {
			r.Modified, r.FirstSeen = time.Time{}, time.Time{}
			c.put("documents", r.Key(), fmt.Sprint(r.Path, text(r.Label), r.Format, r.Width, r.Height, r.Pages, r.Bytes))
		}
		return nil
	})
	if err != nil {
		return nil, err
	}
	err = s.Failures().Scan(ctx, func(rows []schemas.Failure) error {
		for _, r := range rows {
			c.put("failures", r.Key(), fmt.Sprint(r.Path, r.Stage, r.Class, r.Message, r.Attempts))
		}
		return nil
	})
	if err != nil {
		return nil, err
	}
	return c, c.cuts(ctx, s)
}

func (c content) cuts(ctx context.Context, s *store.Store) error {
	infos, err := s.Cuts()
	if err != nil {
		return err
	}
	for _, info := range infos {
		table, _, err := s.Cut(info.Cut)
		if err != nil {
			return err
		}
		err = table.Scan(ctx, func(rows []schemas.Feature) error {
			for _, r := range rows {
				// %b is exact: it writes the mantissa and the exponent of every value.
				c.put(info.Cut, r.Key(), fmt.Sprintf("%s %s %b", r.Path, text(r.Label), r.Embedding))
			}
			return nil
		})
		if err != nil {
			return err
		}
	}
	return nil
}

func (c content) put(table string, key schemas.PageKey, row string) {
	c[fmt.Sprintf("%s %s %d", table, key.DocumentID, key.Page)] += row // twice would differ
}

func text(s *string) string {
	if s == nil {
		return ""
	}
	return *s
}
