package vgg19

import (
	"runtime"

	"github.com/urfave/cli/v2"

	"cutpoint/cmd/internal/command"
	"cutpoint/model"
	"cutpoint/model/cpu"
)

// KernelFlag is the flag that chooses the processor's instructions. They decide the
// speed, and the last bits of the numbers: they are no part of the fingerprint.
func KernelFlag() cli.Flag {
	return &cli.StringFlag{Name: "cpu-kernel", Usage: "compute with the instructions of this `NAME`, which featurize doctor lists, in place of the fastest", EnvVars: []string{"CUTPOINT_CPU_KERNEL"}}
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

// NewEngine packs the weights into an engine on all cores. The kernel is one that Kernel
// returned.
func NewEngine(w *model.Weights, s Settings, kernel string) (model.Engine, error) {
	engine, err := cpu.New(w, cpu.Options{Threads: runtime.GOMAXPROCS(0), Precision: s.Precision, Kernel: kernel})
	if err != nil {
		return nil, err // not the typed nil
	}
	return engine, nil
}
