package store

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"maps"
	"path"
	"strings"

	"cutpoint/schemas"
	"cutpoint/store/delta"
)

// VerifyReport says what a store holds and what is wrong with it.
type VerifyReport struct {
	Store    string        `json:"store"`
	Tables   []TableReport `json:"tables"`
	Parts    int           `json:"parts"`
	Rows     int64         `json:"rows"`
	Bytes    int64         `json:"bytes"`
	Problems []string      `json:"problems"` // sentences that name the file
	Notes    []string      `json:"notes"`    // what is odd but harms nothing
}

// TableReport sums up one table of a report.
type TableReport struct {
	Name    string `json:"name"`
	Version int64  `json:"version"`
	Parts   int    `json:"parts"`
	Rows    int64  `json:"rows"`
	Bytes   int64  `json:"bytes"`
}

// String lists the tables and, a line each, the problems and notes.
func (r VerifyReport) String() string {
	var b strings.Builder
	for _, t := range r.Tables {
		fmt.Fprintf(&b, "%-14s version %d, %d parts, %d rows, %d bytes\n", t.Name, t.Version, t.Parts, t.Rows, t.Bytes)
	}
	for _, p := range r.Problems {
		fmt.Fprintf(&b, "PROBLEM: %s\n", p)
	}
	for _, n := range r.Notes {
		fmt.Fprintf(&b, "note: %s\n", n)
	}
	verdict := "everything is whole"
	if n := len(r.Problems); n > 0 {
		verdict = fmt.Sprintf("%d problems", n)
	}
	fmt.Fprintf(&b, "%d tables, %d parts, %d rows, %d bytes: %s\n", len(r.Tables), r.Parts, r.Rows, r.Bytes, verdict)
	return b.String()
}

func (r *VerifyReport) problem(format string, args ...any) {
	r.Problems = append(r.Problems, fmt.Sprintf(format, args...))
}

func (r *VerifyReport) note(format string, args ...any) {
	r.Notes = append(r.Notes, fmt.Sprintf(format, args...))
}

// Verify reads the whole store and checks that each log has no gap and no
// damage, that every part is there with the size, SHA-256, row count and footer
// recorded, that keys are unique, that embeddings have their length and only
// finite numbers, and that every feature has its document. What is wrong is in
// the report; an error says that the check could not be done.
func (s *Store) Verify(ctx context.Context) (VerifyReport, error) {
	r := VerifyReport{Store: s.dir, Tables: []TableReport{}, Problems: []string{}, Notes: []string{}}
	documents := verifyTable(ctx, s.documents, &r)
	verifyTable(ctx, s.failures, &r)
	entries, err := s.files.List(".")
	if err != nil {
		return r, fmt.Errorf("list store %s: %w", s.dir, err)
	}
	for _, e := range entries {
		name := e.Name()
		if name == schemas.DocumentsTable || name == schemas.FailuresTable || strings.HasPrefix(name, ".") ||
			name == schemas.CardFile || name == schemas.CroissantFile {
			continue
		}
		if !e.IsDir() || !isCutName(name) {
			r.note("%s is no table of this store", name)
			continue
		}
		t, _, err := s.openCut(name) // anew: what was read once may be damaged since
		switch {
		case errors.Is(err, fs.ErrNotExist):
			r.note("folder %s holds no table of this store", name)
		case err != nil:
			r.problem("%v", err)
		default:
			verifyDocuments(t.name, verifyTable(ctx, t, &r), documents, &r)
		}
	}
	return r, ctx.Err()
}

// verifyDocuments checks that every key of a cut is in the documents table.
func verifyDocuments(table string, keys, documents *KeySet, r *VerifyReport) {
	missing, example := 0, ""
	for k := range keys.hashed {
		if _, ok := documents.hashed[k]; !ok {
			if id := hex.EncodeToString(k.id[:]); missing == 0 || id < example {
				example = id
			}
			missing++
		}
	}
	for k := range keys.other {
		if !documents.Has(k) {
			missing, example = missing+1, k.DocumentID
		}
	}
	if missing > 0 {
		r.problem("table %s has %d pages that table %s lacks, such as one of document %s", table, missing, schemas.DocumentsTable, example)
	}
}

// verifyTable checks one table and returns its keys.
func verifyTable[R Row](ctx context.Context, t *Table[R], r *VerifyReport) *KeySet {
	keys := newKeySet()
	log, found, err := delta.Verify(t.store.files, t.name)
	r.Problems, r.Notes = append(r.Problems, found.Problems...), append(r.Notes, found.Notes...)
	if err != nil {
		r.problem("%v", err)
		return keys
	}
	t = newTable[R](t.store, t.name, t.dim, t.configuration)
	t.log = log
	snap := log.Snapshot()
	if snap.Version < 0 {
		r.note("table %s was never written", t.name)
		return keys
	}
	if got := snap.Configuration[schemas.KeyFingerprint]; got != t.configuration[schemas.KeyFingerprint] {
		r.problem("%s gives fingerprint %.12s, the store has %.12s", t.log.EntryName(0), got, t.configuration[schemas.KeyFingerprint])
	}
	report := TableReport{Name: t.name, Version: snap.Version, Parts: len(snap.Parts)}
	for i, part := range snap.Parts {
		rows, err := t.verifyPart(ctx, part, int32(i), keys, r)
		if ctx.Err() != nil {
			return keys
		}
		if err != nil {
			r.problem("%s: %v", path.Join(t.name, part.Path), err)
		}
		report.Rows += rows
		report.Bytes += part.Bytes
	}
	t.noteStrays(r)
	r.Tables = append(r.Tables, report)
	r.Parts += report.Parts
	r.Rows += report.Rows
	r.Bytes += report.Bytes
	return keys
}

// verifyPart checks a part and adds its keys; an error ends the check of it.
func (t *Table[R]) verifyPart(ctx context.Context, part Part, ordinal int32, keys *KeySet, r *VerifyReport) (int64, error) {
	name := path.Join(t.name, part.Path)
	if err := t.verifyBytes(name, part); err != nil {
		return 0, err
	}
	p, err := openPart(t.store.files, name)
	if err != nil {
		return 0, err
	}
	defer p.Close()
	if part.SHA256 == "" {
		r.note("%s was written by another tool, without a checksum", name)
	} else if footer := p.footer(); !maps.Equal(footer, ownKeys(t.configuration)) {
		r.problem("%s: its footer is that of another table", name)
	}
	n, twice := int64(0), 0
	err = scanPart(ctx, p, t.dim, func(rows []R) error {
		for _, row := range rows {
			if err := t.checkRow(row); err != nil {
				return err
			}
			if keys.Has(row.Key()) {
				if twice++; twice == 1 {
					r.problem("%s: page %d of document %s is in the table twice", name, row.Key().Page, row.Key().DocumentID)
				}
			}
			keys.add(row.Key(), ordinal)
		}
		n += int64(len(rows))
		return nil
	})
	if err == nil && part.Rows >= 0 && n != part.Rows {
		err = fmt.Errorf("it has %d rows, the log says %d", n, part.Rows)
	}
	return n, err
}

// ownKeys are the keys of a configuration that footers repeat.
func ownKeys(configuration map[string]string) map[string]string {
	out := maps.Clone(configuration)
	maps.DeleteFunc(out, func(k, _ string) bool {
		return k != schemas.KeyDescription && k != schemas.KeyCut && k != schemas.KeyFingerprint
	})
	return out
}

// verifyBytes compares a file's size and SHA-256 with those of its commit.
func (t *Table[R]) verifyBytes(name string, part Part) error {
	f, err := t.store.files.Open(name)
	if err != nil {
		return err
	}
	defer f.Close()
	sum := sha256.New()
	n, err := io.Copy(sum, f)
	if err != nil {
		return err
	}
	if n != part.Bytes {
		return fmt.Errorf("%w: it has %d bytes, the log says %d", ErrDamaged, n, part.Bytes)
	}
	if got := hex.EncodeToString(sum.Sum(nil)); part.SHA256 != "" && got != part.SHA256 {
		return fmt.Errorf("%w: its SHA-256 is not that of its commit", ErrDamaged)
	}
	return nil
}

// noteStrays notes files that belong to no version of the table.
func (t *Table[R]) noteStrays(r *VerifyReport) {
	for _, folder := range []string{t.name, path.Join(t.name, delta.LogFolder)} {
		entries, err := t.store.files.List(folder)
		if err != nil {
			r.problem("list folder %s: %v", folder, err)
		}
		for _, e := range entries {
			switch name := path.Join(folder, e.Name()); {
			case isTemporary(e.Name()):
				r.note("%s is a temporary file; the next run removes it", name)
			case t.isOrphan(e):
				r.note("%s is in no commit; the next run adopts it if it is whole", name)
			}
		}
	}
}
