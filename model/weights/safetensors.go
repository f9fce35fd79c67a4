package weights

import (
	"context"
	"encoding/binary"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"math"
	"math/bits"
)

// The safetensors format: the header's length as little-endian uint64, the
// header in JSON, then the tensors' bytes
// (https://github.com/huggingface/safetensors, "Format").

// maxHeader is the format's own limit on the header's length.
const maxHeader = 100_000_000

// file is an opened safetensors file.
type file struct {
	r        io.ReaderAt
	data     int64 // where the tensors' bytes begin
	tensors  map[string]tensor
	metadata map[string]string
}

// tensor is an entry of the header, checked against the file.
type tensor struct {
	DType   string   `json:"dtype"`
	Shape   []int    `json:"shape"`
	Offsets [2]int64 `json:"data_offsets"`
}

// readHeader reads and checks everything but the tensors' values.
func readHeader(r io.ReaderAt, size int64) (*file, error) {
	var length [8]byte
	if _, err := r.ReadAt(length[:], 0); err != nil {
		return nil, fmt.Errorf("not a safetensors file: it has only %d bytes", size)
	}
	n := binary.LittleEndian.Uint64(length[:])
	if n > maxHeader || int64(n) > size-8 {
		return nil, fmt.Errorf("not a whole safetensors file: its header would be %d bytes of a file of %d", n, size)
	}
	header := make([]byte, n)
	if _, err := r.ReadAt(header, 8); err != nil {
		return nil, fmt.Errorf("read the header: %w", err)
	}
	var raw map[string]json.RawMessage
	if err := json.Unmarshal(header, &raw); err != nil {
		return nil, fmt.Errorf("not a safetensors file: its header is no JSON object (%w)", err)
	}
	f := &file{r: r, data: 8 + int64(n), tensors: make(map[string]tensor, len(raw))}
	for name, entry := range raw {
		if err := f.entry(name, entry, size); err != nil {
			return nil, err
		}
	}
	return f, nil
}

func (f *file) entry(name string, raw json.RawMessage, size int64) error {
	if name == "__metadata__" {
		return json.Unmarshal(raw, &f.metadata)
	}
	var t tensor
	if err := json.Unmarshal(raw, &t); err != nil {
		return fmt.Errorf("tensor %q: its header entry is malformed: %w", name, err)
	}
	n, err := elements(t.Shape)
	if err != nil {
		return fmt.Errorf("tensor %q: %w", name, err)
	}
	begin, end := t.Offsets[0], t.Offsets[1]
	if begin < 0 || end < begin || end > size-f.data {
		return fmt.Errorf("tensor %q lies outside the file (bytes %d to %d of %d); the file is truncated", name, begin, end, size-f.data)
	}
	if w := width(t.DType); w > 0 && (int64(n) > (end-begin)/int64(w) || int64(n)*int64(w) != end-begin) {
		return fmt.Errorf("tensor %q has %d bytes for shape %v of %s", name, end-begin, t.Shape, t.DType)
	}
	f.tensors[name] = t
	return nil
}

// elements multiplies a shape out, refusing what cannot be in memory.
func elements(shape []int) (int, error) {
	n := uint64(1)
	for _, d := range shape {
		if d < 0 {
			return 0, fmt.Errorf("shape %v has a negative size", shape)
		}
		hi, lo := bits.Mul64(n, uint64(d))
		if hi != 0 || lo > math.MaxInt64/8 {
			return 0, fmt.Errorf("shape %v is too large", shape)
		}
		n = lo
	}
	return int(n), nil
}

// width is the size of one value in bytes; 0 for a type that is not read.
func width(dtype string) int {
	switch dtype {
	case "F64":
		return 8
	case "F32":
		return 4
	case "F16", "BF16":
		return 2
	}
	return 0
}

// floats reads a tensor's values as float32.
func (f *file) floats(ctx context.Context, name string) ([]float32, error) {
	t := f.tensors[name]
	w := width(t.DType)
	if w == 0 {
		return nil, fmt.Errorf("tensor %q has type %s; F16, BF16, F32 and F64 are read", name, t.DType)
	}
	n, _ := elements(t.Shape) // checked by entry
	out := make([]float32, n)
	r := io.NewSectionReader(f.r, f.data+t.Offsets[0], t.Offsets[1]-t.Offsets[0])
	buf := make([]byte, min(4<<20, n*w))
	for at := 0; at < n; {
		if err := ctx.Err(); err != nil {
			return nil, err
		}
		k := min(len(buf)/w, n-at)
		if _, err := io.ReadFull(r, buf[:k*w]); err != nil {
			return nil, fmt.Errorf("read tensor %q: %w", name, err)
		}
		if err := decode(out[at:at+k], buf, t.DType); err != nil {
			return nil, fmt.Errorf("tensor %q: %w", name, err)
		}
		at += k
	}
	return out, nil
}

var errNotFinite = errors.New("a value is NaN or infinite; the file is damaged")

// decode converts little-endian values to float32 and refuses what is not finite.
func decode(dst []float32, src []byte, dtype string) error {
	var exponents uint32 // an all-ones exponent marks NaN and infinity
	for i := range dst {
		var v float32
		switch dtype {
		case "F64":
			v = float32(math.Float64frombits(binary.LittleEndian.Uint64(src[8*i:])))
		case "F32":
			v = math.Float32frombits(binary.LittleEndian.Uint32(src[4*i:]))
		case "F16":
			v = half(binary.LittleEndian.Uint16(src[2*i:]))
		case "BF16":
			v = math.Float32frombits(uint32(binary.LittleEndian.Uint16(src[2*i:])) << 16)
		}
		dst[i] = v
		exponents = max(exponents, math.Float32bits(v)&0x7f800000)
	}
	if exponents == 0x7f800000 {
		return errNotFinite
	}
	return nil
}

// half converts IEEE 754 binary16 to float32.
func half(h uint16) float32 {
	sign, exp, frac := uint32(h>>15)<<31, int(h>>10&31), uint32(h&0x3ff)
	switch exp {
	case 0: // zero and subnormals: frac · 2⁻²⁴, exact in float32
		v := float32(frac) / (1 << 24)
		return math.Float32frombits(math.Float32bits(v) | sign)
	case 31:
		return math.Float32frombits(sign | 0x7f800000 | frac<<13)
	}
	return math.Float32frombits(sign | uint32(exp+112)<<23 | frac<<13)
}
