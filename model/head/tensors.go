package head

import (
	"encoding/binary"
	"fmt"
	"io"
	"math"

	"cutpoint/model/weights/safetensors"
)

// array is one of a head's tensors, under its name in a file: 32-bit floats or, for
// class numbers, 32-bit integers.
type array struct {
	name   string
	shape  []int
	floats *[]float32
	ints   *[]int32
}

// tensors lists the head's arrays in file order:
//
//	mean (D), scale (D)                          unless the features are taken as they are
//	hidden.0.kernel (D, H₀), hidden.0.bias (H₀)  and so on
//	kernel (H, K), bias (K)
//
// or, of a vote of neighbours, neighbours.kernel (D, M) and neighbours.classes (M).
func (h *Head) tensors() []array {
	var list []array
	if h.Mean != nil {
		list = append(list, array{name: "mean", shape: []int{h.Dim}, floats: &h.Mean})
	}
	if h.Scale != nil {
		list = append(list, array{name: "scale", shape: []int{h.Dim}, floats: &h.Scale})
	}
	if n := h.Neighbours; n != nil {
		return append(list, array{name: "neighbours.kernel", shape: []int{h.Dim, n.Pages.Out}, floats: &n.Pages.Kernel},
			array{name: "neighbours.classes", shape: []int{n.Pages.Out}, ints: &n.Classes})
	}
	for i := range h.Hidden {
		l := &h.Hidden[i]
		list = append(list, array{name: fmt.Sprintf("hidden.%d.kernel", i), shape: []int{l.In, l.Out}, floats: &l.Kernel},
			array{name: fmt.Sprintf("hidden.%d.bias", i), shape: []int{l.Out}, floats: &l.Bias})
	}
	return append(list, array{name: "kernel", shape: []int{h.Width(), h.Classes}, floats: &h.Kernel},
		array{name: "bias", shape: []int{h.Classes}, floats: &h.Bias})
}

func (t array) dtype() string {
	if t.ints != nil {
		return "I32"
	}
	return "F32"
}

// size is the number of values that the shape asks for.
func (t array) size() int {
	n := 1
	for _, s := range t.shape {
		n *= s
	}
	return n
}

// len is the number of values that are there.
func (t array) len() int {
	if t.ints != nil {
		return len(*t.ints)
	}
	return len(*t.floats)
}

// write writes the values as they stand in a file.
func (t array) write(w io.Writer) error {
	if t.ints != nil {
		return safetensors.WriteValues(w, *t.ints)
	}
	return safetensors.WriteValues(w, *t.floats)
}

// set reads the values from a file's little-endian bytes.
func (t array) set(raw []byte) {
	if t.ints != nil {
		*t.ints = make([]int32, len(raw)/4)
		for i := range *t.ints {
			(*t.ints)[i] = int32(binary.LittleEndian.Uint32(raw[4*i:]))
		}
		return
	}
	*t.floats = make([]float32, len(raw)/4)
	for i := range *t.floats {
		(*t.floats)[i] = math.Float32frombits(binary.LittleEndian.Uint32(raw[4*i:]))
	}
}

// check refuses values that no training results in.
func (t array) check(classes int) error {
	if t.len() != t.size() {
		return fmt.Errorf("tensor %s has %d values, its shape %v wants %d", t.name, t.len(), t.shape, t.size())
	}
	if t.ints != nil {
		for i, v := range *t.ints {
			if v < 0 || int(v) >= classes {
				return fmt.Errorf("tensor %s has class %d at %d, and classes run from 0 to %d", t.name, v, i, classes-1)
			}
		}
		return nil
	}
	for i, v := range *t.floats {
		if d := float64(v); math.IsNaN(d) || math.IsInf(d, 0) {
			return fmt.Errorf("tensor %s has %v at %d: values must be finite", t.name, v, i)
		}
	}
	return nil
}
