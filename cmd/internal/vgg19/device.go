package vgg19

import (
	"fmt"
	"log/slog"
	"slices"
	"strconv"
	"strings"

	"github.com/urfave/cli/v2"

	"cutpoint/cmd/internal/command"
	"cutpoint/model/cpu"
	"cutpoint/model/cuda"
)

// Device is what computes the network: the CPU, or GPUs. It decides the speed, and the last
// bits of the numbers: it is no part of the fingerprint.
type Device struct {
	GPUs   []int        // ordinals; none: the CPU
	Kernel string       // of the CPU; "" is the fastest
	Batch  int          // pages computed together
	Log    *slog.Logger // for warnings
}

// DeviceFlag is the flag that chooses what computes.
func DeviceFlag() cli.Flag {
	return &cli.StringFlag{Name: "device", Usage: "`DEVICE`: cpu, cuda, cuda:0,1 or auto", Value: deviceCPU, Category: devicesTopic, EnvVars: []string{"CUTPOINT_DEVICE"}}
}

// KernelFlag is the flag that chooses the processor's instructions.
func KernelFlag() cli.Flag {
	return &cli.StringFlag{Name: "cpu-kernel", Usage: "`NAME`: CPU kernel, as listed by featurize doctor, instead of the fastest", Category: devicesTopic, EnvVars: []string{"CUTPOINT_CPU_KERNEL"}}
}

// BatchFlag is the flag that says how many pages go through the network together.
func BatchFlag() cli.Flag {
	return &cli.IntFlag{Name: "batch", Usage: fmt.Sprintf("`N`: number of pages computed together (0: %d on the CPU, %d on a GPU)", cpuBatch, cuda.DefaultBatch), Category: devicesTopic}
}

// cpuBatch lets the fully connected layers read each weight once for 16 pages.
const cpuBatch = 16

// PartPages is after how many pages a run commits: some 30 seconds' work of a CPU, a
// second's of a GPU.
func (d Device) PartPages() int {
	if d.GPUs != nil {
		return 8192
	}
	return 512
}

// The words of DeviceFlag.
const (
	deviceCPU  = "cpu"
	deviceCUDA = "cuda"
	deviceAuto = "auto"
)

// ParseDevice reads the flags and makes sure that what they name is there, before any work
// is done. The settings are those of what will be computed. Its errors are of usage, or say
// that no GPU can be used. With auto it warns when that is the CPU.
func ParseDevice(c *cli.Context, s Settings) (d Device, err error) {
	kind, gpus, err := parseDevice(c.String("device"))
	if err != nil {
		return d, command.Usagef("--device: %w", err)
	}
	d.Log = command.Logger(c.App.ErrWriter, true) // of warnings
	if d.Batch = c.Int("batch"); d.Batch < 0 {
		return d, command.Usagef("--batch cannot be negative")
	}
	if kind != deviceCUDA {
		if d.Kernel, err = s.Kernel(c); err != nil {
			return d, err
		}
	} else if c.String("cpu-kernel") != "" {
		return d, command.Usagef("--cpu-kernel (CUTPOINT_CPU_KERNEL) is for the CPU, and --device is %s; leave one of them out", c.String("device"))
	}
	if kind != deviceCPU {
		switch err := usable(gpus); {
		case err == nil:
			d.GPUs = gpus
		case kind == deviceAuto:
			d.Log.Warn("no GPU can be used; computing on the CPU", "reason", err)
		default:
			return d, &command.ExitError{Code: command.Unavailable, Err: fmt.Errorf("--device %s: %w", c.String("device"), err)}
		}
	}
	if d.Batch == 0 {
		d.Batch = cpuBatch
		if d.GPUs != nil {
			d.Batch = cuda.DefaultBatch
		}
	}
	return d, nil
}

// parseDevice returns one of the words, and the ordinals of the GPUs that it stands for.
func parseDevice(text string) (kind string, gpus []int, err error) {
	switch text {
	case deviceCPU:
		return text, nil, nil
	case deviceCUDA, deviceAuto:
		return text, []int{0}, nil
	}
	list, isList := strings.CutPrefix(text, deviceCUDA+":")
	if !isList {
		return "", nil, fmt.Errorf("%q is not known; cpu, cuda, cuda:0,1 (the numbers of featurize doctor) and auto are", text)
	}
	for _, word := range strings.Split(list, ",") {
		n, err := strconv.ParseUint(word, 10, 16)
		if err != nil {
			return "", nil, fmt.Errorf("%q in %s is no number of a GPU; they are counted from 0, as in cuda:0,1", word, text)
		}
		if slices.Contains(gpus, int(n)) {
			return "", nil, fmt.Errorf("%s names GPU %d twice", text, n)
		}
		gpus = append(gpus, int(n))
	}
	return deviceCUDA, gpus, nil
}

// Kernel reads the flag, for arithmetic of the settings' precision. Its error is one of
// usage.
func (s Settings) Kernel(c *cli.Context) (string, error) {
	name := c.String("cpu-kernel")
	if err := (cpu.Options{Kernel: name, Precision: s.Precision}).Check(); err != nil {
		return "", command.Usagef("--cpu-kernel: %w", err)
	}
	return name, nil
}
