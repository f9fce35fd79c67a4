package parquet

import (
	"bytes"
	"testing"
)

func TestWhole(t *testing.T) {
	deep := append(bytes.Repeat([]byte{0x1c}, 1<<20), make([]byte, 1<<20)...)
	lists := append([]byte{0x19}, bytes.Repeat([]byte{0x19}, 1<<20)...)
	for name, c := range map[string]struct {
		b  []byte
		ok bool
	}{
		"empty struct":          {[]byte{0}, true},
		"numbers":               {[]byte{0x15, 4, 0x16, 0x80, 1, 0x13, 9, 0}, true},
		"long field number":     {[]byte{0x05, 0x80, 2, 4, 0}, true},
		"bools":                 {[]byte{0x11, 0x12, 0}, true},
		"list of bools":         {[]byte{0x19, 0x21, 1, 2, 0}, true},
		"string":                {[]byte{0x18, 2, 'a', 'b', 0}, true},
		"list of numbers":       {[]byte{0x19, 0x35, 1, 2, 3, 0}, true},
		"list of structs":       {[]byte{0x19, 0x1c, 0x15, 2, 0, 0}, true},
		"map":                   {[]byte{0x1b, 1, 0x85, 1, 'k', 7, 0}, true},
		"empty map":             {[]byte{0x1b, 0, 0}, true},
		"double and uuid":       {append(append([]byte{0x17}, make([]byte, 8)...), append([]byte{0x1d}, make([]byte, 17)...)...), true},
		"nothing":               {nil, false},
		"no end":                {[]byte{0x15, 4}, false},
		"long string":           {[]byte{0x18, 200, 1, 'a', 0}, false},
		"endless number":        {bytes.Repeat([]byte{0xff}, 20), false},
		"two thousand million":  {[]byte{0x19, 0xfc, 0xff, 0xff, 0xff, 0xff, 7, 0, 0}, false},
		"too small structs":     {[]byte{0x19, 0x3c, 0, 0, 0, 0}, false},
		"unknown type":          {[]byte{0x1e, 0}, false},
		"a million deep":        {deep, false},
		"a million lists":       {lists, false},
		"map cut short":         {[]byte{0x1b, 9, 0x85, 1, 'k'}, false},
		"list without elements": {[]byte{0x19}, false},
	} {
		if wholeStruct(c.b) != c.ok {
			t.Errorf("%s passes for a whole struct: %v, want %v", name, !c.ok, c.ok)
		}
	}
}

// TestFields reads a struct of a number, a string and a list of structs.
func TestFields(t *testing.T) {
	b := []byte{0x15, 6, 0x28, 2, 'h', 'i', 0x19, 0x2c, 0x15, 2, 0, 0x15, 4, 0, 0x11, 0, 99}
	r := newThriftReader(b)
	var number int64
	var text string
	var inner []int64
	r.fields(func(id int64, kind wireType) bool {
		switch id {
		case 1:
			number = r.integer()
		case 3:
			text = string(r.binary())
		case 4:
			r.each(wireStruct, func(int) {
				r.fields(func(int64, wireType) bool { inner = append(inner, r.integer()); return true })
			})
		default:
			return false
		}
		return true
	})
	if r.bad || number != 3 || text != "hi" || len(inner) != 2 || inner[1] != 2 || !bytes.Equal(r.rest(), []byte{99}) {
		t.Errorf("%d %q %v, rest %v, bad %v", number, text, inner, r.rest(), r.bad)
	}
}

func FuzzWhole(f *testing.F) {
	f.Add([]byte{0x15, 6, 0x28, 2, 'h', 'i', 0x19, 0x2c, 0x15, 2, 0, 0x15, 4, 0, 0})
	f.Add([]byte{0x1b, 1, 0x85, 1, 'k', 7, 0x1c, 0x1d, 0})
	f.Fuzz(func(t *testing.T, b []byte) {
		if wholeStruct(b) && wholeStruct(nil) {
			t.Error("nothing is whole")
		}
	})
}
