// Package layout returns the model's arrays in the order that other libraries
// keep them in. It does so piece by piece: a kernel may have 411 MB, and there is
// never a second one.
package layout

import (
	"encoding/binary"
	"io"
	"iter"
	"math"
)

// Array is a tensor of float32 in C order.
type Array struct {
	Shape []int
	// Pieces gives all values in order. A piece is valid until the next one.
	Pieces iter.Seq[[]float32]
}

// Len returns the number of values that the shape has.
func (a Array) Len() int64 { return Size(a.Shape) }

// Size returns the number of values of a shape.
func Size(shape []int) int64 {
	n := int64(1)
	for _, s := range shape {
		n *= int64(s)
	}
	return n
}

// pieceValues bounds what a piece of a straight array has, so that a writer's
// buffer may be small.
const pieceValues = 1 << 14

// Straight is values as they lie.
func Straight(values []float32, shape ...int) Array {
	return Array{shape, func(yield func([]float32) bool) {
		for len(values) > 0 {
			n := min(len(values), pieceValues)
			if !yield(values[:n]) {
				return
			}
			values = values[n:]
		}
	}}
}

// outAtOnce is how many outputs OutFirst takes together: the values of one cache
// line of the kernel.
const outAtOnce = 16

// OutFirst is a kernel with its outputs first and its channels before its
// positions, as PyTorch and ONNX keep them:
//
//	kernel  (positions, channels, out), canonical
//	Array   (out, channels, positions), under whatever shape is given
//
// A convolution has 9 positions, fc1 the 49 of pool5, other dense layers one.
func OutFirst(kernel []float32, positions, out int, shape ...int) Array {
	return OutFirstScaled(kernel, nil, positions, out, shape...)
}

// OutFirstScaled is OutFirst of a kernel each of whose rows is multiplied by its
// value of scale, (positions, channels), unless that is nil.
func OutFirstScaled(kernel, scale []float32, positions, out int, shape ...int) Array {
	rows := 0
	if out > 0 {
		rows = len(kernel) / out
	}
	return Array{shape, func(yield func([]float32) bool) {
		piece := make([]float32, min(outAtOnce, out)*rows) // (o, channels, positions)
		for first := 0; first < out; first += outAtOnce {
			n := min(outAtOnce, out-first)
			gather(piece, kernel[first:], scale, n, rows, positions, out)
			if !yield(piece[:n*rows]) {
				return
			}
		}
	}}
}

// gather copies n neighbouring columns of a kernel, (rows, out), to rows of to.
func gather(to, kernel, scale []float32, n, rows, positions, out int) {
	channels := rows / positions
	for position := range positions {
		for channel := range channels {
			row, at := position*channels+channel, channel*positions+position
			factor := float32(1)
			if scale != nil {
				factor = scale[row]
			}
			for o, v := range kernel[row*out:][:n] {
				to[o*rows+at] = v * factor
			}
		}
	}
}

// WriteTo writes the values as little-endian IEEE 754 binary32.
func (a Array) WriteTo(w io.Writer) (written int64, err error) {
	buffer := make([]byte, 0, 4*pieceValues)
	for piece := range a.Pieces {
		for len(piece) > 0 {
			n := min(len(piece), pieceValues)
			buffer = buffer[:0]
			for _, v := range piece[:n] {
				buffer = binary.LittleEndian.AppendUint32(buffer, math.Float32bits(v))
			}
			m, err := w.Write(buffer)
			if written += int64(m); err != nil {
				return written, err
			}
			piece = piece[n:]
		}
	}
	return written, nil
}
