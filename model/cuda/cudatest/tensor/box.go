package tensor

import (
	"errors"
	"fmt"

	"cutpoint/model/cuda/driver"
)

const (
	boxAlignment = 128            // of a box in shared memory
	longestRow   = 8 * longestBox // bytes
)

// globalMemory returns n bytes of global memory.
type globalMemory = func(address uint64, n int) ([]byte, error)

// LoadBox is cp.async.bulk.tensor.1d to .5d.shared::cluster.global.tile: it copies a box of
// the array that m describes from global memory to shared memory at address, where it stands
// densely except for the swizzle, and returns its bytes: what the copy completes of an
// mbarrier's transactions, elements outside of the array included. coordinates are of the
// box's first element, from the fastest dimension to the slowest, one for each dimension, and
// may lie outside; elements outside of the array are zero ("Out of Boundary Access"). global
// returns n bytes of global memory; it is asked for nothing outside of the array.
//
// address is a multiple of 128. A swizzle's pattern hangs on the address in shared memory
// ("Swizzling Modes"), so a box may start anywhere in it. Interleaved layouts, the fill with
// NaN, types that the copy rounds, and boxes narrower than their swizzle are not emulated.
// After an error a part of the box may have been copied.
func LoadBox(m *driver.TensorMap, coordinates []int32, global func(address uint64, n int) ([]byte, error), shared []byte, address uint32) (bytes int, err error) {
	t, err := decodeMap(m)
	if err == nil {
		err = t.emulated(len(coordinates))
	}
	if err == nil {
		bytes = t.boxBytes()
		err = checkShared(shared, uint64(address), uint64(bytes), boxAlignment)
	}
	if err == nil {
		err = t.load(coordinates, global, shared, address)
	}
	if err != nil {
		return 0, fmt.Errorf("tensor copy: %w", err)
	}
	return bytes, nil
}

// emulated refuses what is not, and another number of coordinates than dimensions.
func (t *tensorMap) emulated(coordinates int) error {
	switch {
	case coordinates != int(t.rank):
		return fmt.Errorf("%d coordinates for %d dimensions", coordinates, t.rank)
	case t.interleave != driver.TensorMapInterleaveNone:
		return errors.New("interleaved layouts are not emulated")
	case t.fill != driver.TensorMapOutOfBoundsZeros:
		return errors.New("the fill with NaN is not emulated")
	case t.dataType >= typeFloat32FTZ:
		return fmt.Errorf("data type %d is not emulated", t.dataType)
	case t.swizzle != 0 && t.rowBytes() != int(t.width()):
		return fmt.Errorf("a box of %d bytes in a swizzle of %d is not emulated", t.rowBytes(), t.width())
	}
	return nil
}

// count is how many elements are copied along a dimension ("Traversal-Stride"). The stride
// of the fastest one is not used.
func (t *tensorMap) count(dim int) int {
	if dim == 0 {
		return int(t.box[0])
	}
	return int((t.box[dim] + t.steps[dim] - 1) / t.steps[dim])
}

func (t *tensorMap) rowBytes() int { return t.count(0) * int(t.strides[0]) }

func (t *tensorMap) boxBytes() int {
	return t.rowBytes() * t.count(1) * t.count(2) * t.count(3) * t.count(4)
}

// load copies the box row by row.
func (t *tensorMap) load(coordinates []int32, global globalMemory, shared []byte, address uint32) error {
	var buffer [longestRow]byte
	row, pattern := buffer[:t.rowBytes()], t.width()
	var first, at [maxRank]int64
	for i, c := range coordinates {
		first[i] = int64(c)
	}
	for i := range t.boxBytes() / len(row) {
		at[0] = first[0]
		for dim, rest := 1, i; dim < maxRank; dim++ {
			n := t.count(dim)
			at[dim] = first[dim] + int64(rest%n)*int64(t.steps[dim])
			rest /= n
		}
		if err := t.readRow(row, at, global); err != nil {
			return fmt.Errorf("at %v: %w", at[:t.rank], err)
		}
		for u := 0; u < len(row); u += unitBytes {
			to := pattern.address(address + uint32(i*len(row)+u))
			copy(shared[to:], row[u:u+unitBytes])
		}
	}
	return nil
}

// readRow reads a row of the box that starts at coordinates at, with zeros where the array
// has no elements.
func (t *tensorMap) readRow(row []byte, at [maxRank]int64, global globalMemory) error {
	clear(row)
	address := t.address
	for dim := 1; dim < maxRank; dim++ {
		if at[dim] < 0 || at[dim] >= int64(t.dims[dim]) {
			return nil
		}
		address += uint64(at[dim]) * t.strides[dim]
	}
	from, to := max(at[0], 0), min(at[0]+int64(t.box[0]), int64(t.dims[0]))
	if from >= to {
		return nil
	}
	size := int64(t.strides[0])
	n := int((to - from) * size)
	values, err := global(address+uint64(from*size), n)
	if err != nil {
		return err
	}
	if len(values) != n {
		return fmt.Errorf("global memory returned %d bytes of %d", len(values), n)
	}
	copy(row[(from-at[0])*size:], values)
	return nil
}
