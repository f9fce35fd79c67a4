package engine

import (
	"strings"
	"testing"

	"cutpoint/model"
	"cutpoint/model/cpu"
)

// noGPU lets the driver be absent, even where it is not.
func noGPU(t *testing.T) { t.Setenv("CUTPOINT_LIBCUDA", "/absent/libcuda.so.1") }

func TestCheck(t *testing.T) {
	noGPU(t)
	for _, c := range []struct {
		options Options
		want    string // "" is no error
	}{
		{Options{}, ""}, {Options{Precision: model.BFloat16, Kernel: cpu.Kernels(model.BFloat16)[0]}, ""},
		{Options{Kernel: "sse9"}, `unknown kernel "sse9"`}, {Options{Precision: "float8"}, `precision "float8"`},
		{Options{GPUs: []int{0}}, "no NVIDIA driver"},
	} {
		if err := c.options.Check(); (err == nil) != (c.want == "") || err != nil && !strings.Contains(err.Error(), c.want) {
			t.Errorf("%+v: error %v, want %q", c.options, err, c.want)
		}
	}
}

// TestOpenFails: an engine that cannot be made is no engine, not one of a nil pointer.
func TestOpenFails(t *testing.T) {
	noGPU(t)
	for _, o := range []Options{{GPUs: []int{0}}, {}} {
		if e, err := Open(&model.Weights{Source: "nothing"}, o); err == nil || e != nil {
			t.Errorf("%+v: %v, %v", o, e, err)
		}
	}
}

func TestDefaultBatch(t *testing.T) {
	if cpu, gpu := (Options{}).DefaultBatch(), (Options{GPUs: []int{0}}).DefaultBatch(); cpu != 16 || gpu != 256 {
		t.Errorf("%d pages on the CPU, %d on a GPU", cpu, gpu)
	}
}
