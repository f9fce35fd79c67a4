package store

import (
	"bytes"
	"context"
	"fmt"
	"path"
	"runtime"
	"slices"
	"strings"
	"testing"

	"cutpoint/schemas"
	"cutpoint/store/delta"
	"cutpoint/store/files"
	"cutpoint/store/files/filestest"
)

// damaged is a small whole store in memory whose files a test changes. Its
// table fc2 has two parts.
type damaged struct {
	disk *filestest.Disk
	dir  string
	rows []schemas.Feature
}

const damageDim = 3

func newDamaged(t testing.TB) *damaged {
	t.Helper()
	d := &damaged{filestest.NewDisk(), t.TempDir(), testFeatures(0, 8, damageDim)}
	s, err := createIn(files.On(d.disk), d.dir, testDescription)
	if err != nil {
		t.Fatal(err)
	}
	ctx := context.Background()
	if err := s.Documents().Upsert(ctx, documentsOf(d.rows), nil, CommitInfo{Run: "r"}); err != nil {
		t.Fatal(err)
	}
	table, err := s.CreateCut(cutOf(damageDim))
	if err != nil {
		t.Fatal(err)
	}
	for i := 0; i < 8; i += 4 {
		if _, err := table.Append(ctx, d.rows[i:i+4], CommitInfo{}); err != nil {
			t.Fatal(err)
		}
	}
	if _, err := verified(s); err != nil {
		t.Fatal(err)
	}
	return d
}

// get returns a file's bytes.
func (d *damaged) get(t testing.TB, name string) []byte {
	t.Helper()
	b, err := files.On(d.disk).Get(name, 1<<20)
	if err != nil {
		t.Fatal(err)
	}
	return b
}

// put gives a name a file of such bytes.
func (d *damaged) put(name string, b []byte) {
	if err := d.disk.WriteFile(name, b); err != nil {
		panic(err)
	}
}

// names lists the files of a table, log entries first.
func (d *damaged) names(t testing.TB, table string) (entries, parts []string) {
	t.Helper()
	for _, folder := range []string{path.Join(table, delta.LogFolder), table} {
		found, err := d.disk.ReadDir(folder)
		if err != nil {
			t.Fatal(err)
		}
		for _, e := range found {
			switch name := path.Join(folder, e.Name()); path.Ext(name) {
			case ".json":
				entries = append(entries, name)
			case partSuffix:
				parts = append(parts, name)
			}
		}
	}
	return entries, parts
}

// check verifies one table and returns everything that is wrong with the store.
func (d *damaged) check(table string) (problems []string) {
	s, err := openIn(files.On(d.disk), d.dir)
	if err != nil {
		return []string{err.Error()}
	}
	r := VerifyReport{}
	switch table {
	case schemas.DocumentsTable:
		verifyTable(context.Background(), s.Documents(), &r)
	case schemas.FailuresTable:
		verifyTable(context.Background(), s.Failures(), &r)
	default:
		t, _, err := s.openCut(table)
		if err != nil {
			return []string{err.Error()}
		}
		verifyTable(context.Background(), t, &r)
	}
	return r.Problems
}

// mustName checks that a damaged file is named.
func (d *damaged) mustName(t testing.TB, name, what string) {
	t.Helper()
	table, _, _ := strings.Cut(name, "/")
	problems := d.check(table)
	if !strings.Contains(strings.Join(problems, "\n"), path.Base(name)) {
		t.Fatalf("%s of %s: verify says %q", what, name, problems)
	}
}

// TestDamage cuts files short at every byte, flips every bit in them, and
// removes them: all parts and log entries of fc2, one of documents.
func TestDamage(t *testing.T) {
	whole := newDamaged(t)
	entries, parts := whole.names(t, "fc2")
	ofDocuments, _ := whole.names(t, schemas.DocumentsTable)
	for i := range len(entries) + len(parts) + 1 {
		t.Run(fmt.Sprint(i), func(t *testing.T) {
			t.Parallel()
			d := newDamaged(t)
			entries, parts := d.names(t, "fc2")
			if i == len(entries)+len(parts) {
				entries, _ = d.names(t, schemas.DocumentsTable)
				d.damage(t, entries[len(ofDocuments)-1])
				return
			}
			d.damage(t, slices.Concat(entries, parts)[i])
		})
	}
}

func (d *damaged) damage(t *testing.T, name string) {
	whole := d.get(t, name)
	for n := 0; n < len(whole); n += sample(2) {
		d.put(name, whole[:n])
		d.mustName(t, name, fmt.Sprintf("truncation at byte %d", n))
	}
	for bit := 0; bit < 8*len(whole); bit += sample(17) {
		d.put(name, withFlipped(whole, bit))
		d.mustName(t, name, fmt.Sprintf("flip of bit %d", bit))
	}
	for _, extra := range []string{"\x00", "\n", "{}\n", "PAR1"} {
		d.put(name, append(bytes.Clone(whole), extra...))
		d.mustName(t, name, fmt.Sprintf("%q at the end", extra))
	}
}

func withFlipped(b []byte, bit int) []byte {
	b = bytes.Clone(b)
	b[bit/8] ^= 1 << (bit % 8)
	return b
}

// TestLostAndSwapped removes, copies and swaps whole files.
func TestLostAndSwapped(t *testing.T) {
	entries, parts := newDamaged(t).names(t, "fc2")
	if len(entries) != 3 || len(parts) != 2 {
		t.Fatalf("fc2 has entries %v and parts %v, want 3 and 2", entries, parts)
	}
	for name, c := range map[string]struct {
		do    func(d *damaged, entries, parts []string)
		named func(entries, parts []string) string
	}{
		"a part is gone": {
			func(d *damaged, _, parts []string) { d.disk.Remove(parts[1]) },
			func(_, parts []string) string { return parts[1] },
		},
		"the first entry is gone": {
			func(d *damaged, entries, _ []string) { d.disk.Remove(entries[0]) },
			func(entries, _ []string) string { return entries[0] },
		},
		"an entry is gone": {
			func(d *damaged, entries, _ []string) { d.disk.Remove(entries[1]) },
			func(entries, _ []string) string { return entries[1] },
		},
		"parts are swapped": {swap(func(_, parts []string) []string { return parts }), nil},
		"entries are swapped": {
			swap(func(entries, _ []string) []string { return entries[1:] }),
			func(entries, _ []string) string { return entries[1] },
		},
		"the last entry is there twice":  {again(2, 3), named(3)},
		"the first entry is there twice": {again(0, 3), named(3)},
	} {
		d := newDamaged(t)
		entries, parts := d.names(t, "fc2")
		c.do(d, entries, parts)
		if c.named != nil {
			d.mustName(t, c.named(entries, parts), name)
			continue
		}
		d.mustName(t, parts[0], name)
		d.mustName(t, parts[1], name)
	}
}

// swap exchanges the contents of two files.
func swap(of func(entries, parts []string) []string) func(d *damaged, entries, parts []string) {
	return func(d *damaged, entries, parts []string) {
		names := of(entries, parts)
		a, errA := files.On(d.disk).Get(names[0], 1<<20)
		b, errB := files.On(d.disk).Get(names[1], 1<<20)
		if errA != nil || errB != nil {
			panic("a file is missing")
		}
		d.put(names[0], b)
		d.put(names[1], a)
	}
}

func entryOf(version int) string { return delta.New(files.Folder{}, "fc2").EntryName(int64(version)) }

// again copies an entry to another version.
func again(from, to int) func(d *damaged, entries, parts []string) {
	return func(d *damaged, _, _ []string) {
		b, err := files.On(d.disk).Get(entryOf(from), 1<<20)
		if err != nil {
			panic(err)
		}
		d.put(entryOf(to), b)
	}
}

func named(version int) func(entries, parts []string) string {
	return func(_, _ []string) string { return entryOf(version) }
}

// TestDamagedRead flips bits under the readers themselves: they may fail, but
// not panic, nor take memory without bound, nor return other numbers.
func TestDamagedRead(t *testing.T) {
	d := newDamaged(t)
	_, parts := d.names(t, "fc2")
	name := parts[0]
	whole := d.get(t, name)
	for bit := 0; bit < 8*len(whole); bit += sample(19) {
		d.put(name, withFlipped(whole, bit))
		if err := d.read(false); err != nil {
			t.Errorf("read with bit %d flipped: %v", bit, err)
		}
	}
	for n := 0; n < len(whole); n += sample(3) {
		d.put(name, whole[:n])
		if err := d.read(false); err != nil {
			t.Errorf("cut at byte %d: %v", n, err)
		}
	}
}

// readBound is what reading a part of some kilobytes may allocate, with buffers
// and decoders.
const readBound = 256 << 20

// read reads the table fc2 in every way. It returns an error if that takes too
// much memory, or if numbers come out that were not stored; with other, the
// table may hold other rows than it did.
func (d *damaged) read(other bool) error {
	var before, after runtime.MemStats
	runtime.ReadMemStats(&before)
	ctx := context.Background()
	s, err := openIn(files.On(d.disk), d.dir)
	if err != nil {
		return nil
	}
	table, _, err := s.Cut("fc2")
	if err != nil {
		return nil
	}
	table.Keys(ctx)
	table.Scan(ctx, func([]schemas.Feature) error { return nil })
	rows, data, err := readMatrix(ctx, table)
	if runtime.ReadMemStats(&after); after.TotalAlloc-before.TotalAlloc > readBound {
		return fmt.Errorf("reading allocated %d MB", (after.TotalAlloc-before.TotalAlloc)>>20)
	}
	if err != nil || other {
		return nil
	}
	if len(rows) != len(d.rows) {
		return fmt.Errorf("%d rows of %d are read without an error", len(rows), len(d.rows))
	}
	for i := range rows {
		if !sameBits(data[damageDim*i:damageDim*(i+1)], d.rows[i].Embedding) {
			return fmt.Errorf("row %d has changed unseen", i)
		}
	}
	return nil
}
