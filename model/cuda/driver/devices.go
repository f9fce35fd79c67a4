package driver

import (
	"cmp"
	"fmt"
)

const (
	oldestVersion = 12020 // CUDA 12.2, the first that takes PTX ISA 8.2
	mostDevices   = 1024  // far beyond what a machine has
)

// DeviceInfo is what is known of a GPU before anything is done with it.
type DeviceInfo struct {
	Ordinal         int // CUDA's number, which depends on CUDA_VISIBLE_DEVICES
	Device          Device
	Name            string
	Major, Minor    int // compute capability
	Multiprocessors int
	ClockKHz        int
	Memory          uint64 // bytes
	SharedPerBlock  int    // bytes, if a kernel asks for them
}

// String names the GPU in messages.
func (d DeviceInfo) String() string { return fmt.Sprintf("GPU %d (%s)", d.Ordinal, d.Name) }

// Devices starts the driver and describes its GPUs, of which there is at least one. An error
// says what is wrong and what to do; without any GPU it is ErrNoDevice.
func Devices(api *API) ([]DeviceInfo, error) {
	count, err := start(api)
	if err != nil {
		return nil, err
	}
	devices := make([]DeviceInfo, count)
	for i := range devices {
		if devices[i], err = describe(api, i); err != nil {
			return nil, err
		}
	}
	return devices, nil
}

// start returns the number of GPUs, 1 to mostDevices.
func start(api *API) (int, error) {
	if r := api.Init(0); r != Success {
		return 0, api.failedStart("cuInit", "", r)
	}
	var version, count int32
	if r := api.GetVersion(&version); r != Success {
		return 0, api.failedStart("cuDriverGetVersion", "", r)
	}
	if version < oldestVersion {
		return 0, fmt.Errorf("NVIDIA's driver is of CUDA %d.%d, and 12.2 is needed: install driver 535 or newer", version/1000, version%1000/10)
	}
	r := api.DeviceGetCount(&count)
	if r == Success && count == 0 {
		r = NoDevice
	}
	if r != Success {
		return 0, api.failedStart("cuDeviceGetCount", "", r)
	}
	if count < 0 || count > mostDevices {
		return 0, fmt.Errorf("NVIDIA's driver counts %d GPUs, which cannot be true: reinstall it", count)
	}
	return int(count), nil
}

// remedies are for drivers that do not start.
var remedies = map[Result]string{
	34:           "the library is the CUDA toolkit's stub: install NVIDIA's driver",
	NoDevice:     "see whether nvidia-smi lists a GPU, and whether CUDA_VISIBLE_DEVICES or the container hides it",
	802:          "start NVIDIA's fabric manager",
	SystemDriver: "the library and the kernel's module are of different versions: restart the machine",
}

// failedStart is the error of a call before anything was computed.
func (a *API) failedStart(call, device string, r Result) error {
	return fmt.Errorf("%w; %s", a.Check(call, device, r), cmp.Or(remedies[r], "see what nvidia-smi says"))
}

func describe(api *API, ordinal int) (d DeviceInfo, err error) {
	gpu := fmt.Sprint("GPU ", ordinal)
	if r := api.DeviceGet(&d.Device, int32(ordinal)); r != Success {
		return d, api.failedStart("cuDeviceGet", gpu, r)
	}
	var name [256]byte
	if r := api.DeviceGetName(&name[0], int32(len(name)), d.Device); r != Success {
		return d, api.failedStart("cuDeviceGetName", gpu, r)
	}
	d.Ordinal, d.Name = ordinal, cString(&name[0], len(name))
	if r := api.DeviceTotalMem(&d.Memory, d.Device); r != Success {
		return d, api.failedStart("cuDeviceTotalMem", d.String(), r)
	}
	for attribute, to := range map[int32]*int{
		AttributeCapabilityMajor: &d.Major,
		AttributeCapabilityMinor: &d.Minor,
		AttributeMultiprocessors: &d.Multiprocessors,
		AttributeClockKHz:        &d.ClockKHz,
		AttributeSharedPerBlock:  &d.SharedPerBlock,
	} {
		var value int32
		if r := api.DeviceGetAttribute(&value, attribute, d.Device); r != Success {
			return d, api.failedStart("cuDeviceGetAttribute", d.String(), r)
		}
		*to = int(value)
	}
	if d.Memory == 0 || min(d.Major, d.Multiprocessors, d.SharedPerBlock) <= 0 || min(d.Minor, d.ClockKHz) < 0 {
		type fields DeviceInfo // without String
		return d, fmt.Errorf("NVIDIA's driver says of %s %+v, which cannot be true: reinstall it", d, fields(d))
	}
	return d, nil
}
