package hdf5

import (
	"errors"
	"fmt"
	"math"
	"slices"
)

// dataset reads the description of an array. ok is false where the object has no
// dataspace or no layout (a committed datatype, say).
func (w *walk) dataset(messages []message) (d Dataset, ok bool) {
	var dataspace, datatype, layout *message
	for i, m := range messages {
		at := &messages[i]
		switch m.kind {
		case msgDataspace:
			dataspace = at
		case msgDatatype:
			datatype = at
		case msgLayout:
			layout = at
		case msgExternal:
			return Dataset{Unreadable: "is stored in other files"}, true
		}
	}
	if dataspace == nil || datatype == nil || layout == nil {
		return d, false
	}
	if err := w.describe(&d, dataspace, datatype, layout); err != nil {
		d.Unreadable = err.Error()
	}
	return d, true
}

func (w *walk) describe(d *Dataset, dataspace, datatype, layout *message) (err error) {
	if dataspace.shared || datatype.shared || layout.shared {
		return errors.New("refers to a committed datatype or a shared message, which is not read")
	}
	if d.Shape, err = shape(dataspace.data); err != nil {
		return err
	}
	if d.Type, err = floatType(datatype.data); err != nil {
		return err
	}
	size := d.Type.size()
	for _, n := range d.Shape {
		if n > 0 && size > math.MaxInt64/int64(n) {
			return fmt.Errorf("has the shape %v, more values than a file can hold", d.Shape)
		}
		size *= int64(n)
	}
	d.Offset, d.Size, err = w.dataLocation(layout, size)
	return err
}

// shape reads a dataspace message (section IV.A.2.b).
func shape(data []byte) ([]int, error) {
	c := &cursor{b: data}
	version, rank, flags := c.uint(1), c.uint(1), c.uint(1)
	_ = flags // says whether maximal dimensions follow, which do not matter
	switch version {
	case 1:
		c.skip(5)
	case 2:
		if kind := c.uint(1); kind > 1 {
			return nil, errors.New("is empty (a null dataspace)")
		}
	default:
		return nil, fmt.Errorf("has a dataspace of version %d, which is not known", version)
	}
	if rank > maxRank {
		return nil, fmt.Errorf("has %d dimensions, more than %d", rank, maxRank)
	}
	dims := make([]int, rank)
	for i := range dims {
		n := c.length()
		if n > math.MaxInt32 {
			return nil, fmt.Errorf("has the dimension %d", n)
		}
		dims[i] = int(n)
	}
	if c.short {
		return nil, errors.New("has a damaged dataspace")
	}
	return dims, nil
}

func (t Type) size() int64 {
	switch t {
	case Float16, BFloat16:
		return 2
	case Float32:
		return 4
	}
	return 8
}

// layouts are the properties of a floating-point datatype: bit offset, precision,
// exponent's position and size, mantissa's position and size, exponent's bias.
var layouts = map[[7]uint64]Type{
	{0, 16, 10, 5, 0, 10, 15}:    Float16,
	{0, 16, 7, 8, 0, 7, 127}:     BFloat16,
	{0, 32, 23, 8, 0, 23, 127}:   Float32,
	{0, 64, 52, 11, 0, 52, 1023}: Float64,
}

// floatType reads a datatype message (section IV.A.2.d) of class 1.
func floatType(data []byte) (Type, error) {
	classes := []string{"integers", "floating-point numbers", "times", "strings", "bits", "opaque values", "compound values", "references", "enumerated values", "values of variable length", "arrays", "complex numbers"}
	c := &cursor{b: data}
	class := c.uint(1) & 0x0f
	bits := c.next(3)
	size := c.uint(4)
	if class != 1 {
		name := fmt.Sprintf("class %d", class)
		if class < uint64(len(classes)) {
			name = classes[class]
		}
		return "", fmt.Errorf("holds %s, not floating-point numbers", name)
	}
	p := [7]uint64{c.uint(2), c.uint(2), c.uint(1), c.uint(1), c.uint(1), c.uint(1), c.uint(4)}
	if c.short {
		return "", errors.New("has a damaged datatype")
	}
	// Bits 0 and 6: byte order. 4 and 5: the mantissa's leading one is implied.
	// 8 to 15: where the sign is.
	t, ok := layouts[p]
	if bits[0]&0x41 != 0 {
		return "", errors.New("is big-endian, and only little-endian is read")
	}
	if !ok || bits[0]&0x30 != 0x20 || uint64(bits[1]) != 8*size-1 || int64(size) != t.size() {
		return "", fmt.Errorf("holds floating-point numbers of %d bytes in an unusual format", size)
	}
	return t, nil
}

// dataLocation reads a layout message (section IV.A.2.i) and returns where the values
// are. size is what type and shape ask for.
func (w *walk) dataLocation(m *message, size int64) (offset, length int64, err error) {
	const compact, contiguous = 0, 1
	c := &cursor{b: m.data}
	version, class := c.uint(1), c.uint(1)
	if !slices.Contains([]uint64{3, 4, 5}, version) {
		return 0, 0, fmt.Errorf("has a layout of version %d, which is not read; rewrite the file with h5repack", version)
	}
	var addr, n uint64
	switch class {
	case compact:
		n = c.uint(2)
		addr = m.addr + uint64(len(m.data)-len(c.b))
		if n > uint64(len(c.b)) {
			return 0, 0, errors.New("is cut off in its object header")
		}
	case contiguous:
		addr, n = c.addr(), c.length()
	default:
		return 0, 0, errors.New("is stored in chunks, perhaps compressed, which is not read; rewrite the file with `h5repack -l CONTI -f NONE OLD NEW`")
	}
	switch {
	case c.short:
		return 0, 0, errors.New("has a damaged layout")
	case n != uint64(size):
		return 0, 0, fmt.Errorf("has %d bytes of data and needs %d: the file is damaged", n, size)
	case addr == undefined && n > 0:
		return 0, 0, errors.New("was never written")
	case n == 0:
		return 0, 0, nil
	}
	offset, err = w.locate(addr, n)
	if err != nil {
		return 0, 0, fmt.Errorf("lies outside of the file: %w", err)
	}
	return offset, size, nil
}
