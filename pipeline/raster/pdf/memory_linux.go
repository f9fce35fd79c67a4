package pdf

import (
	"context"
	"sync"
	"unsafe"

	"github.com/tetratelabs/wazero/experimental"
	"golang.org/x/sys/unix"
)

// memories are the linear memories of all sandboxes. They are mapped: such a memory is not
// cleared before it is used, nor copied when it grows, and it is given back at once.
type memories struct {
	mutex sync.Mutex
	all   map[*memory]bool
}

var mapped = memories{all: map[*memory]bool{}}

// withMemories returns a context for sandboxes whose memory is mapped.
func withMemories(ctx context.Context) context.Context {
	return experimental.WithMemoryAllocator(ctx, &mapped)
}

// Allocate reserves addresses for a memory.
func (m *memories) Allocate(_, most uint64) experimental.LinearMemory {
	reserved, err := unix.Mmap(-1, 0, int(most), unix.PROT_NONE, unix.MAP_PRIVATE|unix.MAP_ANON)
	if err != nil {
		return new(heap)
	}
	one := &memory{reserved: reserved}
	m.mutex.Lock()
	defer m.mutex.Unlock()
	m.all[one] = true
	return one
}

// of returns the memory that a view of a sandbox's memory lies in, or nil.
func (m *memories) of(view []byte) *memory {
	at := uintptr(unsafe.Pointer(unsafe.SliceData(view)))
	m.mutex.Lock()
	defer m.mutex.Unlock()
	for memory := range m.all {
		start := uintptr(unsafe.Pointer(unsafe.SliceData(memory.reserved)))
		if at-start < uintptr(len(memory.reserved)) {
			return memory
		}
	}
	return nil
}

// memory is the linear memory of a sandbox.
type memory struct {
	reserved []byte
	usable   uint64
}

// step is by how much the usable part of a memory grows: a huge page.
const step = 2 << 20

// Reallocate makes size bytes usable.
func (m *memory) Reallocate(size uint64) []byte {
	if size > m.usable {
		usable := min((size+step-1)&^(step-1), uint64(len(m.reserved)))
		if unix.Mprotect(m.reserved[:usable], unix.PROT_READ|unix.PROT_WRITE) != nil {
			return nil
		}
		_ = unix.Madvise(m.reserved[:usable], unix.MADV_HUGEPAGE) // fewer page faults, where the system has them
		m.usable = usable
	}
	return m.reserved[:size:size]
}

// Free does nothing: wazero calls it when a sandbox is killed, which may still be running.
func (m *memory) Free() {}

// release gives the memory back. The sandbox runs no more.
func (m *memory) release() {
	if m == nil {
		return
	}
	mapped.mutex.Lock()
	delete(mapped.all, m)
	mapped.mutex.Unlock()
	_ = unix.Munmap(m.reserved)
}

// heap is a memory of Go's, for want of addresses.
type heap []byte

// Reallocate makes size bytes usable.
func (h *heap) Reallocate(size uint64) []byte {
	*h = append(*h, make([]byte, size-uint64(len(*h)))...)
	return *h
}

// Free leaves it to the garbage collector.
func (h *heap) Free() {}
