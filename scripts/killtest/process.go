package main

import (
	"bytes"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"time"
)

// trigger says when to kill a run.
type trigger interface {
	// now is asked every few milliseconds, with the time since the start.
	now(since time.Duration) bool
}

type never struct{}

func (never) now(time.Duration) bool { return false }

// after kills after this time.
type after time.Duration

func (a after) now(since time.Duration) bool { return since >= time.Duration(a) }

// afterWrite kills a given time after the run began to change its store.
type afterWrite struct {
	store  string
	before []string
	delay  time.Duration
	wrote  time.Duration // since the start; 0: not yet
}

func (a *afterWrite) now(since time.Duration) bool {
	if a.wrote == 0 {
		if now, err := listing(a.store); err == nil && !slices.Equal(now, a.before) {
			a.wrote = since
		}
		return false
	}
	return since-a.wrote >= a.delay
}

// stopwatch kills nothing, and notes when a new store begins to be written.
type stopwatch struct {
	store string
	wrote time.Time
}

func (s *stopwatch) now(time.Duration) bool {
	if s.wrote.IsZero() {
		if _, err := os.Stat(s.store); err == nil {
			s.wrote = time.Now()
		}
	}
	return false
}

// featurize runs the program and says whether it was killed. Exit code 3 is
// expected: the corpus holds a file that is no image.
func (t *killTest) featurize(dir string, when trigger) (killed bool, err error) {
	cmd := exec.Command(t.program, "--quiet", "--weights", "random:1", "--cuts", "pool1-avg,pool1-max",
		"--batch", "2", "--part-pages", "2", "--store", dir, t.corpus)
	var said bytes.Buffer
	cmd.Stderr = &said
	if err := cmd.Start(); err != nil {
		return false, err
	}
	start, ended := time.Now(), make(chan error, 1)
	go func() { ended <- cmd.Wait() }()
	ticker := time.NewTicker(time.Millisecond)
	defer ticker.Stop()
	for {
		select {
		case <-ticker.C:
			if when.now(time.Since(start)) {
				cmd.Process.Kill() // it may have ended just now; Wait says
				when = never{}
			}
		case err := <-ended:
			killed, err := exited(err)
			if err != nil {
				err = fmt.Errorf("featurize: %w\n%s", err, &said)
			}
			return killed, err
		}
	}
}

func exited(err error) (killed bool, _ error) {
	var exit *exec.ExitError
	switch {
	case err == nil:
		return false, errors.New("it ended with exit code 0 over a corpus with a broken file")
	case errors.As(err, &exit) && exit.ExitCode() == 3:
		return false, nil
	case errors.As(err, &exit) && exit.ExitCode() == -1: // by a signal
		return true, nil
	}
	return false, err
}

// listing names all files of a store, sorted. It changes with every call that
// changes a name.
func listing(dir string) (names []string, err error) {
	err = filepath.WalkDir(dir, func(name string, _ fs.DirEntry, err error) error {
		if errors.Is(err, fs.ErrNotExist) {
			return nil // nothing yet, or renamed while we look
		}
		if err == nil && filepath.Base(name) != ".lock" {
			names = append(names, name)
		}
		return err
	})
	return names, err
}
