package main

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"

	"cutpoint/schemas"
	"cutpoint/store"
)

// moment is where in a run a kill landed, as its store shows.
type moment string

const (
	starting moment = "before the run wrote anything"
	making   moment = "while the store was made"
	early    moment = "before its first features were committed"
	within   moment = "within a commit: a part or an entry was written but not committed"
	between  moment = "between commits"
	late     moment = "after the last commit"
)

var moments = []moment{starting, making, early, within, between, late}

// examine verifies a store as a kill left it, and says where the kill landed.
// before lists its files as they were when the run began.
func (t *killTest) examine(before []string) (moment, error) {
	now, err := listing(t.broken)
	if err != nil {
		return "", err
	}
	s, err := store.Open(t.broken)
	switch {
	case errors.Is(err, store.ErrNotStore) && slices.Equal(now, before):
		return starting, nil
	case errors.Is(err, store.ErrNotStore):
		return making, nil
	case err != nil:
		return "", err
	}
	report, err := s.Verify(context.Background())
	if err != nil || len(report.Problems) > 0 {
		return "", fmt.Errorf("verify %s: %w\n%s", t.broken, err, report)
	}
	rows := int64(0)
	for _, table := range report.Tables {
		if table.Name != schemas.DocumentsTable && table.Name != schemas.FailuresTable {
			rows += table.Rows
		}
	}
	switch {
	case slices.Equal(now, before):
		return starting, nil
	case len(strays(report)) > 0:
		return within, nil
	case rows == 0:
		return early, nil
	case report.Rows == int64(len(t.want)):
		return late, nil
	}
	return between, nil
}

// strays are the notes about files that no commit names.
func strays(r store.VerifyReport) []string {
	return slices.DeleteFunc(slices.Clone(r.Notes), func(note string) bool {
		return !strings.Contains(note, "temporary file") && !strings.Contains(note, "in no commit")
	})
}

// leftovers are the stray files of a store.
func leftovers(dir string) ([]string, error) {
	s, err := store.Open(dir)
	if err != nil {
		return nil, err
	}
	report, err := s.Verify(context.Background())
	return strays(report), err
}
