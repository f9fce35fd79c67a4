package driver

import (
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"
	"testing"
	"unsafe"
)

// healthy is a driver of CUDA 12.2 with two GPUs, made of Go functions.
func healthy() *API {
	texts := map[Result]string{NoDevice: "CUDA_ERROR_NO_DEVICE", OutOfMemory: "CUDA_ERROR_OUT_OF_MEMORY"}
	attributes := map[int32]int32{AttributeCapabilityMajor: 9, AttributeMultiprocessors: 132, AttributeClockKHz: 1_980_000, AttributeSharedPerBlock: 232_448}
	explain := func(r Result, text **byte) Result {
		if texts[r] == "" {
			return InvalidValue
		}
		*text = &append([]byte(texts[r]), 0)[0]
		return Success
	}
	return &API{
		Init:           func(uint32) Result { return Success },
		GetVersion:     func(version *int32) Result { *version = 12020; return Success },
		GetErrorName:   explain,
		GetErrorString: explain,
		DeviceGetCount: func(count *int32) Result { *count = 2; return Success },
		DeviceGet:      func(d *Device, ordinal int32) Result { *d = Device(7 + ordinal); return Success },
		DeviceGetName: func(name *byte, length int32, d Device) Result {
			for i, b := range []byte(fmt.Sprintf("H%d\x00", d)) {
				unsafe.Slice(name, length)[i] = b
			}
			return Success
		},
		DeviceGetAttribute: func(value *int32, attribute int32, d Device) Result { *value = attributes[attribute]; return Success },
		DeviceTotalMem:     func(bytes *uint64, d Device) Result { *bytes = 80 << 30; return Success },
	}
}

func TestDevices(t *testing.T) {
	devices, err := Devices(healthy())
	h7 := DeviceInfo{Device: 7, Name: "H7", Major: 9, Multiprocessors: 132, ClockKHz: 1_980_000, Memory: 80 << 30, SharedPerBlock: 232_448}
	h8 := h7
	h8.Ordinal, h8.Device, h8.Name = 1, 8, "H8"
	if err != nil || !slices.Equal(devices, []DeviceInfo{h7, h8}) {
		t.Errorf("Devices: %+v, %v; want %+v", devices, err, []DeviceInfo{h7, h8})
	}
}

func TestDevicesOfBrokenDrivers(t *testing.T) {
	number := func(n int32) func(*int32) Result { return func(p *int32) Result { *p = n; return Success } }
	for _, c := range []struct {
		name    string
		change  func(*API)
		want    string
		wantErr error
	}{
		{"init without a GPU", func(a *API) { a.Init = func(uint32) Result { return NoDevice } }, "cuInit: CUDA_ERROR_NO_DEVICE (100)", ErrNoDevice},
		{"init of two versions", func(a *API) { a.Init = func(uint32) Result { return SystemDriver } }, "restart the machine", nil},
		{"init failing oddly", func(a *API) { a.Init = func(uint32) Result { return -5 } }, "cuInit: CUDA error -5; see what nvidia-smi says", nil},
		{"no version", func(a *API) { a.GetVersion = func(*int32) Result { return Unknown } }, "cuDriverGetVersion: CUDA error 999", ErrLost},
		{"old", func(a *API) { a.GetVersion = number(12010) }, "is of CUDA 12.1, and 12.2 is needed", nil},
		{"version 0", func(a *API) { a.GetVersion = number(0) }, "is of CUDA 0.0", nil},
		{"negative version", func(a *API) { a.GetVersion = number(-12020) }, "12.2 is needed", nil},
		{"no count", func(a *API) { a.DeviceGetCount = func(*int32) Result { return InvalidValue } }, "cuDeviceGetCount: CUDA error 1", nil},
		{"count 0", func(a *API) { a.DeviceGetCount = number(0) }, "nvidia-smi lists a GPU", ErrNoDevice},
		{"negative count", func(a *API) { a.DeviceGetCount = number(-1) }, "counts -1 GPUs", nil},
		{"huge count", func(a *API) { a.DeviceGetCount = number(2_000_000_000) }, "counts 2000000000 GPUs", nil},
		{"no device", func(a *API) { a.DeviceGet = func(*Device, int32) Result { return InvalidDevice } }, "cuDeviceGet on GPU 0: CUDA error 101", nil},
		{"no name", func(a *API) { a.DeviceGetName = func(*byte, int32, Device) Result { return InvalidDevice } }, "cuDeviceGetName on GPU 0", nil},
		{"no memory", func(a *API) { a.DeviceTotalMem = func(*uint64, Device) Result { return 46 } }, "cuDeviceTotalMem on GPU 0 (H7)", ErrLost},
		{"0 bytes", func(a *API) { a.DeviceTotalMem = func(*uint64, Device) Result { return Success } }, "Memory:0", nil},
		{"no attribute", func(a *API) { a.DeviceGetAttribute = func(*int32, int32, Device) Result { return InvalidValue } }, "cuDeviceGetAttribute on GPU 0 (H7)", nil},
		{"negative attributes", func(a *API) {
			a.DeviceGetAttribute = func(v *int32, _ int32, _ Device) Result { *v = -3; return Success }
		}, "Multiprocessors:-3", nil},
	} {
		api := healthy()
		c.change(api)
		devices, err := Devices(api)
		if err == nil || devices != nil || !strings.Contains(err.Error(), c.want) || c.wantErr != nil && !errors.Is(err, c.wantErr) {
			t.Errorf("%s: devices %v, error %v; want %q", c.name, devices, err, c.want)
		} else if strings.Contains(err.Error(), "--") {
			t.Errorf("%s: %v names a flag, which only commands have", c.name, err)
		}
	}
}

func TestNameWithoutEnd(t *testing.T) {
	api := healthy()
	api.DeviceGetName = func(name *byte, length int32, _ Device) Result {
		for i := range length {
			unsafe.Slice(name, length)[i] = 'x'
		}
		return Success
	}
	if devices, err := Devices(api); err != nil || devices[0].Name != strings.Repeat("x", 256) {
		t.Errorf("Devices with a name that fills the buffer: %v, %v; want all 256 bytes of it", devices, err)
	}
}

func TestCheck(t *testing.T) {
	api := healthy()
	if err := api.Check("cuMemAlloc", "GPU 0 (H7)", Success); err != nil {
		t.Error(err)
	}
	err := api.Check("cuMemAlloc", "GPU 0 (H7)", OutOfMemory)
	if got, want := err.Error(), "cuMemAlloc on GPU 0 (H7): CUDA_ERROR_OUT_OF_MEMORY (2): CUDA_ERROR_OUT_OF_MEMORY"; got != want {
		t.Errorf("error %q, want %q", got, want)
	}
	if got := new(API).Check("cuInit", "", 1).Error(); got != "cuInit: CUDA error 1" {
		t.Errorf("without names: %q", got)
	}
	api.GetErrorName = func(Result, **byte) Result { return Success } // and no text
	if got := api.Check("cuInit", "", 1).Error(); got != "cuInit: CUDA error 1" {
		t.Errorf("with empty names: %q", got)
	}
}

func TestKinds(t *testing.T) {
	want := map[error][]Result{
		ErrNoDevice:    {100},
		ErrOutOfMemory: {2},
		ErrLost:        {4, 46, 214, 220, 226, 700, 702, 709, 710, 714, 715, 716, 717, 718, 719, 721, 810, 911, 999},
	}
	got := map[error][]Result{}
	for r := Result(-10); r < 1100; r++ {
		err := new(API).Check("cuX", "", r)
		for _, kind := range []error{ErrNoDriver, ErrNoDevice, ErrOutOfMemory, ErrLost} {
			if errors.Is(err, kind) {
				got[kind] = append(got[kind], r)
			}
		}
	}
	if !maps.EqualFunc(got, want, slices.Equal) {
		t.Errorf("results by kind of error: %v, want %v", got, want)
	}
}

// A library that is not there and a build without GPU support give the same message.
func TestLoadWithoutDriver(t *testing.T) {
	t.Setenv("CUTPOINT_LIBCUDA", "/nowhere/libcuda.so.1")
	if api, err := Load(); api != nil || !errors.Is(err, ErrNoDriver) {
		t.Errorf("Load without a library: %v, error %v; want nil and %v", api, err, ErrNoDriver)
	}
}
