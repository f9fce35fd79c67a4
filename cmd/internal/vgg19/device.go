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
	return &cli.StringFlag{Name: "device", Usage: "compute on this `DEVICE`: cpu, cuda, cuda:0,1 or auto (see above)", Value: deviceCPU, EnvVars: []string{"CUTPOINT_DEVICE"}}
}

// KernelFlag is the flag that chooses the processor's instructions.
func KernelFlag() cli.Flag {
	return &cli.StringFlag{Name: "cpu-kernel", Usage: "compute with the instructions of this `NAME`, which featurize doctor lists, in place of the fastest", EnvVars: []string{"CUTPOINT_CPU_KERNEL"}}
}

// BatchFlag is the flag that says how many pages go through the network together.
func BatchFlag() cli.Flag {
	return &cli.IntFlag{Name: "batch", Usage: fmt.Sprintf("`PAGES` computed together (0: %d on the CPU, %d on a GPU)", engine.Options{}.DefaultBatch(), engine.Options{GPUs: []int{0}}.DefaultBatch())}
}

// DeviceHelp teaches what DeviceFlag chooses.
const DeviceHelp = `With --device cuda the network is computed on the first GPU: one of NVIDIA's from
compute capability 8.0 on (A100, RTX 30, L4, H100 and later). It takes NVIDIA's driver
from 535 on and nothing else: no CUDA toolkit, no other build. cuda:0,1 shares batches
out to these two, as each comes free; featurize doctor lists those of the machine.
Without a GPU that can be used the program ends with exit code 69 before it looks at
any document, and never computes on the CPU instead. Only auto does: it takes the
first GPU, or else the CPU, and then says so on standard error, under --quiet too.
The numbers have the same fingerprint whatever computes; they agree as closely as
the precision says, and not bit for bit. All cores decode while a GPU computes.`

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
		switch err := onGPUs.Check(); {
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
