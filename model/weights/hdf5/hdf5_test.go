package hdf5

import (
	"bytes"
	"encoding/binary"
	"errors"
	"fmt"
	"math"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
)

func load(t testing.TB, name string) []byte {
	t.Helper()
	b, err := os.ReadFile(filepath.Join("testdata", name))
	if err != nil {
		t.Fatal(err)
	}
	return b
}

func list(b []byte) ([]Dataset, error) { return Datasets(bytes.NewReader(b), int64(len(b))) }

// byName lists a file that must be readable.
func byName(t *testing.T, b []byte) map[string]Dataset {
	t.Helper()
	found, err := list(b)
	if err != nil {
		t.Fatal(err)
	}
	m := map[string]Dataset{}
	for _, d := range found {
		if _, ok := m[d.Name]; ok {
			t.Errorf("%s is listed twice", d.Name)
		}
		m[d.Name] = d
	}
	return m
}

// values decodes the bytes that a dataset points to.
func values(b []byte, d Dataset) []float64 {
	b = b[d.Offset:][:d.Size]
	v := []float64{}
	for len(b) > 0 {
		switch d.Type {
		case Float16: // 1.5, -2, 0.25 are normal numbers
			h := binary.LittleEndian.Uint16(b)
			v = append(v, (1-2*float64(h>>15))*math.Ldexp(1+float64(h&0x3ff)/1024, int(h>>10&31)-15))
		case BFloat16:
			v = append(v, float64(math.Float32frombits(uint32(binary.LittleEndian.Uint16(b))<<16)))
		case Float32:
			v = append(v, float64(math.Float32frombits(binary.LittleEndian.Uint32(b))))
		case Float64:
			v = append(v, math.Float64frombits(binary.LittleEndian.Uint64(b)))
		}
		b = b[d.Type.size():]
	}
	return v
}

// run returns start, start+1, … as testdata/make.py's values does.
func run(start float64, n int) []float64 {
	v := make([]float64, n)
	for i := range v {
		v[i] = start + float64(i)
	}
	return v
}

func TestDatasets(t *testing.T) {
	for _, test := range []struct {
		file, name string
		shape      []int
		want       []float64
	}{
		{"keras.h5", "conv/conv_W_1:0", []int{3, 3, 2, 4}, run(100, 72)},
		{"keras.h5", "conv/conv/conv/bias:0", []int{4}, run(7, 4)},
		{"keras.h5", "dense/dense_W_1:0", []int{5, 6}, run(100, 30)},
		{"keras.h5", "dense/dense/dense/bias:0", []int{6}, run(7, 6)},
		{"latest.h5", "layer/kernel", []int{2, 3}, run(1, 6)},
		{"latest.h5", "layer/bias", []int{3}, run(0, 3)},
		{"userblock.h5", "a/b", []int{4}, run(3, 4)},
		{"types.h5", "f16", []int{3}, []float64{1.5, -2, 0.25}},
		{"types.h5", "bf16", []int{3}, []float64{1.5, -2, 0.25}},
		{"types.h5", "f32", []int{3}, []float64{1.5, -2, 0.25}},
		{"types.h5", "f64", []int{3}, []float64{1.5, -2, 0.25}},
		{"types.h5", "same", []int{3}, []float64{1.5, -2, 0.25}},
		{"types.h5", "compact", []int{3}, []float64{1.5, -2, 0.25}},
		{"types.h5", "scalar", []int{}, []float64{4}},
		{"types.h5", "none", []int{0, 3}, []float64{}},
	} {
		t.Run(test.file+"/"+test.name, func(t *testing.T) {
			b := load(t, test.file)
			d, ok := byName(t, b)[test.name]
			if !ok || d.Unreadable != "" {
				t.Fatalf("listed %v, unreadable %q", ok, d.Unreadable)
			}
			if !slices.Equal(d.Shape, test.shape) {
				t.Errorf("shape %v, want %v", d.Shape, test.shape)
			}
			if got := values(b, d); !slices.Equal(got, test.want) {
				t.Errorf("values %v, want %v", got, test.want)
			}
		})
	}
}

func TestUnreadable(t *testing.T) {
	found := byName(t, load(t, "types.h5"))
	for name, want := range map[string]string{
		"big-endian": "big-endian", "integers": "holds integers", "text": "holds strings", "strings": "variable length",
		"chunks": "in chunks", "gzip": "in chunks", "unwritten": "never written", "external": "in other files",
		"null": "null dataspace", "of-committed": "committed datatype",
	} {
		if d, ok := found[name]; !ok || !strings.Contains(d.Unreadable, want) {
			t.Errorf("%s: listed %v, unreadable %q, want it to say %q", name, ok, d.Unreadable, want)
		}
	}
	for _, name := range []string{"committed", "soft", "links", "links/outside", "group", "group/loop/f32", "group/self"} {
		if _, ok := found[name]; ok {
			t.Errorf("%s must not be listed", name)
		}
	}
}

func TestTreeOfTwoLevels(t *testing.T) {
	found, err := list(load(t, "tree.h5"))
	if err != nil {
		t.Fatal(err)
	}
	for i, d := range found {
		if want := fmt.Sprintf("n%03d", i); d.Name != want {
			t.Fatalf("dataset %d is %s, want %s", i, d.Name, want)
		}
	}
	if len(found) != 200 {
		t.Errorf("%d datasets, want 200", len(found))
	}
}

func TestRefusals(t *testing.T) {
	keras := load(t, "keras.h5")
	changed := func(at int, b ...byte) []byte {
		c := slices.Clone(keras)
		copy(c[at:], b)
		return c
	}
	for _, test := range []struct {
		name string
		file []byte
		want string
	}{
		{"dense links", load(t, "dense.h5"), "h5repack"},
		{"empty", nil, "not an HDF5 file"},
		{"text", []byte(strings.Repeat("text ", 1000)), "not an HDF5 file"},
		{"signature only", keras[:8], "cut off"},
		{"half", keras[:len(keras)/2], "cut off"},
		{"version", changed(8, 9), "superblock version 9"},
		{"offset size", changed(13, 4), "[4 8] bytes"},
		{"root address", changed(64, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0x7f), "outside"},
		{"undefined root", changed(64, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff), "undefined"},
		{"base address", changed(24, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff), "outside"},
		{"tree", changed(bytes.Index(keras, []byte("TREE")), 'F'), "want a block TREE"},
		{"heap", changed(bytes.Index(keras, []byte("HEAP")), 'F'), "want a block HEAP"},
		{"symbols", changed(bytes.Index(keras, []byte("SNOD")), 'F'), "want a block SNOD"},
	} {
		_, err := list(test.file)
		if err == nil || !strings.Contains(err.Error(), test.want) {
			t.Errorf("%s: %v, want an error with %q", test.name, err, test.want)
		}
	}
	if _, err := list(nil); !errors.Is(err, ErrNotHDF5) {
		t.Errorf("an empty file gives %v, want ErrNotHDF5", err)
	}
}

// TestDamage cuts the files at every byte and flips every byte. Whatever is listed
// as readable must lie in the file.
func TestDamage(t *testing.T) {
	for _, name := range []string{"keras.h5", "latest.h5", "types.h5"} {
		b := load(t, name)
		for n := range len(b) {
			if _, err := list(b[:n]); err == nil {
				t.Fatalf("%s cut to %d bytes gives no error", name, n)
			}
		}
		for i := range b {
			for _, flip := range []byte{0xff, 0x01, 0x80} {
				b[i] ^= flip
				check(t, b)
				b[i] ^= flip
			}
		}
	}
}

// check lists a file and verifies what a caller relies on.
func check(t *testing.T, b []byte) {
	found, err := list(b)
	if err != nil {
		return
	}
	for _, d := range found {
		if d.Unreadable != "" {
			continue
		}
		if d.Offset < 0 || d.Size < 0 || d.Offset > int64(len(b)) || d.Size > int64(len(b))-d.Offset {
			t.Fatalf("dataset %q lies at [%d, +%d) of %d bytes", d.Name, d.Offset, d.Size, len(b))
		}
		n := d.Type.size()
		for _, k := range d.Shape {
			n *= int64(k)
		}
		if n != d.Size {
			t.Fatalf("dataset %q: %s %v in %d bytes", d.Name, d.Type, d.Shape, d.Size)
		}
	}
}

func FuzzHDF5(f *testing.F) {
	for _, name := range []string{"keras.h5", "latest.h5", "types.h5", "dense.h5", "userblock.h5"} {
		f.Add(load(f, name))
	}
	f.Fuzz(check)
}
