package pth

import (
	"errors"
	"fmt"
	"io"
	"math"

	"cutpoint/model/weights/pickle"
)

const (
	maxPickle  = 16 << 20
	maxTensors = 1 << 16
	maxRank    = 32
)

// File is what a file holds.
type File struct {
	BigEndian bool
	Tensors   []Tensor // in the order of the state_dict
}

// Tensor is one array. Its first value lies at Offset, and its values between
// there and Offset+Size.
type Tensor struct {
	Name         string
	Type         string // "F32", "BF16", "I64", …
	Shape        []int
	Strides      []int // in values, one for each dimension
	Offset, Size int64 // bytes, from the beginning of the file
	Unreadable   string
}

// Read reads and checks the description of all tensors in a file of size bytes.
func Read(r io.ReaderAt, size int64) (*File, error) {
	var magic [4]byte
	if n, _ := r.ReadAt(magic[:], 0); n == 4 && string(magic[:]) == "PK\x03\x04" {
		return readZip(r, size)
	}
	return readLegacy(r, size)
}

// storage is a row of values that tensors are views of.
type storage struct {
	offset int64
	count  int64
	typ    string
}

// reference is a persistent identifier: ('storage', class, key, location, count),
// and in the legacy layout the part of it that is used.
type reference struct {
	typ   string
	key   string
	count int64 // values
	first int64 // where a legacy view of a storage begins
}

func parseReference(id any) (reference, error) {
	t, _ := id.(pickle.Tuple)
	if len(t) > 0 && t[0] == "module" {
		return reference{}, errors.New("it is a whole pickled model, and reading one means executing code: load it in Python and " + remedy)
	}
	if len(t) < 5 || t[0] != "storage" {
		return reference{}, errors.New("a tensor's storage is not named as PyTorch names it: the file is damaged")
	}
	class, ok1 := t[1].(pickle.Global)
	key, ok2 := t[2].(string)
	count, ok3 := t[4].(int64)
	r := reference{typ: types[class.Name], key: key, count: count}
	if !ok1 || !ok2 || !ok3 || r.typ == "" || count < 0 || count > math.MaxInt64/8 {
		return reference{}, errors.New("a tensor's storage is not named as PyTorch names it: the file is damaged")
	}
	if len(t) > 5 && t[5] != nil {
		view, _ := t[5].(pickle.Tuple)
		if len(view) != 3 {
			return reference{}, fmt.Errorf("storage %.50q is a view that is not described as PyTorch does: the file is damaged", key)
		}
		first, ok := view[1].(int64)
		if !ok || first < 0 || first > count {
			return reference{}, fmt.Errorf("storage %.50q is a view outside of its storage: the file is damaged", key)
		}
		r.first = first
	}
	return r, nil
}

// named is an entry of a state_dict before its storage is known.
type named struct {
	name string
	call *pickle.Call
}

// tensor makes a Tensor of a call of torch._utils._rebuild_tensor_v2(storage,
// offset, size, stride, …).
func (n named) tensor(find func(reference) (storage, error)) (Tensor, error) {
	a := n.call.Args
	if f := n.call.Func.Name; f != "_rebuild_tensor_v2" && f != "_rebuild_tensor" {
		return Tensor{Name: n.name, Unreadable: "is rebuilt by torch's " + f + ", which is not read: make it a plain tensor with .float().contiguous()"}, nil
	}
	damaged := fmt.Errorf("tensor %.200q is not described as PyTorch does: the file is damaged", n.name)
	if len(a) < 4 {
		return Tensor{}, damaged
	}
	p, ok1 := a[0].(pickle.Persistent)
	first, ok2 := a[1].(int64)
	shape, ok3 := dimensions(a[2])
	strides, ok4 := dimensions(a[3])
	if !ok1 || !ok2 || !ok3 || !ok4 || first < 0 || len(shape) != len(strides) {
		return Tensor{}, damaged
	}
	ref, err := parseReference(p.ID)
	if err != nil {
		return Tensor{}, err
	}
	s, err := find(ref)
	if err != nil {
		return Tensor{}, err
	}
	extent, ok := extentOf(shape, strides)
	if !ok || first > s.count-ref.first || extent > s.count-ref.first-first {
		return Tensor{}, fmt.Errorf("tensor %.200q %v lies outside of its storage of %d values: the file is damaged", n.name, shape, s.count)
	}
	width := widths[s.typ]
	return Tensor{Name: n.name, Type: s.typ, Shape: shape, Strides: strides, Offset: s.offset + (ref.first+first)*width, Size: extent * width}, nil
}

// dimensions reads a tuple of sizes.
func dimensions(v any) ([]int, bool) {
	if c, ok := v.(*pickle.Call); ok && c.Func.Name == "Size" && len(c.Args) == 1 {
		v = c.Args[0]
	}
	t, ok := v.(pickle.Tuple)
	if !ok || len(t) > maxRank {
		return nil, false
	}
	d := make([]int, len(t))
	for i, x := range t {
		n, ok := x.(int64)
		if !ok || n < 0 || n > math.MaxInt32 {
			return nil, false
		}
		d[i] = int(n)
	}
	return d, true
}

// extentOf returns the number of values between a view's first and its last.
func extentOf(shape, strides []int) (int64, bool) {
	last := int64(0)
	for i, n := range shape {
		if n == 0 {
			return 0, true
		}
		step := int64(n-1) * int64(strides[i]) // below 2⁶²
		if last > math.MaxInt64/2-step {
			return 0, false
		}
		last += step
	}
	return last + 1, true
}
