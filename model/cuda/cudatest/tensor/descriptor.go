package tensor

import "fmt"

// descriptor is a K-major matrix of 16-bit numbers in shared memory ("Matrix Descriptor Format",
// "Strides", "Canonical Layouts"). Its unit is a core matrix's row: 8 values, 16 bytes.
type descriptor struct {
	start   uint32  // address of the first value
	unit    uint32  // from the first 8 columns of k to the next
	pitch   uint32  // from row to row, within 8
	group   uint32  // from 8 rows to the next 8
	swizzle swizzle // applied to the sum of all
	format  format
}

// Fields of a matrix descriptor. Bits of no field are zero.
const (
	offsetBits   = 1<<14 - 1
	fieldBits    = 3<<62 | 7<<49 | offsetBits<<32 | offsetBits<<16 | offsetBits
	baseOffset   = 7 << 49
	startShift   = 0
	leadingShift = 16
	strideShift  = 32
	modeShift    = 62
)

// decodeDescriptor refuses bits outside of the fields: an address that was not masked, or
// another generation's format.
func decodeDescriptor(f format, bits uint64) (descriptor, error) {
	if stray := bits &^ uint64(fieldBits); stray != 0 {
		return descriptor{}, fmt.Errorf("matrix descriptor %#x: bits %#x are of no field", bits, stray)
	}
	if bits&baseOffset != 0 {
		return descriptor{}, fmt.Errorf("matrix descriptor %#x: a base offset is not emulated", bits)
	}
	field := func(shift int) uint32 { return uint32(bits>>shift&offsetBits) << 4 }
	m := descriptor{format: f, start: field(startShift), group: field(strideShift)}
	mode := bits >> modeShift
	if mode == 0 {
		m.unit, m.pitch = field(leadingShift), unitBytes
		return m, nil
	}
	m.swizzle = 256 >> mode // 1, 2, 3 are 128, 64, 32 bytes; the leading offset is not used
	m.unit, m.pitch = unitBytes, uint32(m.swizzle)
	if m.start%m.pitch+2*unitBytes > m.pitch {
		return m, fmt.Errorf("matrix descriptor %#x: 16 values from address %#x leave the %d bytes of the swizzle", bits, m.start, m.swizzle)
	}
	return m, nil
}

// row returns columns 0 to 7 and 8 to 15 of a row.
func (m *descriptor) row(shared []byte, row int) (low, high *[unitBytes]byte, err error) {
	at := m.start + uint32(row/8)*m.group + uint32(row%8)*m.pitch
	first, second := m.swizzle.address(at), m.swizzle.address(at+m.unit)
	if last := uint64(max(first, second)); last+unitBytes > uint64(len(shared)) {
		return nil, nil, fmt.Errorf("row %d: %w", row, checkShared(shared, last, unitBytes, unitBytes))
	}
	return (*[unitBytes]byte)(shared[first:]), (*[unitBytes]byte)(shared[second:]), nil
}
