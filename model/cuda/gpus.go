package cuda

import (
	"fmt"
	"os"
	"regexp"

	"cutpoint/model/cuda/driver"
)

// GPU is one that the driver knows.
type GPU struct {
	Number     int      `json:"number"` // for Options.Devices
	Name       string   `json:"name"`
	Capability string   `json:"compute_capability"`
	Memory     uint64   `json:"memory_bytes"`
	Kernels    []string `json:"kernels"` // that run on it, the fastest first; none if it is too old
}

// GPUs lists those of this machine, or says why there are none.
func GPUs() ([]GPU, error) {
	api, err := driver.Load()
	if err != nil {
		return []GPU{}, err
	}
	found, err := driver.Devices(api)
	return describe(found), err
}

func describe(found []driver.DeviceInfo) []GPU {
	list := []GPU{}
	for _, d := range found {
		list = append(list, GPU{d.Ordinal, d.Name, fmt.Sprintf("%d.%d", d.Major, d.Minor), d.Memory, Targets(d.Major)})
	}
	return list
}

// Check says whether New would find such GPUs, kernels and precision here.
func (opt Options) Check() error {
	api, err := driver.Load()
	if err != nil {
		return err
	}
	return opt.check(api)
}

// check is Check with a driver.
func (opt Options) check(api *driver.API) error {
	if _, err := formatOf(opt.Precision); err != nil {
		return err
	}
	chosen, err := choose(api, opt.Devices)
	if err != nil {
		return err
	}
	for _, d := range chosen {
		if _, err := chooseTarget(opt.Kernels, d.Major, d.Minor); err != nil {
			return fmt.Errorf("%s: %w", d, err)
		}
	}
	return nil
}

// DriverVersion returns the release of NVIDIA's driver as Linux knows it, "" if it does not.
func DriverVersion() string {
	said, _ := os.ReadFile("/proc/driver/nvidia/version")
	return driverVersion(said)
}

var release = regexp.MustCompile(`NVRM version:.*?\s(\d+\.\d+(\.\d+)?)\s`)

func driverVersion(said []byte) string {
	if m := release.FindSubmatch(said); m != nil {
		return string(m[1])
	}
	return ""
}
