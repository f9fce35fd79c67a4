package cudatest

import (
	"runtime"
	"strings"
	"testing"
	"unsafe"

	"cutpoint/model/cuda/driver"
)

func TestContext(t *testing.T) {
	runtime.LockOSThread()
	defer runtime.UnlockOSThread()
	d := New(Config{Name: "A GPU", Memory: 1 << 20, Major: 9})
	a := d.API()
	var n int32
	var free, total uint64
	if r := a.DeviceGetCount(&n); r != driver.NotInitialized {
		t.Errorf("before Init: %d", r)
	}
	a.Init(0)
	if r := a.MemGetInfo(&free, &total); r != invalidContext {
		t.Errorf("without a context: %d", r)
	}
	var device driver.Device
	if r := a.DeviceGet(&device, 1); r != driver.InvalidDevice {
		t.Errorf("second device: %d", r)
	}
	name := make([]byte, 4)
	if a.DeviceGetName(&name[0], 4, 0); string(name) != "A G\x00" {
		t.Errorf("device name %q, want it cut to 3 letters", name)
	}
	if a.DeviceGetAttribute(&n, driver.AttributeSharedPerBlock, 0); n != 227<<10 {
		t.Errorf("shared memory %d", n)
	}
	var c driver.Context
	a.PrimaryCtxRetain(&c, 0)
	if r := a.CtxSetCurrent(c); r != driver.Success {
		t.Errorf("CtxSetCurrent: %d", r)
	}
	var p driver.DevicePtr
	if r := a.MemAlloc(&p, 1<<20+1); r != driver.OutOfMemory {
		t.Errorf("too much memory: %d", r)
	}
	if r := a.MemAlloc(&p, 1000); r != driver.Success {
		t.Errorf("MemAlloc: result %d", r)
	}
	if a.MemGetInfo(&free, &total); free != total-1024 || total != 1<<20 {
		t.Errorf("%d of %d bytes free", free, total)
	}
	elsewhere := make(chan driver.Result)
	go func() {
		runtime.LockOSThread() // and never unlock: the thread ends
		elsewhere <- a.MemFree(p)
	}()
	if r := <-elsewhere; r != invalidContext && runtime.GOOS == "linux" {
		t.Errorf("on another thread: %d", r)
	}
	if r := a.MemFree(p + 8); r != driver.InvalidValue {
		t.Errorf("free of what is no allocation: %d", r)
	}
	if a.MemFree(p) != driver.Success || a.MemFree(p) != driver.InvalidValue || d.InUse() != 0 {
		t.Errorf("free, twice")
	}
	if a.PrimaryCtxRelease(0) != driver.Success || a.PrimaryCtxRelease(0) != invalidContext {
		t.Errorf("release, twice")
	}
}

func TestHandles(t *testing.T) {
	g := newGPU(t, Config{}, laneKernel("mov.u32 %r1, 1;"))
	name := append([]byte("nothing"), 0)
	var f driver.Function
	var stranger [64]byte
	out, mine := g.alloc(256), g.function("k")
	params := unsafe.Pointer(&out)
	launch := func(f driver.Function, grid, block, shared uint32) driver.Result {
		return g.LaunchKernel(f, grid, 1, 1, block, 1, 1, shared, 0, &params, nil)
	}
	for i, c := range []struct{ got, want driver.Result }{
		{g.ModuleGetFunction(&f, g.module, &name[0]), driver.NotFound},
		{g.ModuleGetFunction(&f, 77, &name[0]), invalidHandle},
		{g.ModuleUnload(77), invalidHandle},
		{g.StreamSynchronize(77), invalidHandle},
		{g.StreamDestroy(77), invalidHandle},
		{g.EventRecord(77, 0), invalidHandle},
		{g.EventDestroy(77), invalidHandle},
		{g.MemcpyHtoDAsync(out, unsafe.Pointer(&stranger), 64, 77), invalidHandle},
		{g.MemcpyHtoDAsync(out+193, unsafe.Pointer(&stranger), 64, 0), driver.InvalidValue},
		{g.MemsetD8Async(out, 1, 257, 0), driver.InvalidValue},
		{g.MemFreeHost(unsafe.Pointer(&stranger)), driver.InvalidValue},
		{g.FuncSetAttribute(mine, driver.FunctionMaxDynamicShared, 163<<10+1), driver.InvalidValue},
		{g.FuncSetAttribute(mine, driver.FunctionMaxDynamicShared, 162<<10), driver.Success},
		{launch(77, 1, 32, 0), invalidHandle},
		{launch(mine, 0, 32, 0), driver.InvalidValue},
		{launch(mine, 1, 1025, 0), driver.InvalidValue},
		{launch(mine, 1, 32, 162<<10+1), driver.InvalidValue},
		{launch(mine, 1, 64, 162<<10), driver.Success},
		{g.ModuleUnload(g.module), driver.Success},
		{launch(mine, 1, 64, 0), invalidHandle},
	} {
		if c.got != c.want {
			t.Errorf("case %d: %d, want %d", i, c.got, c.want)
		}
	}
}

func TestModules(t *testing.T) {
	for _, c := range []struct {
		config Config
		text   string
		want   driver.Result
		says   string
	}{
		{Config{}, header + emptyKernel, driver.Success, ""},
		{Config{Major: 12}, header + emptyKernel, driver.Success, ""},
		{Config{Major: 7, Minor: 5}, header + emptyKernel, noBinaryForGPU, "sm_80"},
		{Config{Major: 9}, ".version 8.0 .target sm_90a .address_size 64 " + emptyKernel, driver.Success, ""},
		{Config{Major: 10}, ".version 8.0 .target sm_90a .address_size 64 " + emptyKernel, noBinaryForGPU, "sm_90a"},
		{Config{Major: 8, Minor: 9}, ".version 8.0 .target sm_90 .address_size 64 " + emptyKernel, noBinaryForGPU, "sm_90"},
		{Config{Driver: 12010}, header + emptyKernel, driver.UnsupportedPTX, "8.2"},
		{Config{}, body("add.s32 %r1, %r1, nothing;"), driver.InvalidPTX, "line 6"},
	} {
		g := newGPU(t, c.config, header[:0]+".version 7.0 .target sm_50 .address_size 64 ")
		text, buffer := append([]byte(c.text), 0), g.pinnedBytes(100)
		names := [2]int32{driver.JITErrorLogBufferSize, driver.JITErrorLogBuffer}
		values := [2]uintptr{uintptr(len(buffer)), uintptr(unsafe.Pointer(&buffer[0]))}
		var m driver.Module
		r := g.ModuleLoadDataEx(&m, unsafe.Pointer(&text[0]), 2, &names[0], &values[0])
		if r != c.want || !strings.Contains(string(buffer), c.says) {
			t.Errorf("ModuleLoadDataEx of %.60q on %+v: result %d, log %q; want %d and a log with %q", c.text, c.config, r, buffer, c.want, c.says)
		}
	}
}

func TestFail(t *testing.T) {
	g := newGPU(t, Config{}, header+emptyKernel)
	g.Fail("MemAlloc", 2, driver.OutOfMemory)
	var p driver.DevicePtr
	for i, want := range []driver.Result{driver.Success, driver.OutOfMemory, driver.Success} {
		if r := g.MemAlloc(&p, 8); r != want {
			t.Errorf("MemAlloc %d: result %d, want %d", i+1, r, want)
		}
	}
	if n := g.Calls()["MemAlloc"]; n != 3 {
		t.Errorf("%d calls of MemAlloc counted, want 3", n)
	}
}

// lazy has two streams of a device that works only when somebody waits.
func lazy(t *testing.T) (g *gpu, streams [2]driver.Stream, event driver.Event) {
	g = newGPU(t, Config{Lazy: true}, header+emptyKernel)
	for i := range streams {
		g.must(g.StreamCreate(&streams[i], driver.StreamNonBlocking))
	}
	g.must(g.EventCreate(&event, driver.EventDefault))
	return g, streams, event
}

func TestLazyStreams(t *testing.T) {
	g, s, e := lazy(t)
	p := g.alloc(4)
	from, to := uint32(1), uint32(0)
	g.must(g.MemcpyHtoDAsync(p, unsafe.Pointer(&from), 4, s[0]))
	g.must(g.EventRecord(e, s[0]))
	g.must(g.MemsetD8Async(p, 9, 4, s[0]))
	g.must(g.StreamWaitEvent(s[1], e, 0))
	g.must(g.MemcpyDtoHAsync(unsafe.Pointer(&to), p, 4, s[1]))
	from = 2 // too early: the copy has not read it
	if to != 0 {
		t.Errorf("%d was copied before anyone waited", to)
	}
	var ms float32
	if r := g.EventElapsedTime(&ms, e, e); r != notReady {
		t.Errorf("the time of an event that has not happened: result %d", r)
	}
	g.must(g.StreamSynchronize(s[1]))
	if to != 2 {
		t.Errorf("%d, want 2: of what the first stream did up to its event", to)
	}
	g.must(g.EventElapsedTime(&ms, e, e))
	g.must(g.CtxSynchronize())
	g.must(g.MemcpyDtoHAsync(unsafe.Pointer(&to), p, 4, s[1]))
	g.must(g.StreamDestroy(s[1]))
	if to != 0x09090909 {
		t.Errorf("%#x after all", to)
	}
}

// Without an event the second stream does not wait for the first.
func TestLazyStreamsWithoutEvent(t *testing.T) {
	g, s, e := lazy(t)
	p := g.alloc(4)
	to := uint32(0)
	g.must(g.MemsetD8Async(p, 1, 4, s[0]))
	g.must(g.MemcpyDtoHAsync(unsafe.Pointer(&to), p, 4, s[1]))
	g.must(g.EventRecord(e, s[1]))
	g.must(g.EventSynchronize(e))
	if to == 0x01010101 {
		t.Error("the second stream saw the first one's work")
	}
}
