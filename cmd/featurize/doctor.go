package main

import (
	"fmt"
	"io"
	"runtime"
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

// machine is what doctor writes as JSON.
type machine struct {
	OS      string              `json:"os"`
	Arch    string              `json:"arch"`
	Cores   int                 `json:"cores"`   // that may be used at the same time
	Kernels map[string][]string `json:"kernels"` // by precision, the fastest first
}

func doctorAction(c *cli.Context) error {
	if c.NArg() > 0 {
		return command.Usagef("doctor takes no arguments, and was given %d", c.NArg())
	}
	m := machine{OS: runtime.GOOS, Arch: runtime.GOARCH, Cores: runtime.GOMAXPROCS(0), Kernels: map[string][]string{}}
	for _, p := range cpu.Precisions() {
		m.Kernels[p] = cpu.Kernels(p)
	}
	if c.Bool("json") {
		return writeJSON(c.App.Writer, m)
	}
	return m.print(c.App.Writer)
}

func (m machine) print(w io.Writer) error {
	_, err := fmt.Fprintf(w, "machine   %s/%s, %d cores\n", m.OS, m.Arch, m.Cores)
	for _, p := range cpu.Precisions() {
		kernels := m.Kernels[p]
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
