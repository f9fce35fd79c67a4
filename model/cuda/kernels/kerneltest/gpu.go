// Package kerneltest runs kernels in tests: on an emulated GPU, with outputs that are
// poisoned and fenced in.
package kerneltest

import (
	"errors"
	"fmt"
	"runtime"
	"testing"
	"unsafe"

	"cutpoint/model/cuda/cudatest"
	"cutpoint/model/cuda/driver"
	"cutpoint/model/cuda/kernels"
)

// GPU is an emulated device with a module loaded.
type GPU struct {
	tb      testing.TB
	device  *cudatest.Device
	api     *driver.API
	context driver.Context
	module  driver.Module
	stream  driver.Stream
}

// New returns a device of a compute capability that has loaded ptx. seed decides in which
// order blocks and warps run.
func New(tb testing.TB, major, minor int, ptx string, seed uint64) *GPU {
	tb.Helper()
	g := &GPU{tb: tb, device: cudatest.New(cudatest.Config{Major: major, Minor: minor, Name: "emulated",
		Multiprocessors: 4, Memory: 1 << 30, Seed: seed, Uninitialised: true, Races: true})}
	g.api = g.device.API()
	g.must("cuInit", g.api.Init(0))
	g.must("cuDevicePrimaryCtxRetain", g.api.PrimaryCtxRetain(&g.context, 0))
	defer g.enter()()
	image := append([]byte(ptx), 0)
	g.must("cuModuleLoadDataEx", g.api.ModuleLoadDataEx(&g.module, unsafe.Pointer(&image[0]), 0, nil, nil))
	g.must("cuStreamCreate", g.api.StreamCreate(&g.stream, driver.StreamNonBlocking))
	return g
}

// In returns the same GPU for a subtest, which is the one that fails.
func (g *GPU) In(tb testing.TB) *GPU {
	in := *g
	in.tb = tb
	return &in
}

// enter makes the device's context that of the thread, on which the goroutine stays until
// the result is called.
func (g *GPU) enter() (leave func()) {
	g.tb.Helper()
	runtime.LockOSThread()
	g.must("cuCtxSetCurrent", g.api.CtxSetCurrent(g.context))
	return runtime.UnlockOSThread
}

func (g *GPU) must(call string, r driver.Result) {
	g.tb.Helper()
	if r != driver.Success {
		g.tb.Fatalf("%s: %d (%v)", call, r, g.device.Fault())
	}
}

// Upload copies values to newly allocated memory and returns its address.
func Upload[T any](g *GPU, values []T) uint64 {
	g.tb.Helper()
	defer g.enter()()
	bytes := uint64(len(values)) * uint64(unsafe.Sizeof(values[0]))
	p := g.allocate(bytes)
	g.must("cuMemcpyHtoDAsync", g.api.MemcpyHtoDAsync(p, unsafe.Pointer(&values[0]), bytes, g.stream))
	g.must("cuStreamSynchronize", g.api.StreamSynchronize(g.stream))
	return uint64(p)
}

func (g *GPU) allocate(bytes uint64) (p driver.DevicePtr) {
	g.tb.Helper()
	g.must("cuMemAlloc", g.api.MemAlloc(&p, bytes))
	return p
}

// Free frees what Upload or NewOutput allocated.
func (g *GPU) Free(addresses ...uint64) {
	g.tb.Helper()
	defer g.enter()()
	for _, p := range addresses {
		g.must("cuMemFree", g.api.MemFree(driver.DevicePtr(p)))
	}
}

// Run launches a kernel and waits for it. params point to its parameters.
func (g *GPU) Run(k kernels.Kernel, grid int, params ...unsafe.Pointer) error {
	g.tb.Helper()
	defer g.enter()()
	name := append([]byte(k.Name), 0)
	var f driver.Function
	g.must("cuModuleGetFunction", g.api.ModuleGetFunction(&f, g.module, &name[0]))
	g.must("cuFuncSetAttribute", g.api.FuncSetAttribute(f, driver.FunctionMaxDynamicShared, int32(k.Shared)))
	r := g.api.LaunchKernel(f, uint32(grid), 1, 1, uint32(k.Threads), 1, 1, uint32(k.Shared), g.stream, &params[0], nil)
	if r == driver.Success {
		r = g.api.StreamSynchronize(g.stream)
	}
	if r != driver.Success {
		return fmt.Errorf("%s: result %d: %w", k.Name, r, errors.Join(g.device.Fault()))
	}
	return nil
}

// Output is memory that a kernel shall fill: planes, with fences before and behind each.
type Output struct {
	g               *GPU
	base            uint64
	planes, n, unit int
	Plane           uint64 // elements from one plane to the next
	Address         uint64 // of the first plane
}

const (
	fence  = 256  // bytes
	poison = 0xff // as bf16, fp16 and float32 a NaN
)

// NewOutput returns poisoned memory for planes of n elements of elementBytes each.
func NewOutput(g *GPU, planes, n, elementBytes int) *Output {
	g.tb.Helper()
	defer g.enter()()
	o := &Output{g: g, planes: planes, n: n, unit: elementBytes}
	plane := (n*elementBytes + 2*fence - 1) / fence * fence // a fence and what aligns the next plane
	bytes := uint64(fence + planes*plane)
	p := g.allocate(bytes)
	g.must("cuMemsetD8Async", g.api.MemsetD8Async(p, poison, bytes, g.stream))
	o.base, o.Address, o.Plane = uint64(p), uint64(p)+fence, uint64(plane/elementBytes)
	return o
}

// Bytes returns the planes one behind the other, and fails if a fence was written.
func (o *Output) Bytes() []byte {
	o.g.tb.Helper()
	defer o.g.enter()()
	all := make([]byte, fence+o.planes*int(o.Plane)*o.unit)
	o.g.must("cuMemcpyDtoHAsync", o.g.api.MemcpyDtoHAsync(unsafe.Pointer(&all[0]), driver.DevicePtr(o.base), uint64(len(all)), o.g.stream))
	o.g.must("cuStreamSynchronize", o.g.api.StreamSynchronize(o.g.stream))
	var data []byte
	for q := range o.planes {
		at := fence + q*int(o.Plane)*o.unit
		data = append(data, all[at:at+o.n*o.unit]...)
		for i := range o.n * o.unit {
			all[at+i] = poison
		}
	}
	for i, b := range all {
		if b != poison {
			o.g.tb.Fatalf("byte %d of %d was written, which is between planes or outside", i, len(all))
		}
	}
	return data
}

// Uint16 returns the planes as numbers of 16 bits.
func (o *Output) Uint16() []uint16 {
	o.g.tb.Helper()
	b := o.Bytes()
	return unsafe.Slice((*uint16)(unsafe.Pointer(&b[0])), len(b)/2)
}

// Float32 returns the planes as float32.
func (o *Output) Float32() []float32 {
	o.g.tb.Helper()
	b := o.Bytes()
	return unsafe.Slice((*float32)(unsafe.Pointer(&b[0])), len(b)/4)
}

// Values returns the values of planes of 16 bits.
func (o *Output) Values(scale float32) []float32 {
	o.g.tb.Helper()
	return Sum(o.Uint16(), o.planes, scale)
}

// Free gives the memory back.
func (o *Output) Free() { o.g.Free(o.base) }
