//go:build (amd64 || arm64) && !nocuda

package driver

import (
	"fmt"
	"os"
	"path/filepath"
	"runtime"
	"strings"

	"github.com/ebitengine/purego"
)

// Load opens NVIDIA's driver. The error is ErrNoDriver if there is none; a driver that cannot
// be loaded or lacks a function is another error. A library whose end is missing is beyond
// errors: the system's loader maps it, and touching what is not there ends the process.
func Load() (*API, error) {
	runtime.LockOSThread() // the loader keeps an error's text for each thread
	defer runtime.UnlockOSThread()
	library, err := open()
	if err != nil {
		return nil, err
	}
	api := new(API)
	for symbol, function := range api.symbols() {
		address, err := purego.Dlsym(library, symbol)
		switch {
		case err == nil:
			purego.RegisterFunc(function, address)
		case symbol != "cuTensorMapEncodeTiled":
			return nil, fmt.Errorf("NVIDIA's driver is too old: it has no %s; install driver 535 or newer", symbol)
		}
	}
	return api, nil
}

// open returns the library's handle. The loader looks for a name without a slash where the
// system says (ld.so(8)), not in the current folder.
func open() (uintptr, error) {
	names := []string{"libcuda.so.1", "libcuda.so"}
	if chosen := os.Getenv("CUTPOINT_LIBCUDA"); chosen != "" {
		if !filepath.IsAbs(chosen) {
			return 0, fmt.Errorf("CUTPOINT_LIBCUDA is %q and has to be an absolute path: correct it", chosen)
		}
		names = []string{chosen}
	}
	for _, name := range names {
		library, err := purego.Dlopen(name, purego.RTLD_NOW|purego.RTLD_LOCAL)
		if err == nil {
			return library, nil
		}
		if !strings.HasPrefix(err.Error(), name+": cannot open shared object file: No such file") {
			return 0, fmt.Errorf("NVIDIA's driver cannot be loaded: %w; reinstall it", err)
		}
	}
	return 0, fmt.Errorf("%w: there is no %s; install NVIDIA's driver", ErrNoDriver, names[0])
}

// symbols has the driver's names of the functions, and where they go.
func (a *API) symbols() map[string]any {
	return map[string]any{
		"cuInit":             &a.Init,
		"cuDriverGetVersion": &a.GetVersion,
		"cuGetErrorName":     &a.GetErrorName,
		"cuGetErrorString":   &a.GetErrorString,

		"cuDeviceGetCount":     &a.DeviceGetCount,
		"cuDeviceGet":          &a.DeviceGet,
		"cuDeviceGetName":      &a.DeviceGetName,
		"cuDeviceGetAttribute": &a.DeviceGetAttribute,
		"cuDeviceTotalMem_v2":  &a.DeviceTotalMem,

		"cuDevicePrimaryCtxRetain":     &a.PrimaryCtxRetain,
		"cuDevicePrimaryCtxRelease_v2": &a.PrimaryCtxRelease,
		"cuCtxSetCurrent":              &a.CtxSetCurrent,
		"cuCtxSynchronize":             &a.CtxSynchronize,

		"cuModuleLoadDataEx":  &a.ModuleLoadDataEx,
		"cuModuleUnload":      &a.ModuleUnload,
		"cuModuleGetFunction": &a.ModuleGetFunction,
		"cuFuncSetAttribute":  &a.FuncSetAttribute,

		"cuMemGetInfo_v2": &a.MemGetInfo,
		"cuMemAlloc_v2":   &a.MemAlloc,
		"cuMemFree_v2":    &a.MemFree,
		"cuMemHostAlloc":  &a.MemHostAlloc,
		"cuMemFreeHost":   &a.MemFreeHost,

		"cuMemcpyHtoDAsync_v2": &a.MemcpyHtoDAsync,
		"cuMemcpyDtoHAsync_v2": &a.MemcpyDtoHAsync,
		"cuMemsetD8Async":      &a.MemsetD8Async,

		"cuStreamCreate":      &a.StreamCreate,
		"cuStreamDestroy_v2":  &a.StreamDestroy,
		"cuStreamSynchronize": &a.StreamSynchronize,
		"cuStreamWaitEvent":   &a.StreamWaitEvent,
		"cuEventCreate":       &a.EventCreate,
		"cuEventDestroy_v2":   &a.EventDestroy,
		"cuEventRecord":       &a.EventRecord,
		"cuEventSynchronize":  &a.EventSynchronize,
		"cuEventElapsedTime":  &a.EventElapsedTime,

		"cuLaunchKernel":         &a.LaunchKernel,
		"cuTensorMapEncodeTiled": &a.TensorMapEncodeTiled,
	}
}
