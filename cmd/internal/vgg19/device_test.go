package vgg19

import (
	"bytes"
	"errors"
	"slices"
	"strings"
	"testing"

	"github.com/urfave/cli/v2"

	"cutpoint/cmd/internal/command"
	"cutpoint/model"
	"cutpoint/model/cpu"
	"cutpoint/model/engine"
)

func TestParseDeviceWords(t *testing.T) {
	for text, want := range map[string]struct {
		kind string
		gpus []int
	}{
		"cpu": {"cpu", nil}, "cuda": {"cuda", []int{0}}, "auto": {"auto", []int{0}},
		"cuda:0": {"cuda", []int{0}}, "cuda:3,0,11": {"cuda", []int{3, 0, 11}},
	} {
		if kind, gpus, err := parseDevice(text); err != nil || kind != want.kind || !slices.Equal(gpus, want.gpus) {
			t.Errorf("parseDevice(%s) = %s, %v, %v; want %s, %v", text, kind, gpus, err, want.kind, want.gpus)
		}
	}
	for text, want := range map[string]string{
		"": "is not known", "gpu": "cuda:0,1", "CUDA": "is not known", "cuda:": "no number of a GPU", "cuda:0,": "no number",
		"cuda:-1": `"-1"`, "cuda:0, 1": `" 1"`, "cuda:99999": "no number", "cuda:1,1": "GPU 1 twice", "cpu:0": "is not known", "auto:1": "is not known",
	} {
		if kind, gpus, err := parseDevice(text); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("parseDevice(%q) = %s %v, error %v; want %q", text, kind, gpus, err, want)
		}
	}
}

// parsed runs ParseDevice over a command line.
func parsed(t *testing.T, args ...string) (d engine.Options, errs string, err error) {
	t.Helper()
	var out bytes.Buffer
	app := &cli.App{Name: "p", Flags: []cli.Flag{DeviceFlag(), KernelFlag(), BatchFlag()}, Writer: &out, ErrWriter: &out, ExitErrHandler: func(*cli.Context, error) {},
		Action: func(c *cli.Context) error { d, err = ParseDevice(c, model.Float32); return err }}
	if run := app.Run(append([]string{"p"}, args...)); err == nil {
		err = run
	}
	return d, out.String(), err
}

// noGPU lets the driver be absent, even where it is not.
func noGPU(t *testing.T) { t.Setenv("CUTPOINT_LIBCUDA", "/absent/libcuda.so.1") }

func TestParseDevice(t *testing.T) {
	noGPU(t)
	kernel := cpu.Kernels(model.Float32)[0]
	for _, c := range []struct {
		args string
		code int // command.OK: a device of the CPU
		want string
	}{
		{"", command.OK, ""}, {"--device cpu --cpu-kernel " + kernel, command.OK, ""}, {"--batch 7", command.OK, ""},
		{"--device cuda", command.Unavailable, "--device cuda: no NVIDIA driver"},
		{"--device cuda", command.Unavailable, ", or use --device cpu"},
		{"--device cuda:0,1 --batch 512", command.Unavailable, "--device cuda:0,1: "},
		{"--device auto", command.OK, "computing on the CPU"},
		{"--device auto --cpu-kernel " + kernel, command.OK, "level=WARN"},
		{"--device auto --cpu-kernel sse9", command.Usage, "sse9"},
		{"--device cuda --cpu-kernel " + kernel, command.Usage, "leave one of them out"},
		{"--device tpu", command.Usage, `"tpu" is not known`},
		{"--batch -1", command.Usage, "cannot be negative"},
		{"--cpu-kernel avx512bf16", command.Usage, "is for bfloat16"},
	} {
		d, errs, err := parsed(t, strings.Fields(c.args)...)
		code := command.OK
		if e := (*command.ExitError)(nil); errors.As(err, &e) {
			code, errs = e.Code, errs+e.Error()
		}
		if code != c.code || (c.code == command.OK) != (err == nil) || !strings.Contains(errs, c.want) {
			t.Errorf("open with %s: code %d, errors %q, %v; want code %d, %q", c.args, code, errs, err, c.code, c.want)
		}
		if err == nil && strings.Contains(c.args, "auto") != (errs != "") {
			t.Errorf("open with %s warned %q, want a warning with auto alone", c.args, errs)
		}
		if err == nil && (d.GPUs != nil || d.Kernel != "" != strings.Contains(c.args, "kernel") || d.Batch != 16 && d.Batch != 7) {
			t.Errorf("device of %q: %+v, want the CPU, its kernel if one is named, and batch 16 or 7", c.args, d)
		}
	}
	t.Setenv("CUTPOINT_DEVICE", "cuda")
	if _, _, err := parsed(t); err == nil || !strings.Contains(err.Error(), "--device cuda") {
		t.Errorf("the variable: %v", err)
	}
}
