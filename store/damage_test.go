package store

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"cutpoint/schemas"
)

// damagedStore is a small whole store, and its files but the lock.
func damagedStore(t *testing.T) (dir string, names []string) {
	t.Helper()
	s := newTestStore(t)
	rows := testFeatures(0, 4, 3)
	if err := s.Documents().Upsert(context.Background(), documentsOf(rows), nil, CommitInfo{Run: "r"}); err != nil {
		t.Fatal(err)
	}
	table, err := s.CreateCut(cutOf(3))
	if err != nil {
		t.Fatal(err)
	}
	if _, err := table.Append(context.Background(), rows, CommitInfo{}); err != nil {
		t.Fatal(err)
	}
	verifyClean(t, s)
	for _, pattern := range []string{"*/_delta_log/*.json", "*/*.parquet"} {
		found, err := filepath.Glob(filepath.Join(s.Dir(), pattern))
		if err != nil {
			t.Fatal(err)
		}
		names = append(names, found...)
	}
	if len(names) != 7 {
		t.Fatalf("files: %v", names)
	}
	return s.Dir(), names
}

// mustBeNamed checks that opening or verifying names the damaged file.
func mustBeNamed(t *testing.T, dir, name, what string) {
	t.Helper()
	base := filepath.Base(name)
	s, err := Open(dir)
	if err != nil {
		if !strings.Contains(err.Error(), base) {
			t.Fatalf("%s of %s: open says %v", what, name, err)
		}
		return
	}
	var r VerifyReport
	switch filepath.Base(strings.TrimSuffix(filepath.Dir(name), logFolder)) {
	case "documents":
		verifyTable(context.Background(), s.Documents(), &r)
	default:
		if r, err = s.Verify(context.Background()); err != nil {
			t.Fatalf("%s of %s: %v", what, name, err)
		}
	}
	if !strings.Contains(strings.Join(r.Problems, "\n"), base) {
		t.Fatalf("%s of %s: verify says %v", what, name, r.Problems)
	}
}

// TestDamage cuts every file short at every byte, and flips bits in it.
func TestDamage(t *testing.T) {
	_, names := damagedStore(t)
	for i := range names {
		t.Run(fmt.Sprint(i), func(t *testing.T) {
			t.Parallel()
			damageFile(t, i)
		})
	}
}

func damageFile(t *testing.T, i int) {
	dir, names := damagedStore(t)
	name := names[i]
	whole, err := os.ReadFile(name)
	if err != nil {
		t.Fatal(err)
	}
	put := func(b []byte) {
		if err := os.WriteFile(name, b, 0o644); err != nil {
			t.Fatal(err)
		}
	}
	step := 1
	if !strings.Contains(name, "fc2") {
		step = 7 // the tables differ in nothing that matters here
	}
	if testing.Short() {
		step = 17
	}
	for n := 0; n < len(whole); n += step {
		put(whole[:n])
		mustBeNamed(t, dir, name, "truncation")
		if n%(11*step) != 0 {
			continue
		}
		flipped := slices.Clone(whole)
		flipped[n] ^= 1 << (n / 11 % 8)
		put(flipped)
		mustBeNamed(t, dir, name, "flipped bit")
	}
	if err := os.Remove(name); err != nil {
		t.Fatal(err)
	}
	if strings.HasSuffix(name, partSuffix) { // the last log entry leaves an older table
		mustBeNamed(t, dir, name, "removal")
	}
}

// TestDamagedRead flips bits under the readers themselves: they may fail, but
// not panic, and never return other numbers.
func TestDamagedRead(t *testing.T) {
	dir, names := damagedStore(t)
	want := testFeatures(0, 4, 3)
	for _, name := range names {
		if !strings.Contains(name, "fc2") || !strings.HasSuffix(name, partSuffix) {
			continue
		}
		whole, err := os.ReadFile(name)
		if err != nil {
			t.Fatal(err)
		}
		for n := range whole {
			for _, bit := range []int{n / 5 % 8} {
				if n%5 != 0 || testing.Short() && n%17 != 0 {
					continue
				}
				flipped := append([]byte(nil), whole...)
				flipped[n] ^= 1 << bit
				if err := os.WriteFile(name, flipped, 0o644); err != nil {
					t.Fatal(err)
				}
				s, err := Open(dir)
				if err != nil {
					t.Fatal(err)
				}
				table, _, err := s.Cut("fc2")
				if err != nil {
					t.Fatal(err)
				}
				table.Keys(context.Background())
				table.Scan(context.Background(), func([]schemas.Feature) error { return nil })
				rows, data, err := ReadMatrix(context.Background(), table, 3)
				if err != nil {
					continue
				}
				for i := range rows {
					if !sameBits(data[3*i:3*i+3], want[i].Embedding) {
						t.Errorf("bit %d of byte %d changes row %d unseen", bit, n, i)
					}
				}
			}
		}
	}
}
