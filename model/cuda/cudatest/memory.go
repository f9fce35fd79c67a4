package cudatest

import (
	"fmt"
	"slices"
	"sync"

	"cutpoint/model/cuda/driver"
)

// Where things are in the generic address space. Shared memory's own addresses begin at 0,
// parameters' too; neither is the same as the generic address, so that mixing them shows.
const (
	sharedWindow = 0x7100_0000_0000
	paramWindow  = 0x7200_0000_0000
	windowBytes  = 1 << 32
	globalBase   = 0x7f00_0000_0000
	guardBytes   = 1 << 21 // between allocations
	pageBytes    = 512     // alignment of allocations
	filled       = 1 << 28 // of an allocation: the rest is zero, and takes no memory before it is used
)

// Results of the driver that package driver does not name.
const (
	illegalInstruction driver.Result = 715
	misalignedAddress  driver.Result = 716
)

// allocation is a piece of global memory. Addresses are never used again, so that memory
// that was freed can be told from memory in use.
type allocation struct {
	base    uint64
	data    []byte
	written []bool // which bytes hold a value; nil without Config.Uninitialised
}

// memory is the GPU's global memory.
type memory struct {
	sync.RWMutex
	allocations []*allocation // by address
	next        uint64
	used, size  uint64
	watch       bool // fault on reads of what was never written
}

// allocate takes memory. It begins with a pattern that is not a number.
func (g *memory) allocate(n uint64) (*allocation, bool) {
	g.Lock()
	defer g.Unlock()
	taken := (n + pageBytes - 1) / pageBytes * pageBytes
	if n > g.size || taken > g.size-g.used {
		return nil, false
	}
	if g.next == 0 {
		g.next = globalBase
	}
	a := &allocation{base: g.next, data: make([]byte, n)}
	fill(a.data[:min(n, filled)])
	if g.watch {
		a.written = make([]bool, n)
	}
	g.next += taken + guardBytes
	g.used += taken
	g.allocations = append(g.allocations, a)
	return a, true
}

// fill writes the pattern 0x7fff: NaN as bfloat16, and in pairs as float32.
func fill(data []byte) {
	if len(data) < 2 {
		return
	}
	data[0], data[1] = 0xff, 0x7f
	for n := 2; n < len(data); n *= 2 {
		copy(data[n:], data[:n])
	}
}

func (g *memory) free(base uint64) bool {
	g.Lock()
	defer g.Unlock()
	i, ok := g.search(base)
	if !ok {
		return false
	}
	g.used -= (uint64(len(g.allocations[i].data)) + pageBytes - 1) / pageBytes * pageBytes
	g.allocations = slices.Delete(g.allocations, i, i+1)
	return true
}

func (g *memory) search(base uint64) (int, bool) {
	return slices.BinarySearchFunc(g.allocations, base, func(a *allocation, b uint64) int {
		switch {
		case a.base < b:
			return -1
		case a.base > b:
			return 1
		}
		return 0
	})
}

// find is the allocation at or before an address, nil if there is none.
func (g *memory) find(address uint64) *allocation {
	g.RLock()
	defer g.RUnlock()
	i, ok := g.search(address)
	if !ok {
		i--
	}
	if i < 0 {
		return nil
	}
	return g.allocations[i]
}

// has says whether n bytes at an address are within the allocation.
func (a *allocation) has(address uint64, n int) bool {
	return address >= a.base && address-a.base <= uint64(len(a.data)) && uint64(len(a.data))-(address-a.base) >= uint64(n)
}

// read is n bytes at an address.
func (g *memory) read(address uint64, n int) ([]byte, error) {
	a := g.find(address)
	if a == nil || !a.has(address, n) {
		return nil, g.outside(address, n, a)
	}
	return a.bytes(address, n, false)
}

// outside says how far an address is from what is allocated.
func (g *memory) outside(address uint64, n int, a *allocation) error {
	if a == nil {
		return &accessError{driver.IllegalAddress, fmt.Sprintf("global address %#x (%d bytes) is before all memory", address, n)}
	}
	return &accessError{driver.IllegalAddress, fmt.Sprintf("global address %#x (%d bytes) is at offset %d of an allocation of %d bytes",
		address, n, address-a.base, len(a.data))}
}

// bytes is a part of the allocation, to be read or written.
func (a *allocation) bytes(address uint64, n int, write bool) ([]byte, error) {
	at := address - a.base
	if a.written != nil {
		seen := a.written[at : at+uint64(n)]
		if write {
			for i := range seen {
				seen[i] = true
			}
		} else if i := slices.Index(seen, false); i >= 0 {
			return nil, &accessError{driver.LaunchFailed, fmt.Sprintf("read of global memory that was never written: offset %d of an allocation of %d bytes",
				at+uint64(i), len(a.data))}
		}
	}
	return a.data[at : at+uint64(n) : at+uint64(n)], nil
}

// accessError is a wrong access, with the driver's name for it.
type accessError struct {
	result driver.Result
	text   string
}

func (e *accessError) Error() string { return e.text }
