package tensor

import (
	"encoding/binary"
	"errors"
	"hash/fnv"

	"cutpoint/model/cuda/driver"
)

// tensorMap is what a driver.TensorMap says ("Tensor-map"). Dimensions beyond the rank have
// size 1, and all numbers of dimensions go from the fastest to the slowest.
type tensorMap struct {
	address uint64
	dims    [5]uint64 // in elements
	strides [5]uint64 // in bytes; the first is an element's size
	box     [5]uint32 // in elements
	steps   [5]uint32 // from element to element that is copied
	rank    uint32

	dataType, interleave, swizzle, promotion, fill uint32
}

// width is the swizzling mode's.
func (t *tensorMap) width() swizzle {
	if t.swizzle == 0 {
		return 0
	}
	return 16 << t.swizzle // 1, 2, 3 are 32, 64, 128 bytes
}

const (
	maxRank    = 5
	checksumAt = 120 // bytes of a driver.TensorMap, which has 128
)

// write fills m: numbers in little-endian order, and a checksum behind them.
func (t *tensorMap) write(m *driver.TensorMap) {
	b := binary.LittleEndian.AppendUint64(m[:0], t.address)
	for i := range maxRank {
		b = binary.LittleEndian.AppendUint64(b, t.dims[i])
		b = binary.LittleEndian.AppendUint64(b, t.strides[i])
		b = binary.LittleEndian.AppendUint16(b, uint16(t.box[i]))
		b = append(b, uint8(t.steps[i]))
	}
	b = append(b, uint8(t.rank), uint8(t.dataType), uint8(t.interleave), uint8(t.swizzle), uint8(t.promotion), uint8(t.fill))
	clear(m[len(b):])
	binary.LittleEndian.PutUint64(m[checksumAt:], checksum(m))
}

// decodeMap returns an error for a map that Encode did not write.
func decodeMap(m *driver.TensorMap) (*tensorMap, error) {
	if binary.LittleEndian.Uint64(m[checksumAt:]) != checksum(m) {
		return nil, errors.New("the tensor map was never encoded")
	}
	b := m[:]
	next := func(n int) []byte {
		field := b[:n]
		b = b[n:]
		return field
	}
	t := &tensorMap{address: binary.LittleEndian.Uint64(next(8))}
	for i := range maxRank {
		t.dims[i] = binary.LittleEndian.Uint64(next(8))
		t.strides[i] = binary.LittleEndian.Uint64(next(8))
		t.box[i] = uint32(binary.LittleEndian.Uint16(next(2)))
		t.steps[i] = uint32(next(1)[0])
	}
	for _, field := range []*uint32{&t.rank, &t.dataType, &t.interleave, &t.swizzle, &t.promotion, &t.fill} {
		*field = uint32(next(1)[0])
	}
	return t, nil
}

// checksum is that of all other bytes.
func checksum(m *driver.TensorMap) uint64 {
	h := fnv.New64a()
	h.Write(m[:checksumAt])
	return h.Sum64()
}
