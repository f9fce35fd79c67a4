package store

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"

	"cutpoint/schemas"
)

// VerifyReport is what Verify found.
type VerifyReport struct {
	Store    string        `json:"store"`
	Tables   []TableReport `json:"tables"`
	Problems []string      `json:"problems"` // sentences that name the file; empty if all is well
	Notes    []string      `json:"notes"`    // what is odd but harms nothing
}

// TableReport counts what one table holds.
type TableReport struct {
	Name    string `json:"name"`
	Version int64  `json:"version"`
	Parts   int    `json:"parts"`
	Rows    int64  `json:"rows"`
	Bytes   int64  `json:"bytes"`
}

// String says it for people.
func (r VerifyReport) String() string {
	var b strings.Builder
	for _, t := range r.Tables {
		fmt.Fprintf(&b, "%-14s version %d, %d parts, %d rows, %.1f MB\n", t.Name, t.Version, t.Parts, t.Rows, float64(t.Bytes)/1e6)
	}
	for _, n := range r.Notes {
		fmt.Fprintf(&b, "note: %s\n", n)
	}
	for _, p := range r.Problems {
		fmt.Fprintf(&b, "problem: %s\n", p)
	}
	if len(r.Problems) == 0 {
		fmt.Fprintf(&b, "%s is clean.\n", r.Store)
	} else {
		fmt.Fprintf(&b, "%s has %d problems.\n", r.Store, len(r.Problems))
	}
	return b.String()
}

func (r *VerifyReport) problem(format string, args ...any) {
	r.Problems = append(r.Problems, fmt.Sprintf(format, args...))
}

// Verify reads everything: each table's log has no gap; every part is there, with
// the size and checksum of its commit and the table's description in its footer;
// row counts are right, keys unique, vectors of one length and finite; and every
// feature has its document. It fails only where it cannot go on; what is wrong is
// in the report.
func (s *Store) Verify(ctx context.Context) (VerifyReport, error) {
	r := VerifyReport{Store: s.dir, Tables: []TableReport{}, Problems: []string{}, Notes: []string{}}
	documents := verifyTable(ctx, s.documents, &r)
	verifyTable(ctx, s.failures, &r)
	entries, err := os.ReadDir(s.dir)
	if err != nil {
		return r, err
	}
	for _, e := range entries {
		name := e.Name()
		if name == schemas.DocumentsTable || name == schemas.FailuresTable || name == lockName {
			continue
		}
		if !isTable(filepath.Join(s.dir, name)) {
			r.Notes = append(r.Notes, fmt.Sprintf("%s is not part of the store", filepath.Join(s.dir, name)))
			continue
		}
		t, _, err := s.Cut(name)
		if err != nil {
			r.problem("table %s: %v", name, err)
			continue
		}
		for key := range verifyTable(ctx, t, &r) {
			if !documents[key] {
				r.problem("table %s has document %.12s page %d, which %s lacks", name, key.DocumentID, key.Page, schemas.DocumentsTable)
			}
		}
	}
	return r, ctx.Err()
}

// verifyTable checks one table and returns its keys.
func verifyTable[R Row](ctx context.Context, t *Table[R], r *VerifyReport) map[schemas.PageKey]bool {
	keys := map[schemas.PageKey]bool{}
	snap, err := t.Snapshot()
	if err != nil {
		r.problem("table %s: %v", t.name, err)
		return keys
	}
	t.verifyLog(snap.Version, r)
	for _, p := range snap.Parts {
		if ctx.Err() != nil {
			return keys
		}
		t.verifyPart(ctx, p, keys, r)
	}
	r.Tables = append(r.Tables, TableReport{t.name, snap.Version, len(snap.Parts), snap.Rows, snap.Bytes})
	orphans, err := t.orphans()
	if err != nil {
		r.problem("table %s: %v", t.name, err)
	}
	for _, name := range orphans {
		r.Notes = append(r.Notes, fmt.Sprintf("part %s belongs to no commit; the next run adopts it if it is whole and new", filepath.Join(t.dir, name)))
	}
	return keys
}

// verifyLog looks for commits behind a gap: the table cannot see them.
func (t *Table[R]) verifyLog(version int64, r *VerifyReport) {
	entries, err := os.ReadDir(filepath.Join(t.dir, logFolder))
	if err != nil {
		r.problem("table %s: %v", t.name, err)
		return
	}
	for _, e := range entries {
		if v, ok := logVersion(e.Name()); ok && v > version {
			r.problem("table %s has commit %d, but commit %d is missing: restore %s", t.name, v, version+1,
				filepath.Join(t.dir, logFolder, logName(version+1)))
			return
		}
	}
}

func (t *Table[R]) verifyPart(ctx context.Context, p Part, keys map[schemas.PageKey]bool, r *VerifyReport) {
	path := filepath.Join(t.dir, p.Path)
	size, sum, err := checksum(path)
	switch {
	case err != nil:
		r.problem("part %s: %v", path, err)
		return
	case size != p.Bytes:
		r.problem("part %s has %d bytes, its commit says %d", path, size, p.Bytes)
		return
	case p.SHA256 != "" && sum != p.SHA256:
		r.problem("part %s has changed since its commit: its SHA-256 is %.12s, not %.12s", path, sum, p.SHA256)
		return
	}
	if err := t.checkFooter(path); err != nil {
		r.problem("%v", err)
	}
	rows := int64(0)
	err = scanPart(ctx, path, func(part []R) error {
		for _, row := range part {
			if keys[row.Key()] {
				r.problem("part %s has document %.12s page %d a second time", path, row.Key().DocumentID, row.Key().Page)
			}
			keys[row.Key()] = true
		}
		rows += int64(len(part))
		return t.checkRows(part)
	})
	if err != nil {
		r.problem("part %s: %v", path, err)
	} else if rows != p.Rows {
		r.problem("part %s has %d rows, its commit says %d", path, rows, p.Rows)
	}
}

// checksum returns a regular file's size and SHA-256.
func checksum(path string) (int64, string, error) {
	info, err := os.Lstat(path)
	if err != nil {
		return 0, "", err
	}
	if !info.Mode().IsRegular() {
		return 0, "", errors.New("not a regular file")
	}
	f, err := os.Open(path)
	if err != nil {
		return 0, "", err
	}
	defer f.Close()
	h := sha256.New()
	n, err := io.Copy(h, f)
	return n, hex.EncodeToString(h.Sum(nil)), err
}
