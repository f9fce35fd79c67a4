package weights

import (
	"encoding/binary"
	"io"
	"math"
	"slices"
	"unsafe"

	"cutpoint/model/internal/float16"
)

// littleEndian reports whether float32 values lie in memory as they lie in files.
func littleEndian() bool { return binary.NativeEndian.Uint16([]byte{1, 0}) == 1 }

// readValues fills to with the tensor's stored values from number first on. Every
// format becomes float32: exactly from the 16-bit formats, rounded to nearest from
// float64.
func (t *tensor) readValues(r io.ReaderAt, first int, to []float32) error {
	if t.file != nil {
		r = t.file
	}
	at := t.offset + int64(first)*t.element.size()
	if t.element == f32 && !t.bigEndian && littleEndian() {
		return readFull(r, bytesOf(to), at)
	}
	raw := make([]byte, int64(len(to))*t.element.size())
	if err := readFull(r, raw, at); err != nil {
		return err
	}
	if t.bigEndian {
		swap(raw, int(t.element.size()))
	}
	convert(to, raw, t.element)
	if t.scaled != nil {
		t.scaled.apply(to)
	}
	return nil
}

// swap turns big-endian values into little-endian ones.
func swap(raw []byte, width int) {
	for ; len(raw) >= width && width > 1; raw = raw[width:] {
		slices.Reverse(raw[:width])
	}
}

// affine is what quantised values mean: scale·q + min.
type affine struct{ scale, min float32 }

// apply rounds the product and then the sum to float32, on every machine: without
// the conversion a compiler may fuse the two.
func (a *affine) apply(values []float32) {
	for i, q := range values {
		values[i] = float32(q*a.scale) + a.min
	}
}

func readFull(r io.ReaderAt, p []byte, at int64) error {
	n, err := r.ReadAt(p, at)
	switch {
	case n == len(p):
		return nil
	case err == io.EOF:
		return io.ErrUnexpectedEOF
	}
	return err
}

// bytesOf returns the memory of values as bytes.
func bytesOf(values []float32) []byte {
	return unsafe.Slice((*byte)(unsafe.Pointer(unsafe.SliceData(values))), 4*len(values))
}

// convert turns little-endian values of a format into float32.
func convert(to []float32, raw []byte, e element) {
	switch e {
	case u8:
		for i := range to {
			to[i] = float32(raw[i])
		}
	case u16:
		for i := range to {
			to[i] = float32(binary.LittleEndian.Uint16(raw[2*i:]))
		}
	case f16:
		for i := range to {
			to[i] = float16.FromBinary16(binary.LittleEndian.Uint16(raw[2*i:]))
		}
	case bf16:
		for i := range to {
			to[i] = float16.FromBFloat16(binary.LittleEndian.Uint16(raw[2*i:]))
		}
	case f32:
		for i := range to {
			to[i] = math.Float32frombits(binary.LittleEndian.Uint32(raw[4*i:]))
		}
	case f64:
		for i := range to {
			to[i] = float32(math.Float64frombits(binary.LittleEndian.Uint64(raw[8*i:])))
		}
	}
}

// notFinite returns the index of the first NaN or infinity, or -1.
func notFinite(values []float32) int {
	for i, v := range values {
		if math.Float32bits(v)&0x7f800000 == 0x7f800000 {
			return i
		}
	}
	return -1
}
