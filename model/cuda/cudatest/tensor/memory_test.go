package tensor

import (
	"encoding/binary"
	"fmt"
	"math/rand/v2"
	"testing"
	"unsafe"

	"cutpoint/model/cuda/driver"
)

// newMap returns a map aligned to 64 bytes.
func newMap() *driver.TensorMap {
	memory := make([]byte, 2*len(driver.TensorMap{}))
	return (*driver.TensorMap)(memory[aligned(memory):])
}

// aligned is where the first multiple of 64 is.
func aligned(memory []byte) int { return int(-uintptr(unsafe.Pointer(&memory[0])) & 63) }

// globalArray is global memory that ends where it ends.
type globalArray struct {
	address uint64
	bytes   []byte
	reads   int
}

func newGlobal(r *rand.Rand, address uint64, bytes int) *globalArray {
	g := &globalArray{address: address, bytes: make([]byte, bytes)}
	for i := range g.bytes {
		g.bytes[i] = byte(r.UintN(256))
	}
	return g
}

func (g *globalArray) read(address uint64, n int) ([]byte, error) {
	g.reads++
	if n <= 0 || address < g.address || address+uint64(n) > g.address+uint64(len(g.bytes)) {
		return nil, fmt.Errorf("global memory has no %d bytes at %#x", n, address)
	}
	return g.bytes[address-g.address:][:n], nil
}

func put16(memory []byte, at int, v uint16) { binary.LittleEndian.PutUint16(memory[at:], v) }

func get16(memory []byte, at int) uint16 { return binary.LittleEndian.Uint16(memory[at:]) }

// garbage is shared memory full of NaN.
func garbage(bytes int) []byte {
	memory := make([]byte, bytes)
	for i := range memory {
		memory[i] = 0xff
	}
	return memory
}

// encode encodes with every option that the tests leave alone, and no padding between
// elements.
func encode(t *testing.T, dataType uint32, address uint64, dims, strides []uint64, box, steps []uint32, swizzle int32) *driver.TensorMap {
	t.Helper()
	m := newMap()
	if r := Encode(m, dataType, uint32(len(dims)), driver.DevicePtr(address), dims, strides, box, steps, driver.TensorMapInterleaveNone, swizzle, driver.TensorMapL2Promotion128B, driver.TensorMapOutOfBoundsZeros); r != driver.Success {
		t.Fatalf("Encode: %d", r)
	}
	return m
}
