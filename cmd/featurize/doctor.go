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
	"cutpoint/model/cpu"
)

func doctorCommand() *cli.Command {
	return &cli.Command{
		Name: "doctor", Usage: "say what this machine computes with",
		UsageText: "featurize doctor [--json]",
		Description: `Lists the kernels (the instructions that the network is computed with) which the
processor and the operating system allow, for each precision, the fastest first. A
run takes the first, or what --cpu-kernel or CUTPOINT_CPU_KERNEL names.`,
		Flags:  []cli.Flag{&cli.BoolFlag{Name: "json", Usage: "write it as JSON"}},
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
}

func doctorAction(c *cli.Context) error {
	if c.NArg() > 0 {
		return command.Usagef("doctor takes no arguments, and was given %d", c.NArg())
	}
	d := diagnosis{thisMachine(), map[string][]string{}}
	for _, p := range cpu.Precisions() {
		d.Kernels[p] = cpu.Kernels(p)
	}
	if c.Bool("json") {
		return writeJSON(c.App.Writer, d)
	}
	return d.print(c.App.Writer)
}

func (d diagnosis) print(w io.Writer) error {
	_, err := fmt.Fprintf(w, "machine   %s\n", d.machine)
	for _, p := range cpu.Precisions() {
		kernels := d.Kernels[p]
		line := fmt.Sprintf("%-9s %s", p, kernels[0])
		if len(kernels) > 1 {
			line += " (also: " + strings.Join(kernels[1:], ", ") + ")"
		}
		if err == nil {
			_, err = fmt.Fprintln(w, line)
		}
	}
	if err != nil {
		return fmt.Errorf("write what was found: %w", err)
	}
	return nil
}
