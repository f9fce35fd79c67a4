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
	"cutpoint/model/cuda"
	"cutpoint/model/cuda/driver"
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
			t.Errorf("%q: %s %v, %v, want %q", text, kind, gpus, err, want)
		}
	}
}

func TestAmong(t *testing.T) {
	found := []driver.DeviceInfo{{Ordinal: 0, Name: "H200", Major: 9, Memory: 150e9}, {Ordinal: 1, Name: "T4", Major: 7, Minor: 5}}
	for want, gpus := range map[string][]int{"": {0}, "no GPU 2: featurize doctor lists 2": {0, 2}, "GPU 1 (T4) has compute capability 7.5": {0, 1}} {
		if err := among(found, gpus); (err == nil) != (want == "") || err != nil && !strings.Contains(err.Error(), want) {
			t.Errorf("%v: %v, want %q", gpus, err, want)
		}
	}
	list := describeGPUs(found)
	if len(list) != 2 || list[0].Kernels[0] != "sm_90a" || list[0].Memory != 150e9 || list[1].Number != 1 || list[1].Capability != "7.5" || len(list[1].Kernels) != 0 {
		t.Errorf("describeGPUs: %+v, want the H200 with its kernels and the T4 without any", list)
	}
}

func TestDriverVersion(t *testing.T) {
	for said, want := range map[string]string{
		"": "", "NVRM version: none\n": "",
		"NVRM version: NVIDIA UNIX x86_64 Kernel Module  535.104.05  Sat Aug 19 01:15:15 UTC 2023\nGCC version:  gcc version 12.3.0\n": "535.104.05",
		"NVRM version: NVIDIA UNIX Open Kernel Module for x86_64  570.15  Release Build  (dvs-builder@U16)\n":                          "570.15",
	} {
		if got := driverVersion([]byte(said)); got != want {
			t.Errorf("%q: %q, want %q", said, got, want)
		}
	}
}

// parsed runs ParseDevice over a command line.
func parsed(t *testing.T, s Settings, args ...string) (d Device, errs string, err error) {
	t.Helper()
	var out bytes.Buffer
	app := &cli.App{Name: "p", Flags: []cli.Flag{DeviceFlag(), KernelFlag(), BatchFlag()}, Writer: &out, ErrWriter: &out, ExitErrHandler: func(*cli.Context, error) {},
		Action: func(c *cli.Context) error { d, err = ParseDevice(c, s); return err }}
	if run := app.Run(append([]string{"p"}, args...)); err == nil {
		err = run
	}
	return d, out.String(), err
}

// noGPU lets the driver be absent, even where it is not.
func noGPU(t *testing.T) { t.Setenv("CUTPOINT_LIBCUDA", "/absent/libcuda.so.1") }

func TestParseDevice(t *testing.T) {
	noGPU(t)
	kernel := cpu.Kernels(cpu.Float32)[0]
	for _, c := range []struct {
		args string
		code int // command.OK: a device of the CPU
		want string
	}{
		{"", command.OK, ""}, {"--device cpu --cpu-kernel " + kernel, command.OK, ""}, {"--batch 7", command.OK, ""},
		{"--device cuda", command.Unavailable, "--device cuda: no NVIDIA driver"},
		{"--device cuda:0,1 --batch 512", command.Unavailable, "--device cuda:0,1: "},
		{"--device auto", command.OK, "computing on the CPU"},
		{"--device auto --cpu-kernel " + kernel, command.OK, "level=WARN"},
		{"--device auto --cpu-kernel sse9", command.Usage, "sse9"},
		{"--device cuda --cpu-kernel " + kernel, command.Usage, "leave one of them out"},
		{"--device tpu", command.Usage, `"tpu" is not known`},
		{"--batch -1", command.Usage, "cannot be negative"},
		{"--cpu-kernel avx512bf16", command.Usage, "is for bfloat16"},
	} {
		d, errs, err := parsed(t, Settings{}, strings.Fields(c.args)...)
		code := command.OK
		if e := (*command.ExitError)(nil); errors.As(err, &e) {
			code, errs = e.Code, errs+e.Error()
		}
		if code != c.code || (c.code == command.OK) != (err == nil) || !strings.Contains(errs, c.want) {
			t.Errorf("%s: code %d, %q, %v", c.args, code, errs, err)
		}
		if err == nil && strings.Contains(c.args, "auto") != (errs != "") {
			t.Errorf("%s: warned %q", c.args, errs)
		}
		if err == nil && (d.GPUs != nil || d.Kernel != "" != strings.Contains(c.args, "kernel") || d.Batch != 16 && d.Batch != 7 || d.PartPages() != 512) {
			t.Errorf("device of %q: %+v, want the CPU, its kernel if one is named, batch 16 or 7, and parts of 512 pages", c.args, d)
		}
	}
	t.Setenv("CUTPOINT_DEVICE", "cuda")
	if _, _, err := parsed(t, Settings{}); err == nil || !strings.Contains(err.Error(), "--device cuda") {
		t.Errorf("the variable: %v", err)
	}
	if d := (Device{GPUs: []int{0}, Batch: cuda.DefaultBatch}); d.PartPages() < 4*d.Batch {
		t.Errorf("parts of %d pages", d.PartPages())
	}
}

// TestEngineOnGPU: an engine that cannot be made is no engine, not one of a nil pointer.
func TestEngineOnGPU(t *testing.T) {
	noGPU(t)
	if e, err := NewEngine(trunk(model.Caffe()), Settings{}, Device{GPUs: []int{0}, Batch: 1}); err == nil || e != nil {
		t.Errorf("NewEngine without a GPU: engine %v, error %v; want an error and no engine", e, err)
	}
}
