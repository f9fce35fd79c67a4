package wide

import (
	"bytes"
	"encoding/binary"
	"errors"
	"os"
	"path/filepath"
	"testing"
)

// withFooter is a file that is nothing but a footer.
func withFooter(footer []byte) []byte {
	b := append([]byte(magic), footer...)
	return append(binary.LittleEndian.AppendUint32(b, uint32(len(footer))), magic...)
}

func TestCheckFooter(t *testing.T) {
	deep := append(bytes.Repeat([]byte{0x1c}, 1<<20), make([]byte, 1<<20)...)
	lists := append([]byte{0x19}, bytes.Repeat([]byte{0x19}, 1<<20)...)
	for name, c := range map[string]struct {
		footer []byte
		ok     bool
	}{
		"empty structure":       {[]byte{0}, true},
		"numbers":               {[]byte{0x15, 4, 0x16, 0x80, 1, 0x13, 9, 0}, true},
		"long field number":     {[]byte{0x05, 0x80, 2, 4, 0}, true},
		"booleans":              {[]byte{0x11, 0x12, 0}, true},
		"string":                {[]byte{0x18, 2, 'a', 'b', 0}, true},
		"list of numbers":       {[]byte{0x19, 0x35, 1, 2, 3, 0}, true},
		"list of structures":    {[]byte{0x19, 0x1c, 0x15, 2, 0, 0}, true},
		"map":                   {[]byte{0x1b, 1, 0x85, 1, 'k', 7, 0}, true},
		"empty map":             {[]byte{0x1b, 0, 0}, true},
		"double and uuid":       {append(append([]byte{0x17}, make([]byte, 8)...), append([]byte{0x1d}, make([]byte, 17)...)...), true},
		"nothing":               {nil, false},
		"no end":                {[]byte{0x15, 4}, false},
		"long string":           {[]byte{0x18, 200, 1, 'a', 0}, false},
		"endless number":        {bytes.Repeat([]byte{0xff}, 20), false},
		"two thousand million":  {[]byte{0x19, 0xfc, 0xff, 0xff, 0xff, 0xff, 7, 0, 0}, false},
		"too small structures":  {[]byte{0x19, 0x3c, 0, 0, 0, 0}, false},
		"unknown type":          {[]byte{0x1e, 0}, false},
		"a million deep":        {deep, false},
		"a million lists":       {lists, false},
		"map cut short":         {[]byte{0x1b, 9, 0x85, 1, 'k'}, false},
		"list without elements": {[]byte{0x19}, false},
	} {
		file := withFooter(c.footer)
		err := CheckFooter(bytes.NewReader(file), int64(len(file)))
		if c.ok != (err == nil) || err != nil && !errors.Is(err, ErrDamaged) {
			t.Errorf("%s: %v", name, err)
		}
	}
	for _, file := range []string{"", "PAR1", "PAR1\x00\x00\x00\x00PAR2", "PAR1\xff\xff\xff\xffPAR1", "PAR1\x01\x00\x00\x00PAR1"} {
		if err := CheckFooter(bytes.NewReader([]byte(file)), int64(len(file))); !errors.Is(err, ErrDamaged) {
			t.Errorf("%q: %v", file, err)
		}
	}
}

func FuzzFooter(f *testing.F) {
	names, err := filepath.Glob("testdata/*.parquet")
	if err != nil || len(names) == 0 {
		f.Fatal("no files in testdata", err)
	}
	for _, name := range names {
		file, err := os.ReadFile(name)
		if err != nil {
			f.Fatal(err)
		}
		n := binary.LittleEndian.Uint32(file[len(file)-8:])
		f.Add(file[len(file)-8-int(n) : len(file)-8])
	}
	f.Fuzz(func(t *testing.T, footer []byte) {
		file := withFooter(footer)
		if err := CheckFooter(bytes.NewReader(file), int64(len(file))); err != nil && !errors.Is(err, ErrDamaged) {
			t.Fatal(err)
		}
		// What passes may be opened by the general reader.
		openFile(file)
	})
}
