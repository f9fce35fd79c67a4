package store

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"os"
	"os/exec"
	"testing"

	"cutpoint/schemas"
)

// racerTask is set, to JSON, in a process that TestProcesses started.
const racerTask = "CUTPOINT_TEST_RACER"

// task is what one process of a race does.
type task struct {
	Dir  string
	Kind string // of racers
	raceWriter
}

// racers are what the processes of a race do with a store.
var racers = map[string]func(w raceWriter, s *Store) error{
	"append features":  raceWriter.appendAll,
	"append documents": raceWriter.appendDocuments,
	"upsert documents": raceWriter.upsertDocuments,
}

// TestRacer is no test: it is what a process does that was started to race.
func TestRacer(t *testing.T) {
	text := os.Getenv(racerTask)
	if text == "" {
		t.Skip("TestProcesses: starts this in processes of its own")
	}
	var job task
	if err := json.Unmarshal([]byte(text), &job); err != nil {
		t.Fatal(err)
	}
	io.Copy(io.Discard, os.Stdin) // ends when all are there
	s, err := Open(job.Dir)
	if err == nil {
		err = racers[job.Kind](job.raceWriter, s)
	}
	if err != nil {
		t.Fatal(err)
	}
}

// raceProcesses starts a process for each kind, and lets them go at once.
func raceProcesses(t *testing.T, dir string, commits int, kinds []string) {
	t.Helper()
	program, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	processes := make([]*exec.Cmd, len(kinds))
	outputs := make([]bytes.Buffer, len(kinds))
	start := make([]io.Closer, len(kinds))
	for i, kind := range kinds {
		text, err := json.Marshal(task{dir, kind, raceWriter{i, len(kinds), commits}})
		if err != nil {
			t.Fatal(err)
		}
		p := exec.Command(program, "-test.run=^TestRacer$")
		p.Env = append(os.Environ(), racerTask+"="+string(text))
		p.Stdout, p.Stderr = &outputs[i], &outputs[i]
		if start[i], err = p.StdinPipe(); err != nil {
			t.Fatal(err)
		}
		if err := p.Start(); err != nil {
			t.Fatal(err)
		}
		processes[i] = p
	}
	for _, c := range start {
		c.Close()
	}
	for i, p := range processes {
		if err := p.Wait(); err != nil {
			t.Errorf("process %d, %s: %v\n%s", i, kinds[i], err, &outputs[i])
		}
	}
}

// raceSize is how many processes make how many commits each.
func raceSize() (processes, commits int) {
	switch {
	case os.Getenv(allTests) != "":
		return 16, 100
	case testing.Short():
		return 4, 5
	}
	return 16, 6
}

// TestProcesses lets processes append to one table without a lock.
func TestProcesses(t *testing.T) {
	processes, commits := raceSize()
	s := newTestStore(t)
	kinds := make([]string, processes)
	for i := range kinds {
		kinds[i] = "append features"
	}
	raceProcesses(t, s.Dir(), commits, kinds)
	if err := checkRaced(s, processes, commits); err != nil {
		t.Fatal(err)
	}
	t.Logf("%d processes × %d commits", processes, commits)
}

// TestMixedProcesses lets processes append to documents while others replace
// rows there, and a third kind appends features.
func TestMixedProcesses(t *testing.T) {
	processes, commits := raceSize()
	processes, commits = processes/2, commits/2+1
	s := newTestStore(t)
	kinds := make([]string, processes)
	expected := contents{}
	for i := range kinds {
		kinds[i] = []string{"append documents", "upsert documents"}[i%2]
		w := raceWriter{i, processes, commits}
		rows := w.documents()
		if i%2 == 1 {
			rows = []schemas.Document{w.replaced(commits - 1)}
		}
		for _, r := range rows {
			expected[contentsKey("documents", r)] = writeOut(r)
		}
	}
	raceProcesses(t, s.Dir(), commits, kinds)
	found := contents{}
	if err := addContents(found, s.Documents()); err != nil {
		t.Fatal(err)
	}
	if err := found.differ(expected); err != nil {
		t.Fatal(err)
	}
	if r := verifyClean(t, s); len(r.Notes) > 1 { // no failure was ever recorded
		t.Errorf("left behind: %v", r.Notes)
	}
}

// documents are the rows of a writer's commits, one each.
func (w raceWriter) documents() []schemas.Document {
	return documentsOf(testFeatures(w.Number*w.Commits, w.Commits, 1))
}

func (w raceWriter) appendDocuments(s *Store) error {
	rows := w.documents()
	for c := range rows {
		if _, err := s.Documents().Append(context.Background(), rows[c:c+1], CommitInfo{}); err != nil {
			return err
		}
	}
	return nil
}

// replaced is the one row that a writer replaces, as of commit c.
func (w raceWriter) replaced(c int) schemas.Document {
	row := w.documents()[0]
	row.Path = fmt.Sprint("moved ", c)
	return row
}

func (w raceWriter) upsertDocuments(s *Store) error {
	for c := range w.Commits {
		if err := s.Documents().Upsert(context.Background(), []schemas.Document{w.replaced(c)}, nil, CommitInfo{}); err != nil {
			return err
		}
	}
	return nil
}
