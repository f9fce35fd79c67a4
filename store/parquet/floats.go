package parquet

import (
	"encoding/binary"
	"math"
	"slices"
	"unsafe"
)

// Parquet's PLAIN float is IEEE little endian (Encodings, "Plain"): on most
// machines that is the memory itself.
var littleEndian = binary.NativeEndian.Uint16([]byte{1, 0}) == 1

// memory is the bytes of v, which it shares.
func memory(v []float32) []byte {
	if len(v) == 0 {
		return nil
	}
	return unsafe.Slice((*byte)(unsafe.Pointer(&v[0])), 4*len(v))
}

// appendFloats appends the plain encoding of v.
func appendFloats(dst []byte, v []float32) []byte {
	if littleEndian {
		return append(dst, memory(v)...)
	}
	return appendFloatsPortable(dst, v)
}

func appendFloatsPortable(dst []byte, v []float32) []byte {
	dst = slices.Grow(dst, 4*len(v))
	for _, x := range v {
		dst = binary.LittleEndian.AppendUint32(dst, math.Float32bits(x))
	}
	return dst
}

// copyFloats decodes len(dst) plain values.
func copyFloats(dst []float32, plain []byte) {
	if littleEndian {
		copy(memory(dst), plain)
		return
	}
	copyFloatsPortable(dst, plain)
}

func copyFloatsPortable(dst []float32, plain []byte) {
	for i := range dst {
		dst[i] = math.Float32frombits(binary.LittleEndian.Uint32(plain[4*i:]))
	}
}

// equalFloats reports whether plain is the encoding of v, bit for bit.
func equalFloats(plain []byte, v []float32) bool {
	if littleEndian {
		return string(plain) == string(memory(v))
	}
	return equalFloatsPortable(plain, v)
}

func equalFloatsPortable(plain []byte, v []float32) bool {
	if len(plain) != 4*len(v) {
		return false
	}
	for i, x := range v {
		if binary.LittleEndian.Uint32(plain[4*i:]) != math.Float32bits(x) {
			return false
		}
	}
	return true
}
