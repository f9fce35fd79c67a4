package cudatest

import (
	"runtime"
	"unsafe"

	"cutpoint/model/cuda/driver"
)

// Results of the driver that package driver does not name.
const (
	invalidContext driver.Result = 201
	noBinaryForGPU driver.Result = 209
	invalidHandle  driver.Result = 400
	notReady       driver.Result = 600
)

// API is the device's driver.
func (d *Device) API() *driver.API {
	a := &driver.API{}
	d.deviceAPI(a)
	d.moduleAPI(a)
	d.memoryAPI(a)
	d.streamAPI(a)
	return a
}

// enter counts a call and says what it returns before it does anything. The caller holds the
// lock.
func (d *Device) enter(name string) driver.Result {
	d.calls[name]++
	for i, f := range d.failures[name] {
		if f.call == d.calls[name] {
			d.failures[name] = append(d.failures[name][:i], d.failures[name][i+1:]...)
			return f.result
		}
	}
	return driver.Success
}

// call runs f if the driver is initialised and, if context is set, the calling thread has
// a context in which no kernel has failed.
func (d *Device) call(name string, context bool, f func() driver.Result) driver.Result {
	d.mu.Lock()
	defer d.mu.Unlock()
	switch r := d.enter(name); {
	case r != driver.Success:
		return r
	case !d.ready && name != "Init":
		return driver.NotInitialized
	case context && d.poison != driver.Success:
		return d.poison
	case context && !d.current[thread()]:
		return invalidContext
	}
	return f()
}

func (d *Device) deviceAPI(a *driver.API) {
	a.Init = func(flags uint32) driver.Result {
		return d.call("Init", false, func() driver.Result {
			switch {
			case flags != 0:
				return driver.InvalidValue
			case d.config.Devices < 0:
				return driver.NoDevice
			}
			d.ready = true
			return driver.Success
		})
	}
	a.GetVersion = func(version *int32) driver.Result {
		d.mu.Lock()
		defer d.mu.Unlock()
		*version = int32(d.config.Driver)
		return d.enter("GetVersion")
	}
	a.GetErrorName = func(r driver.Result, name **byte) driver.Result { return text(errorTexts[r][0], name) }
	a.GetErrorString = func(r driver.Result, s **byte) driver.Result { return text(errorTexts[r][1], s) }
	a.DeviceGetCount = func(n *int32) driver.Result {
		return d.call("DeviceGetCount", false, func() driver.Result {
			*n = int32(d.config.Devices)
			return driver.Success
		})
	}
	a.DeviceGet = func(device *driver.Device, ordinal int32) driver.Result {
		return d.onDevice("DeviceGet", driver.Device(ordinal), func() { *device = driver.Device(ordinal) })
	}
	a.DeviceGetName = func(name *byte, length int32, device driver.Device) driver.Result {
		if length <= 0 {
			return driver.InvalidValue
		}
		return d.onDevice("DeviceGetName", device, func() {
			out := unsafe.Slice(name, length)
			out[copy(out[:length-1], d.config.Name)] = 0
		})
	}
	a.DeviceGetAttribute = d.attribute
	a.DeviceTotalMem = func(bytes *uint64, device driver.Device) driver.Result {
		return d.onDevice("DeviceTotalMem", device, func() { *bytes = d.config.Memory })
	}
	d.contextAPI(a)
}

// onDevice runs f if the device exists.
func (d *Device) onDevice(name string, device driver.Device, f func()) driver.Result {
	return d.call(name, false, func() driver.Result {
		if device < 0 || int(device) >= d.config.Devices {
			return driver.InvalidDevice
		}
		f()
		return driver.Success
	})
}

func (d *Device) attribute(value *int32, attribute int32, device driver.Device) driver.Result {
	v, ok := map[int32]int{
		driver.AttributeMultiprocessors: d.config.Multiprocessors,
		driver.AttributeClockKHz:        1_000_000,
		driver.AttributeCapabilityMajor: d.config.Major,
		driver.AttributeCapabilityMinor: d.config.Minor,
		driver.AttributeSharedPerBlock:  d.sharedLimit(),
		driver.AttributeSharedPerMulti:  d.sharedLimit() + 1<<10,
		driver.AttributeThreadsPerMulti: 2048,
	}[attribute]
	if !ok {
		return driver.InvalidValue
	}
	return d.onDevice("DeviceGetAttribute", device, func() { *value = int32(v) })
}

// primary is the handle of a device's primary context. All devices are the same one and
// share its memory.
func primary(device driver.Device) driver.Context { return driver.Context(0x100 + uintptr(device)) }

func (d *Device) contextAPI(a *driver.API) {
	a.PrimaryCtxRetain = func(c *driver.Context, device driver.Device) driver.Result {
		return d.onDevice("PrimaryCtxRetain", device, func() {
			d.retained++
			*c = primary(device)
		})
	}
	a.PrimaryCtxRelease = func(device driver.Device) driver.Result {
		r := invalidContext
		if e := d.onDevice("PrimaryCtxRelease", device, func() {
			if d.retained > 0 {
				r = driver.Success
				if d.retained--; d.retained == 0 {
					d.destroyContext()
				}
			}
		}); e != driver.Success {
			return e
		}
		return r
	}
	a.CtxSetCurrent = func(c driver.Context) driver.Result {
		return d.call("CtxSetCurrent", false, func() driver.Result {
			at := thread()
			if c == 0 {
				delete(d.current, at)
				return driver.Success
			}
			if d.retained == 0 || c < primary(0) || c >= primary(driver.Device(d.config.Devices)) {
				return invalidContext
			}
			d.current[at] = true
			return driver.Success
		})
	}
	a.CtxSynchronize = func() driver.Result {
		return d.call("CtxSynchronize", true, func() driver.Result {
			for _, s := range d.streams {
				d.finish(s)
			}
			return d.poison
		})
	}
}

// destroyContext frees everything that belongs to the context, after its last release.
func (d *Device) destroyContext() {
	clear(d.current)
	clear(d.modules)
	clear(d.kernels)
	clear(d.streams)
	clear(d.events)
	d.memory.Lock()
	d.memory.allocations, d.memory.used = nil, 0
	d.memory.Unlock()
	d.poison = driver.Success
}

// text returns a C string that is never freed.
func text(s string, out **byte) driver.Result {
	if s == "" {
		*out = nil
		return driver.InvalidValue
	}
	b := append([]byte(s), 0)
	*out = &b[0]
	runtime.KeepAlive(b)
	return driver.Success
}

// errorTexts are names and descriptions of results.
var errorTexts = map[driver.Result][2]string{
	driver.Success:              {"CUDA_SUCCESS", "no error"},
	driver.InvalidValue:         {"CUDA_ERROR_INVALID_VALUE", "invalid argument"},
	driver.OutOfMemory:          {"CUDA_ERROR_OUT_OF_MEMORY", "out of memory"},
	driver.NotInitialized:       {"CUDA_ERROR_NOT_INITIALIZED", "initialization error"},
	driver.NoDevice:             {"CUDA_ERROR_NO_DEVICE", "no CUDA-capable device is detected"},
	driver.InvalidDevice:        {"CUDA_ERROR_INVALID_DEVICE", "invalid device ordinal"},
	invalidContext:              {"CUDA_ERROR_INVALID_CONTEXT", "invalid device context"},
	noBinaryForGPU:              {"CUDA_ERROR_NO_BINARY_FOR_GPU", "no kernel image is available for execution on the device"},
	driver.ECCUncorrectable:     {"CUDA_ERROR_ECC_UNCORRECTABLE", "uncorrectable ECC error encountered"},
	driver.InvalidPTX:           {"CUDA_ERROR_INVALID_PTX", "a PTX JIT compilation failed"},
	driver.UnsupportedPTX:       {"CUDA_ERROR_UNSUPPORTED_PTX_VERSION", "the provided PTX was compiled with an unsupported toolchain."},
	invalidHandle:               {"CUDA_ERROR_INVALID_HANDLE", "invalid resource handle"},
	driver.NotFound:             {"CUDA_ERROR_NOT_FOUND", "named symbol not found"},
	driver.IllegalAddress:       {"CUDA_ERROR_ILLEGAL_ADDRESS", "an illegal memory access was encountered"},
	driver.LaunchOutOfResources: {"CUDA_ERROR_LAUNCH_OUT_OF_RESOURCES", "too many resources requested for launch"},
	driver.LaunchTimeout:        {"CUDA_ERROR_LAUNCH_TIMEOUT", "the launch timed out and was terminated"},
	illegalInstruction:          {"CUDA_ERROR_ILLEGAL_INSTRUCTION", "an illegal instruction was encountered"},
	misalignedAddress:           {"CUDA_ERROR_MISALIGNED_ADDRESS", "misaligned address"},
	driver.LaunchFailed:         {"CUDA_ERROR_LAUNCH_FAILED", "unspecified launch failure"},
	driver.SystemDriver:         {"CUDA_ERROR_SYSTEM_DRIVER_MISMATCH", "system has unsupported display driver / cuda driver combination"},
	driver.Unknown:              {"CUDA_ERROR_UNKNOWN", "unknown error"},
}
