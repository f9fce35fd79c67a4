package main

import (
	"fmt"
	"io"
	"os"
	"runtime"
	"slices"
	"strings"

	"github.com/urfave/cli/v2"

	"cutpoint/cmd/internal/command"
	"cutpoint/cmd/internal/vgg19"
	"cutpoint/model"
	"cutpoint/model/cpu"
	"cutpoint/model/cuda"
	"cutpoint/pipeline/quantity"
)

func doctorCommand() *cli.Command {
	return &cli.Command{
		Name: "doctor", Usage: "list this machine's CPU kernels and GPUs",
		Flags:  []cli.Flag{&cli.BoolFlag{Name: "json", Usage: "write JSON"}},
		Action: doctorAction,
	}
}

// machine is what computes.
type machine struct {
	OS        string `json:"os"`
	Arch      string `json:"arch"`
	Processor string `json:"processor,omitempty"`
	Cores     int    `json:"cores"` // that may be used at the same time
}

func thisMachine() machine {
	return machine{OS: runtime.GOOS, Arch: runtime.GOARCH, Processor: processor(), Cores: runtime.GOMAXPROCS(0)}
}

// String is for people: "linux/amd64, AMD EPYC, 2 cores".
func (m machine) String() string {
	parts := []string{m.OS + "/" + m.Arch, m.Processor, fmt.Sprintf("%d cores", m.Cores)}
	return strings.Join(slices.DeleteFunc(parts, func(s string) bool { return s == "" }), ", ")
}

// processor returns the name that Linux knows the first processor by, "" elsewhere.
func processor() string {
	info, _ := os.ReadFile("/proc/cpuinfo")
	for line := range strings.Lines(string(info)) {
		if name, value, _ := strings.Cut(line, ":"); strings.TrimSpace(name) == "model name" {
			return strings.TrimSpace(value)
		}
	}
	return ""
}

// diagnosis is what doctor writes as JSON.
type diagnosis struct {
	machine
	Kernels map[string][]string `json:"kernels"` // by precision, the fastest first
	GPUs    []cuda.GPU          `json:"gpus"`
	NoGPUs  string              `json:"no_gpus,omitempty"` // why there are none
	Driver  string              `json:"gpu_driver,omitempty"`
}

func doctorAction(c *cli.Context) error {
	if c.NArg() > 0 {
		return command.Usagef("doctor takes no arguments, and was given %d", c.NArg())
	}
	d := diagnosis{machine: thisMachine(), Kernels: map[string][]string{}, Driver: cuda.DriverVersion()}
	for _, p := range model.Precisions() {
		d.Kernels[p] = cpu.Kernels(p)
	}
	gpus, err := cuda.GPUs()
	if d.GPUs = gpus; err != nil {
		d.NoGPUs = vgg19.OrCPU(err).Error()
	}
	if c.Bool("json") {
		return command.WriteJSON(c.App.Writer, d)
	}
	return d.print(c.App.Writer)
}

func (d diagnosis) print(w io.Writer) error {
	var b strings.Builder
	fmt.Fprintf(&b, "machine   %s\n", d.machine)
	for _, p := range model.Precisions() {
		fmt.Fprintf(&b, "%-9s %s\n", p, firstAndOthers(d.Kernels[p]))
	}
	if d.NoGPUs != "" {
		fmt.Fprintf(&b, "GPU       none: %s\n", d.NoGPUs)
	}
	for _, g := range d.GPUs {
		kernels := "too old: 8.0 is the least"
		if len(g.Kernels) > 0 {
			kernels = "kernels " + firstAndOthers(g.Kernels)
		}
		fmt.Fprintf(&b, "GPU %-5d %s, %s, compute capability %s, %s\n", g.Number, g.Name, quantity.Bytes(int64(g.Memory)), g.Capability, kernels)
	}
	if d.Driver != "" {
		fmt.Fprintf(&b, "driver    %s\n", d.Driver)
	}
	if _, err := io.WriteString(w, b.String()); err != nil {
		return fmt.Errorf("write what was found: %w", err)
	}
	return nil
}

// firstAndOthers writes "avx512 (also: avx2, generic)".
func firstAndOthers(names []string) string {
	if len(names) == 1 {
		return names[0]
	}
	return names[0] + " (also: " + strings.Join(names[1:], ", ") + ")"
}
