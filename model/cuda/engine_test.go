package cuda

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"slices"
	"strings"
	"sync"
	"testing"
	"unsafe"

	"cutpoint/model"
	"cutpoint/model/cuda/cudatest"
	"cutpoint/model/cuda/driver"
)

// TestEmulated runs the shallow layers; scripts/test-gpu the whole network, in float32 too.
func TestEmulated(t *testing.T) {
	if testing.Short() {
		t.Skip("emulates half a network's work")
	}
	for _, c := range []struct {
		major, minor int
		precision    string
		pages        int
	}{{9, 0, model.BFloat16, 3}, {8, 9, model.BFloat16, 1}} {
		t.Run(fmt.Sprintf("%d.%d %s", c.major, c.minor, c.precision), func(t *testing.T) {
			b, _ := emulated(t, c.major, c.minor)
			checkEngine(t, b, c.precision, c.pages, cutsOf(t, "pool1,pool1-avg,pool1-max"))
		})
	}
}

// TestMemoryHalvesTheBatch: where memory does not suffice the engine goes on with less, and
// in the end with a page, or says so.
func TestMemoryHalvesTheBatch(t *testing.T) {
	b, device := emulated(t, 9, 0)
	launches := 0
	idle(b)
	quiet := b.api.LaunchKernel
	b.api.LaunchKernel = func(f driver.Function, gx, gy, gz, bx, by, bz, shared uint32, s driver.Stream, params, extra *unsafe.Pointer) driver.Result {
		launches++
		return quiet(f, gx, gy, gz, bx, by, bz, shared, s, params, extra)
	}
	cuts := cutsOf(t, "pool1-max")
	pixels := drawn(7)
	dst, _ := poisoned(7, cuts)
	const kernels = 3 // to pool1-max
	for _, c := range []struct{ failures, batches int }{{0, 1}, {1, 3}, {2, 7}} {
		for first := 1; first <= 4; first++ { // pixels, values and two arenas
			e := open(t, b, Options{Precision: model.BFloat16})
			for i := range c.failures {
				device.Fail("MemAlloc", first+i, driver.OutOfMemory)
			}
			launches = 0
			if err := e.Forward(t.Context(), pixels, cuts, dst); err != nil || launches != kernels*c.batches {
				t.Errorf("%d failures from allocation %d on: %v, %d kernels", c.failures, first, err, launches)
			}
			for range 8 { // those that were not met
				device.Fail("MemAlloc", 1, driver.Success)
			}
		}
	}
	var said strings.Builder
	e := open(t, b, Options{Precision: model.BFloat16, Log: slog.New(slog.NewTextHandler(&said, nil))})
	for i := range 3 {
		device.Fail("MemAlloc", 1+i, driver.OutOfMemory)
	}
	if err := e.Forward(t.Context(), pixels, cuts, dst); !errors.Is(err, driver.ErrOutOfMemory) || !strings.Contains(err.Error(), "GPU 0") {
		t.Errorf("error %v, want one that memory is short", err)
	}
	for _, want := range []string{"pages=3", "pages=1", "GPU 0"} {
		if !strings.Contains(said.String(), want) {
			t.Errorf("warnings %q, want %q", said.String(), want)
		}
	}
}

// TestHalvedBatch: the values are the same.
func TestHalvedBatch(t *testing.T) {
	if testing.Short() {
		t.Skip("emulates some pages")
	}
	b, device := emulated(t, 9, 0)
	cuts := cutsOf(t, "pool1-max")
	pixels := drawn(2)
	want := run(t, b, open(t, b, Options{Precision: model.BFloat16}), pixels, cuts)
	e := open(t, b, Options{Precision: model.BFloat16})
	device.Fail("MemAlloc", 4, driver.OutOfMemory)
	if got := run(t, b, e, pixels, cuts); !slices.Equal(got[0], want[0]) {
		t.Error("other values")
	}
}

// TestFailures: each call of a pass fails once. The error names call, code and GPU, and the
// engine closes.
func TestFailures(t *testing.T) {
	cuts := cutsOf(t, "pool1-max")
	pixels := drawn(1)
	for _, call := range []string{"MemcpyHtoDAsync", "MemcpyDtoHAsync", "MemHostAlloc", "LaunchKernel", "EventRecord", "EventSynchronize", "StreamWaitEvent", "TensorMapEncodeTiled", "CtxSetCurrent", "ModuleGetFunction", "FuncSetAttribute"} {
		b, device := emulated(t, 9, 0)
		if call != "LaunchKernel" {
			idle(b)
		}
		e := open(t, b, Options{Precision: model.BFloat16})
		device.Fail(call, 1, driver.LaunchFailed)
		dst, _ := poisoned(1, cuts)
		err := e.Forward(t.Context(), pixels, cuts, dst)
		if !errors.Is(err, driver.ErrLost) || !strings.Contains(err.Error(), "cu"+call) || !strings.Contains(err.Error(), "GPU 0 (Emulated 9.0)") || !strings.Contains(err.Error(), "719") {
			t.Errorf("%s failed: error %v", call, err)
		}
		if err := e.Close(); err != nil {
			t.Errorf("%s failed: close: %v", call, err)
		}
		if left := device.InUse(); left != 0 {
			t.Errorf("%s failed: %d bytes are left", call, left)
		}
	}
}

// TestLost: after a kernel's fault every call fails, and Close too, which still returns.
func TestLost(t *testing.T) {
	b, _ := emulated(t, 9, 0)
	idle(b)
	e := open(t, b, Options{Precision: model.BFloat16})
	for _, f := range []*func(driver.Stream) driver.Result{&b.api.StreamSynchronize, &b.api.StreamDestroy} {
		*f = func(driver.Stream) driver.Result { return driver.IllegalAddress }
	}
	b.api.EventSynchronize = func(driver.Event) driver.Result { return driver.IllegalAddress }
	cuts := cutsOf(t, "pool1-max")
	dst, _ := poisoned(1, cuts)
	if err := e.Forward(t.Context(), drawn(1), cuts, dst); !errors.Is(err, driver.ErrLost) {
		t.Errorf("forward on a lost GPU: error %v, want %v", err, driver.ErrLost)
	}
	if err := e.Close(); !errors.Is(err, driver.ErrLost) {
		t.Errorf("close on a lost GPU: error %v, want %v", err, driver.ErrLost)
	}
}

// TestSeveralGPUs: batches go to all of them.
func TestSeveralGPUs(t *testing.T) {
	d := cudatest.New(cudatest.Config{Major: 9, Devices: 3, Memory: 16 << 30})
	b := idle(bench{api: d.API(), fault: d.Fault})
	e := open(t, b, Options{Precision: model.BFloat16, Devices: []int{2, 0}})
	if e.Concurrency() != 4 || e.Processors() != 2 || !strings.Contains(e.Name(), "Emulated GPU sm_90a, Emulated GPU sm_90a bfloat16") {
		t.Errorf("%d at a time, %d GPUs, %s", e.Concurrency(), e.Processors(), e.Name())
	}
	used := map[int]bool{}
	for range 2 {
		l := <-e.lanes
		used[l.info.Ordinal] = true
		defer func() { e.lanes <- l }()
	}
	if !used[0] || !used[2] {
		t.Errorf("the first two batches go to %v", used)
	}
	cuts := cutsOf(t, "pool1-max")
	dst, _ := poisoned(1, cuts)
	if err := e.Forward(t.Context(), drawn(1), cuts, dst); err != nil {
		t.Error(err)
	}
}

// TestClose: nothing is left in the GPU's memory, whatever New stumbled over.
func TestClose(t *testing.T) {
	w := trunk(t, false)
	for _, call := range []string{"", "PrimaryCtxRetain", "ModuleLoadDataEx", "StreamCreate", "EventCreate", "MemAlloc", "MemcpyHtoDAsync", "DeviceGetAttribute"} {
		b, device := emulated(t, 9, 0)
		idle(b)
		if call != "" {
			device.Fail(call, 1, driver.Unknown)
		}
		e, err := newEngine(b.api, w, Options{Precision: model.BFloat16})
		if (err != nil) != (call != "") {
			t.Errorf("new engine with %q failing: error %v", call, err)
		}
		if e != nil {
			dst, _ := poisoned(1, cutsOf(t, "pool1-avg"))
			if err := e.Forward(t.Context(), drawn(1), cutsOf(t, "pool1-avg"), dst); err != nil {
				t.Error(err)
			}
			if e.Memory() < 40<<20 {
				t.Errorf("holds %d bytes", e.Memory())
			}
			if err := e.Close(); err != nil {
				t.Error(err)
			}
		}
		if left := device.InUse(); left != 0 {
			t.Errorf("%s: %d bytes are left", call, left)
		}
	}
}

// TestPeak: the kernel that measures the peak runs with every target; how fast, an emulator
// does not know.
func TestPeak(t *testing.T) {
	for _, major := range []int{8, 9} {
		b, device := emulated(t, major, 0)
		e := open(t, b, Options{Precision: model.BFloat16})
		before := device.InUse()
		if rate, err := e.devices[0].peak(2); err != nil || !(rate > 0) || device.InUse() != before {
			t.Errorf("compute capability %d: %g FLOP/s, %v (%v), %d bytes are left", major, rate, err, device.Fault(), device.InUse()-before)
		}
	}
}

// TestConcurrentForwards: batches in different lanes do not meet.
func TestConcurrentForwards(t *testing.T) {
	if testing.Short() {
		t.Skip("emulates some pages")
	}
	b, _ := emulated(t, 9, 0)
	e := open(t, b, Options{Precision: model.BFloat16})
	cuts := cutsOf(t, "pool1-avg")
	pixels := drawn(3)
	want := run(t, b, e, pixels, cuts)
	page := model.InputShape().Len()
	var all sync.WaitGroup
	for i := range 3 {
		all.Go(func() {
			dst, _ := poisoned(1, cuts)
			if err := e.Forward(context.Background(), pixels[i*page:][:page], cuts, dst); err != nil {
				t.Error(err)
			}
			if !slices.Equal(dst[0], want[0][i*cuts[0].Dim():][:cuts[0].Dim()]) {
				t.Errorf("page %d has other values beside the others", i)
			}
		})
	}
	all.Wait()
}

func TestCancelled(t *testing.T) {
	b, _ := emulated(t, 9, 0)
	idle(b)
	e := open(t, b, Options{Precision: model.BFloat16})
	ctx, cancel := context.WithCancel(context.Background())
	cancel()
	cuts := cutsOf(t, "pool1-avg")
	dst, _ := poisoned(1, cuts)
	if err := e.Forward(ctx, drawn(1), cuts, dst); !errors.Is(err, context.Canceled) {
		t.Errorf("cancelled forward: error %v, want %v", err, context.Canceled)
	}
}

func TestRefusals(t *testing.T) {
	w := trunk(t, false)
	for _, c := range []struct {
		major, minor int
		weights      *model.Weights
		options      Options
		want         string
	}{
		{9, 0, w, Options{Precision: "float8"}, `precision "float8"`},
		{9, 0, w, Options{Devices: []int{1}}, "GPU 1 is not there"},
		{9, 0, w, Options{Devices: []int{0, 0}}, "named twice"},
		{9, 0, w, Options{Batch: -1}, "batch of -1"},
		{7, 5, w, Options{}, "compute capability is 7.5"},
		{8, 0, w, Options{Kernels: "sm_90a"}, "choose one of sm_80"},
		{12, 0, w, Options{Kernels: "sm_70"}, `"sm_70"`},
		{9, 0, &model.Weights{Source: "half"}, Options{}, "half have 0 layers"},
	} {
		b, _ := emulated(t, c.major, c.minor)
		if _, err := newEngine(b.api, c.weights, c.options); err == nil || !strings.Contains(err.Error(), c.want) {
			t.Errorf("%+v: error %v, want %q", c.options, err, c.want)
		}
	}
	b, _ := emulated(t, 9, 0)
	e := open(t, b, Options{})
	dst, _ := poisoned(1, cutsOf(t, "fc2"))
	for want, f := range map[string]func() error{
		"no-top":             func() error { return e.Forward(t.Context(), drawn(1), cutsOf(t, "fc2"), dst) },
		"pixels: 7 bytes":    func() error { return e.Forward(t.Context(), make([]uint8, 7), nil, nil) },
		"dst: 1 slices":      func() error { return e.Forward(t.Context(), drawn(1), nil, dst) },
		"dst[0]: 4096 value": func() error { return e.Forward(t.Context(), drawn(2), cutsOf(t, "fc2"), dst) },
	} {
		if err := f(); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("error %v, want %q", err, want)
		}
	}
}
