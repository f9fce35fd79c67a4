package vgg19

import (
	"cmp"
	"fmt"
	"slices"
	"strconv"
	"strings"

	"github.com/urfave/cli/v2"

	"cutpoint/cmd/internal/command"
	"cutpoint/model/engine"
)

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
	cpu, gpu := engine.Options{}, engine.Options{GPUs: []int{0}}
	return &cli.IntFlag{Name: "batch", Usage: fmt.Sprintf("`N`: number of pages computed together (0: %d on the CPU, %d on a GPU)", cpu.DefaultBatch(), gpu.DefaultBatch()), Category: devicesTopic}
}

// The words of DeviceFlag.
const (
	deviceCPU  = "cpu"
	deviceCUDA = "cuda"
	deviceAuto = "auto"
)

// ParseDevice reads the flags and makes sure that what they name is there, before any work
// is done. Its errors are of usage, or say that no GPU can be used. With auto it warns when
// that is the CPU.
func ParseDevice(c *cli.Context, precision string) (o engine.Options, err error) {
	kind, gpus, err := parseDevice(c.String("device"))
	if err != nil {
		return o, command.Usagef("--device: %w", err)
	}
	o = engine.Options{Precision: precision, Kernel: c.String("cpu-kernel"), Batch: c.Int("batch"), Log: command.Logger(c.App.ErrWriter, true)}
	if o.Batch < 0 {
		return o, command.Usagef("--batch cannot be negative")
	}
	if kind != deviceCUDA {
		if err := o.Check(); err != nil {
			return o, command.Usagef("--cpu-kernel: %w", err)
		}
	} else if o.Kernel != "" {
		return o, command.Usagef("--cpu-kernel (CUTPOINT_CPU_KERNEL) is for the CPU, and --device is %s; leave one of them out", c.String("device"))
	}
	if kind != deviceCPU {
		onGPUs := o
		onGPUs.GPUs = gpus
		switch err := OrCPU(onGPUs.Check()); {
		case err == nil:
			o = onGPUs
		case kind == deviceAuto:
			o.Log.Warn("no GPU can be used; computing on the CPU", "reason", err)
		default:
			return o, &command.ExitError{Code: command.Unavailable, Err: fmt.Errorf("--device %s: %w", c.String("device"), err)}
		}
	}
	o.Batch = cmp.Or(o.Batch, o.DefaultBatch())
	return o, nil
}

// OrCPU adds what can be done without a GPU to an error that says why there is none.
func OrCPU(err error) error {
	if err != nil {
		err = fmt.Errorf("%w, or use --device cpu", err)
	}
	return err
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
