package cuda

import (
	"bytes"
	"fmt"
	"log/slog"
	"runtime"
	"strings"
	"sync"
	"sync/atomic"
	"unsafe"

	"cutpoint/model/cuda/driver"
	"cutpoint/model/cuda/kernels"
)

// device is one GPU with its kernels, weights and arenas.
type device struct {
	format
	api     *driver.API
	info    driver.DeviceInfo
	name    string // for messages
	target  target
	context driver.Context
	log     *slog.Logger
	layers  []layer
	held    atomic.Uint64 // bytes of its memory

	products, ends            driver.Module // the matrix products, and what is before and behind them
	functions                 map[functionKey]driver.Function
	multiShared, multiThreads int // bytes of shared memory and threads that a multiprocessor holds

	// queue is held while a batch's kernels are put into the stream: one batch after the
	// other goes through the arenas.
	queue   sync.Mutex
	compute driver.Stream
	arenas  [2]buffer
	pages   int          // that fit into the arenas
	most    atomic.Int64 // pages that memory was found to suffice for; 0: no limit is known
}

// openDevice makes a GPU ready for the kernels, but for the weights.
func openDevice(api *driver.API, info driver.DeviceInfo, f format, kernelsName string) (d *device, err error) {
	d = &device{api: api, info: info, format: f, name: info.String(), functions: map[functionKey]driver.Function{}}
	if d.target, err = chooseTarget(kernelsName, info.Major, info.Minor); err != nil {
		return nil, fmt.Errorf("%s: %w", d.name, err)
	}
	if d.target.tensorMaps && api.TensorMapEncodeTiled == nil {
		return nil, fmt.Errorf("%s: the driver lacks cuTensorMapEncodeTiled, which kernels %s need: install driver 525 or newer", d.name, d.target.name)
	}
	if err := d.check("cuDevicePrimaryCtxRetain", api.PrimaryCtxRetain(&d.context, info.Device)); err != nil {
		return nil, err
	}
	err = d.locked(func() error {
		if err := d.ask(); err != nil {
			return err
		}
		if d.products, err = d.load(d.target.ptx); err != nil {
			return err
		}
		if d.ends, err = d.load(kernels.Ends); err != nil {
			return err
		}
		return d.check("cuStreamCreate", api.StreamCreate(&d.compute, driver.StreamNonBlocking))
	})
	if err != nil {
		d.close()
		return nil, err
	}
	return d, nil
}

// check turns a call's result into an error that names the call, the code and the GPU.
func (d *device) check(call string, r driver.Result) error { return d.api.Check(call, d.name, r) }

// locked runs f on a thread that works with the GPU: the driver keeps that by thread.
func (d *device) locked(f func() error) error {
	runtime.LockOSThread()
	defer runtime.UnlockOSThread()
	if err := d.check("cuCtxSetCurrent", d.api.CtxSetCurrent(d.context)); err != nil {
		return err
	}
	return f()
}

// load compiles PTX for the GPU. What the compiler says of PTX that it refuses is in the error.
func (d *device) load(ptx string) (m driver.Module, err error) {
	image := append([]byte(ptx), 0)
	log := make([]byte, 8<<10)
	var pinner runtime.Pinner // for the driver gets the log's address as a number
	pinner.Pin(&log[0])
	defer pinner.Unpin()
	names := []int32{driver.JITErrorLogBuffer, driver.JITErrorLogBufferSize}
	values := []uintptr{uintptr(unsafe.Pointer(&log[0])), uintptr(len(log))}
	r := d.api.ModuleLoadDataEx(&m, unsafe.Pointer(&image[0]), uint32(len(names)), &names[0], &values[0])
	if err := d.check("cuModuleLoadDataEx", r); err != nil {
		said, _, _ := bytes.Cut(log, []byte{0})
		return 0, fmt.Errorf("%w %s%s", err, strings.TrimSpace(string(said)), remedies[r])
	}
	return m, nil
}

// remedies are for a driver that cannot compile.
var remedies = map[driver.Result]string{
	driver.NoJITCompiler: "the driver's libnvidia-ptxjitcompiler is missing: install it, or give a container the driver capability compute",
	driver.JITDisabled:   "unset CUDA_DISABLE_PTX_JIT",
}

// ask reads what the GPU's multiprocessors hold.
func (d *device) ask() error {
	for _, q := range []struct {
		attribute int32
		answer    *int
	}{{driver.AttributeSharedPerMulti, &d.multiShared}, {driver.AttributeThreadsPerMulti, &d.multiThreads}} {
		var v int32
		if err := d.check("cuDeviceGetAttribute", d.api.DeviceGetAttribute(&v, q.attribute, d.info.Device)); err != nil {
			return err
		}
		*q.answer = int(v)
	}
	return nil
}

// buffer is some of a GPU's memory.
type buffer struct {
	at   driver.DevicePtr
	size uint64
}

// fit makes b at least that large. What was in it is lost; nothing uses it any more.
func (d *device) fit(b *buffer, size uint64) error {
	if b.size >= size {
		return nil
	}
	if err := d.free(b); err != nil {
		return err
	}
	if err := d.check("cuMemAlloc", d.api.MemAlloc(&b.at, size)); err != nil {
		b.at = 0
		return err
	}
	b.size = size
	d.held.Add(size)
	return nil
}

func (d *device) free(b *buffer) error {
	if b.size == 0 {
		return nil
	}
	err := d.check("cuMemFree", d.api.MemFree(b.at))
	d.held.Add(-b.size)
	*b = buffer{}
	return err
}

// close waits for the GPU and gives everything back, whatever fails on the way. It returns
// the first failure.
func (d *device) close() (first error) {
	keep := func(err error) {
		if first == nil {
			first = err
		}
	}
	keep(d.locked(func() error {
		if d.compute != 0 {
			keep(d.check("cuStreamSynchronize", d.api.StreamSynchronize(d.compute)))
			keep(d.check("cuStreamDestroy", d.api.StreamDestroy(d.compute)))
		}
		for i := range d.arenas {
			keep(d.free(&d.arenas[i]))
		}
		for i := range d.layers {
			keep(d.free(&d.layers[i].memory))
		}
		for _, m := range []driver.Module{d.products, d.ends} {
			if m != 0 {
				keep(d.check("cuModuleUnload", d.api.ModuleUnload(m)))
			}
		}
		return nil
	}))
	keep(d.check("cuDevicePrimaryCtxRelease", d.api.PrimaryCtxRelease(d.info.Device)))
	return first
}
