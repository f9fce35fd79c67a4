package vgg19

import (
	"context"
	"fmt"
	"os"
	"regexp"
	"time"

	"cutpoint/model"
	"cutpoint/model/cuda"
	"cutpoint/model/cuda/driver"
)

type gpuEngine struct {
	*cuda.Engine
	gpus    int
	profile *model.Profile
}

func newGPUEngine(w *model.Weights, s Settings, d Device) (Engine, error) {
	e, err := cuda.New(w, cuda.Options{Devices: d.GPUs, Precision: s.Precision, Batch: d.Batch, Log: d.Log})
	if err != nil {
		return nil, err // not the typed nil
	}
	return gpuEngine{e, len(d.GPUs), model.NewProfile()}, nil
}

func (e gpuEngine) Measure(ctx context.Context, pixels []uint8, cuts []model.Cut, dst [][]float32) error {
	return e.Engine.Measure(ctx, pixels, cuts, dst, e.profile)
}
func (e gpuEngine) Layer(i int) time.Duration { return e.profile.Layer(i) }
func (e gpuEngine) Shares() int               { return e.gpus }

// devices lists this machine's GPUs. Its error says what to do without any.
func devices() ([]driver.DeviceInfo, error) {
	found, err := cuda.Devices()
	if err != nil {
		err = fmt.Errorf("%w, or use --device cpu", err)
	}
	return found, err
}

// usable says why one of the GPUs cannot be used.
func usable(gpus []int) error {
	found, err := devices()
	if err != nil {
		return err
	}
	return among(found, gpus)
}

// among says which of the ordinals are not there, or too old for any kernel.
func among(found []driver.DeviceInfo, gpus []int) error {
	for _, n := range gpus {
		if n >= len(found) {
			return fmt.Errorf("there is no GPU %d: featurize doctor lists %d, counted from 0", n, len(found))
		}
		if g := found[n]; len(cuda.Targets(g.Major)) == 0 {
			return fmt.Errorf("%s has compute capability %d.%d, and 8.0 is the least; use another GPU, or --device cpu", g, g.Major, g.Minor)
		}
	}
	return nil
}

// GPU is one that the driver knows.
type GPU struct {
	Number     int      `json:"number"` // for --device cuda:NUMBER
	Name       string   `json:"name"`
	Capability string   `json:"compute_capability"`
	Memory     uint64   `json:"memory_bytes"`
	Kernels    []string `json:"kernels"` // that run on it, the fastest first; none if it is too old
}

// GPUs lists those of this machine, or says why there are none.
func GPUs() ([]GPU, error) {
	found, err := devices()
	return describeGPUs(found), err
}

func describeGPUs(found []driver.DeviceInfo) []GPU {
	list := []GPU{}
	for _, d := range found {
		list = append(list, GPU{d.Ordinal, d.Name, fmt.Sprintf("%d.%d", d.Major, d.Minor), d.Memory, cuda.Targets(d.Major)})
	}
	return list
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
