package store

import (
	"context"
	"errors"
	"testing"

	"cutpoint/store/files"
	"cutpoint/store/files/filestest"
)

// flipping writes one bit of every part wrongly.
type flipping struct {
	files.Disk
	bit int // of the file
	// unseen gives the reader back what was to be written, as a cache may.
	unseen bool
	wrote  []byte
}

func (f *flipping) Create(name string) (files.Writer, error) {
	w, err := f.Disk.Create(name)
	if err == nil && isPartTemp(name) {
		f.wrote = nil
		w = flippingWriter{w, f}
	}
	return w, err
}

func (f *flipping) Open(name string) (files.File, error) {
	if !f.unseen || !isPartTemp(name) {
		return f.Disk.Open(name)
	}
	honest := filestest.NewDisk()
	w, err := honest.Create("part")
	if err != nil {
		return nil, err
	}
	w.Write(f.wrote)
	return honest.Open("part")
}

type flippingWriter struct {
	files.Writer
	f *flipping
}

func (w flippingWriter) Write(b []byte) (int, error) {
	at := w.f.bit/8 - len(w.f.wrote)
	w.f.wrote = append(w.f.wrote, b...)
	if at < 0 || at >= len(b) {
		return w.Writer.Write(b)
	}
	wrong := append([]byte(nil), b...)
	wrong[at] ^= 1 << (w.f.bit % 8)
	return w.Writer.Write(wrong)
}

// TestReadBack writes every byte of a part wrongly, a bit of it, on its way to
// the disk: it must not be committed.
func TestReadBack(t *testing.T) {
	f := &flipping{Disk: filestest.NewDisk()}
	s, err := createIn(files.On(f), t.TempDir(), testDescription)
	if err != nil {
		t.Fatal(err)
	}
	size := 1
	for n := 0; n < size; n += sample(3) {
		f.bit = 8*n + n%8
		if err := appendFour(s); !errors.Is(err, ErrDamaged) {
			t.Fatalf("bit %d: Append reports %v", f.bit, err)
		}
		size = len(f.wrote)
		if snap := mustSnapshot(t, s); snap.Version != 0 {
			t.Fatalf("bit %d: version %d is committed", f.bit, snap.Version)
		}
	}
	f.bit = 8 * size // none
	if err := appendFour(s); err != nil || mustSnapshot(t, s).Rows != 4 {
		t.Fatalf("on a sound disk: %v", err)
	}
}

// TestNoReadBack plants a read-back that sees nothing. Verify must see it.
func TestNoReadBack(t *testing.T) {
	size := 1
	for n := 0; n < size; n += sample(10) {
		f := &flipping{Disk: filestest.NewDisk(), bit: 8*n + n%8, unseen: true}
		s, err := createIn(files.On(f), t.TempDir(), testDescription)
		if err != nil {
			t.Fatal(err)
		}
		if err := appendFour(s); err != nil {
			t.Fatalf("append with bit %d flipped: %v", f.bit, err)
		}
		if _, err := verified(s); err == nil {
			t.Fatalf("bit %d: committed and verified", f.bit)
		}
		size = len(f.wrote)
	}
}

func appendFour(s *Store) error {
	table, err := s.CreateCut(cutOf(3))
	if err == nil {
		_, err = table.Append(context.Background(), testFeatures(0, 4, 3), CommitInfo{})
	}
	return err
}

func mustSnapshot(t *testing.T, s *Store) Snapshot {
	t.Helper()
	table, err := s.CreateCut(cutOf(3))
	if err != nil {
		t.Fatal(err)
	}
	snap, err := table.Snapshot()
	if err != nil {
		t.Fatal(err)
	}
	return snap
}
