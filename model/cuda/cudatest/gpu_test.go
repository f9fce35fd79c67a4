package cudatest

import (
	"math"
	"runtime"
	"testing"
	"unsafe"

	"cutpoint/model/cuda/driver"
)

// gpu is a device with a context and a module, for tests.
type gpu struct {
	*Device
	*driver.API
	t      *testing.T
	module driver.Module
}

// newGPU loads PTX on a device.
func newGPU(t *testing.T, c Config, ptx string) *gpu {
	t.Helper()
	runtime.LockOSThread()
	d := New(c)
	g := &gpu{Device: d, API: d.API(), t: t}
	var context driver.Context
	g.must(g.Init(0))
	g.must(g.PrimaryCtxRetain(&context, 0))
	g.must(g.CtxSetCurrent(context))
	text := append([]byte(ptx), 0)
	g.must(g.ModuleLoadDataEx(&g.module, unsafe.Pointer(&text[0]), 0, nil, nil))
	return g
}

func (g *gpu) must(r driver.Result) {
	g.t.Helper()
	if r != driver.Success {
		g.t.Fatalf("driver call: result %d, fault %v", r, g.Fault())
	}
}

func (g *gpu) function(name string) (f driver.Function) {
	g.t.Helper()
	text := append([]byte(name), 0)
	g.must(g.ModuleGetFunction(&f, g.module, &text[0]))
	return f
}

func (g *gpu) alloc(n int) (p driver.DevicePtr) {
	g.t.Helper()
	g.must(g.MemAlloc(&p, uint64(n)))
	return p
}

// pinnedBytes is memory that stays where it is.
func (g *gpu) pinnedBytes(n int) []byte {
	g.t.Helper()
	var p unsafe.Pointer
	g.must(g.MemHostAlloc(&p, uint64(n), driver.HostAllocPortable))
	return unsafe.Slice((*byte)(p), n)
}

// upload copies a slice to new memory.
func upload[T any](g *gpu, values []T) driver.DevicePtr {
	g.t.Helper()
	n := len(values) * int(unsafe.Sizeof(values[0]))
	p := g.alloc(n)
	g.must(g.MemcpyHtoDAsync(p, unsafe.Pointer(&values[0]), uint64(n), 0))
	return p
}

func download[T any](g *gpu, p driver.DevicePtr, n int) []T {
	g.t.Helper()
	out := make([]T, n)
	g.must(g.MemcpyDtoHAsync(unsafe.Pointer(&out[0]), p, uint64(n)*uint64(unsafe.Sizeof(out[0])), 0))
	g.must(g.StreamSynchronize(0))
	return out
}

// launch runs a kernel and says how it ended.
func (g *gpu) launch(f driver.Function, grid, block, shared int, params ...unsafe.Pointer) driver.Result {
	g.t.Helper()
	if shared > 0 {
		g.must(g.FuncSetAttribute(f, driver.FunctionMaxDynamicShared, int32(shared)))
	}
	var first *unsafe.Pointer
	if len(params) > 0 {
		first = &params[0]
	}
	if r := g.LaunchKernel(f, uint32(grid), 1, 1, uint32(block), 1, 1, uint32(shared), 0, first, nil); r != driver.Success {
		return r
	}
	return g.StreamSynchronize(0)
}

func toBrain(f float32) uint16 { return uint16(brain(f, nearest)) }

func fromBrain(u uint16) float32 { return math.Float32frombits(uint32(u) << 16) }
