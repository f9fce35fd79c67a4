package safetensors

import (
	"bytes"
	"encoding/binary"
	"fmt"
	"slices"
	"strings"
	"testing"
)

// file puts a header before n bytes of data.
func file(header string, n int) []byte {
	b := binary.LittleEndian.AppendUint64(nil, uint64(len(header)))
	return append(append(b, header...), make([]byte, n)...)
}

func read(b []byte) (*Header, error) { return ReadHeader(bytes.NewReader(b), int64(len(b))) }

// Out of order, with padding, an empty tensor and a scalar.
const whole = `{"b":{"dtype":"F32","shape":[2,3],"data_offsets":[8,32]},"__metadata__":{"format":"pt"},` +
	`"none":{"dtype":"F16","shape":[0,7],"data_offsets":[8,8]},"a":{"dtype":"I64","shape":[],"data_offsets":[0,8]}}   `

func TestReadHeader(t *testing.T) {
	h, err := read(file(whole, 32))
	if err != nil {
		t.Fatal(err)
	}
	at := int64(8 + len(whole))
	want := []Tensor{{"a", "I64", []int{}, at, 8}, {"none", "F16", []int{0, 7}, at + 8, 0}, {"b", "F32", []int{2, 3}, at + 8, 24}}
	if !slices.EqualFunc(h.Tensors, want, func(a, b Tensor) bool { return fmt.Sprint(a) == fmt.Sprint(b) }) {
		t.Errorf("got %v, want %v", h.Tensors, want)
	}
	if h.Metadata["format"] != "pt" {
		t.Errorf("metadata %v, want format pt", h.Metadata)
	}
}

func TestRefusals(t *testing.T) {
	one := func(dtype, shape, offsets string) string {
		return fmt.Sprintf(`{"t":{"dtype":%q,"shape":%s,"data_offsets":%s}}`, dtype, shape, offsets)
	}
	for _, test := range []struct {
		name string
		file []byte
		want string
	}{
		{"empty", nil, "too few"},
		{"huge header", binary.LittleEndian.AppendUint64(nil, 1<<62), "more than the format's limit"},
		{"negative header", binary.LittleEndian.AppendUint64(nil, 1<<63+1), "more than the format's limit"},
		{"header cut off", file(whole, 0)[:40], "cut off"},
		{"no JSON", file("[1, 2, 3]", 0), "no JSON object"},
		{"bad JSON", file(`{"t":{"dtype":"F32",`, 0), `"t"`},
		{"JSON cut off", file(`{"__metadata__":{}`, 0), "parse"},
		{"two objects", file(`{} {}`, 0), "goes on"},
		{"metadata not text", file(`{"__metadata__":{"a":1}}`, 0), "__metadata__"},
		{"duplicate", file(`{"t":{"dtype":"U8","shape":[0],"data_offsets":[0,0]},"t":{"dtype":"U8","shape":[0],"data_offsets":[0,0]}}`, 0), "twice"},
		{"dtype", file(one("F33", "[1]", "[0,4]"), 4), `"t" has the unknown dtype "F33"`},
		{"no offsets", file(`{"t":{"dtype":"F32","shape":[1]}}`, 4), "data_offsets"},
		{"offsets reversed", file(one("F32", "[1]", "[4,0]"), 4), "data_offsets"},
		{"offset negative", file(one("F32", "[1]", "[-4,0]"), 4), "data_offsets"},
		{"offset beyond int64", file(one("F32", "[1]", "[0,18446744073709551615]"), 4), "parse"},
		{"data cut off", file(one("F32", "[2]", "[0,8]"), 7), "cut off"},
		{"shape too large", file(one("F32", "[3]", "[0,8]"), 8), "needs 12"},
		{"shape overflows", file(one("F32", "[2147483647,2147483647,2147483647]", "[0,8]"), 8), "more values"},
		{"shape overflows to the size", file(one("U8", "[65536,65536,65536,65536,1]", "[0,0]"), 0), "more values"},
		{"negative dimension", file(one("F32", "[-2,-1]", "[0,8]"), 8), "dimension -2"},
		{"rank", file(one("F32", "[1"+strings.Repeat(",1", 32)+"]", "[0,4]"), 4), "33 dimensions"},
		{"half a byte", file(one("F4", "[3]", "[0,1]"), 1), "needs"},
		{"overlap", file(`{"a":{"dtype":"U8","shape":[4],"data_offsets":[0,4]},"b":{"dtype":"U8","shape":[4],"data_offsets":[2,6]}}`, 6), `"b" overlaps`},
		{"same bytes", file(`{"a":{"dtype":"U8","shape":[4],"data_offsets":[0,4]},"b":{"dtype":"U8","shape":[4],"data_offsets":[0,4]}}`, 4), `"b" overlaps`},
		{"gap", file(one("U8", "[4]", "[2,6]"), 6), "2 bytes before"},
		{"rest", file(one("U8", "[4]", "[0,4]"), 6), "2 bytes after"},
		{"many", file(many(maxTensors+2), 0), "more than 65536 tensors"},
	} {
		_, err := read(test.file)
		if err == nil || !strings.Contains(err.Error(), test.want) {
			t.Errorf("%s: %v, want an error with %q", test.name, err, test.want)
		}
	}
}

func many(n int) string {
	var b strings.Builder
	for i := range n {
		fmt.Fprintf(&b, `,"%d":{"dtype":"U8","shape":[0],"data_offsets":[0,0]}`, i)
	}
	return "{" + b.String()[1:] + "}"
}

func TestCutOff(t *testing.T) {
	b := file(whole, 32)
	for n := range b {
		if _, err := read(b[:n]); err == nil {
			t.Errorf("cut to %d bytes of %d: no error", n, len(b))
		}
	}
}

func FuzzSafetensors(f *testing.F) {
	f.Add(file(whole, 32))
	f.Add(file(`{"a":{"dtype":"F4","shape":[2],"data_offsets":[0,1]}}`, 1))
	f.Add(file(`{}`, 0))
	f.Fuzz(func(t *testing.T, b []byte) {
		h, err := read(b)
		if err != nil {
			return
		}
		var total int64
		for _, x := range h.Tensors {
			if x.Offset < 8 || x.Size < 0 || x.Size > int64(len(b))-x.Offset {
				t.Fatalf("tensor %q lies at [%d, +%d) of %d bytes", x.Name, x.Offset, x.Size, len(b))
			}
			bits := widths[x.DType]
			for _, n := range x.Shape {
				bits *= int64(n)
			}
			if bits != 8*x.Size {
				t.Fatalf("tensor %q: %s %v in %d bytes", x.Name, x.DType, x.Shape, x.Size)
			}
			total += x.Size
		}
		if total > int64(len(b)) {
			t.Fatalf("%d bytes of tensors in %d", total, len(b))
		}
	})
}
