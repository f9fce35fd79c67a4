package main

import (
	"encoding/json"
	"strings"
	"testing"

	"cutpoint/cmd/internal/command"
	"cutpoint/model"
	"cutpoint/model/cpu"
	"cutpoint/model/cuda"
)

func TestDoctor(t *testing.T) {
	code, out, errs := run(t, "", "doctor")
	for _, p := range model.Precisions() {
		if want := p + " " + cpu.Kernels(p)[0]; !strings.Contains(strings.Join(strings.Fields(out), " "), want) {
			t.Errorf("code %d, %s%s, want %q", code, out, errs, want)
		}
	}
	t.Setenv("CUTPOINT_LIBCUDA", "/absent/libcuda.so.1")
	if _, out, _ = run(t, "", "doctor"); !strings.Contains(out, "GPU       none: no NVIDIA driver: ") {
		t.Errorf("doctor without a driver printed %q, want no GPU", out)
	}
	var m diagnosis
	_, out, _ = run(t, "", "doctor", "--json")
	if err := json.Unmarshal([]byte(out), &m); err != nil || m.Cores < 1 || len(m.Kernels) != len(model.Precisions()) || m.GPUs == nil || m.NoGPUs == "" {
		t.Errorf("doctor --json: error %v, output %s; want cores, kernels for each precision, and why there is no GPU", err, out)
	}
	if code, _, errs = run(t, "", "doctor", "me"); code != command.Usage {
		t.Errorf("an argument: code %d, %s", code, errs)
	}
}

func TestDoctorPrintsGPUs(t *testing.T) {
	d := diagnosis{Kernels: map[string][]string{"float32": {"avx2", "generic"}, "bfloat16": {"generic"}}, Driver: "570.15", GPUs: []cuda.GPU{
		{Number: 0, Name: "NVIDIA H200", Capability: "9.0", Memory: 150_754_820_096, Kernels: []string{"sm_90a", "sm_80"}},
		{Number: 1, Name: "Tesla T4", Capability: "7.5", Memory: 15_828_320_256},
	}}
	var out strings.Builder
	if err := d.print(&out); err != nil {
		t.Fatal(err)
	}
	want := "float32   avx2 (also: generic)\nbfloat16  generic\n" +
		"GPU 0     NVIDIA H200, 150.8 GB, compute capability 9.0, kernels sm_90a (also: sm_80)\n" +
		"GPU 1     Tesla T4, 15.8 GB, compute capability 7.5, too old: 8.0 is the least\ndriver    570.15\n"
	if !strings.HasSuffix(out.String(), want) {
		t.Errorf("doctor printed\n%s, want it to end in\n%s", out.String(), want)
	}
}

// TestKernelFlag: a kernel that is not there is refused before anything is read.
func TestKernelFlag(t *testing.T) {
	corpus, store := corpusOf(t), t.TempDir()
	args := []string{corpus, "--weights", "missing.safetensors", "--cuts", "pool1-avg", "--store", store, "--cpu-kernel"}
	for name, want := range map[string]string{"sse9": `unknown kernel "sse9"`, "avx512bf16": "avx512bf16 is for bfloat16"} {
		code, _, errs := run(t, "", append(args, name)...)
		if code != command.Usage || !strings.Contains(errs, want) || !strings.Contains(errs, "generic") {
			t.Errorf("%s: code %d, %s", name, code, errs)
		}
	}
	t.Setenv("CUTPOINT_CPU_KERNEL", "sse9")
	if code, _, errs := run(t, "", args[:len(args)-1]...); code != command.Usage || !strings.Contains(errs, "sse9") {
		t.Errorf("the variable: code %d, %s", code, errs)
	}
}

// TestKernelsGiveTheSame computes a page with every kernel that is here: the store is the
// same for all, and verify accepts what another one computed.
func TestKernelsGiveTheSame(t *testing.T) {
	if testing.Short() {
		t.Skip("makes 575 MB of random weights several times")
	}
	corpus, store := corpusOf(t), t.TempDir()
	if code, _, errs := run(t, "", corpus, "--weights", "random:1", "--cuts", "pool1-avg", "--store", store, "-q"); code != command.OK {
		t.Fatalf("run: code %d, %s", code, errs)
	}
	for _, name := range cpu.Kernels(model.Float32) {
		code, out, errs := run(t, "", "verify", "--store", store, "--recompute", "1", "--weights", "random:1", "--cpu-kernel", name)
		if code != command.OK || !strings.Contains(out, "1 of 1 pages computed again") {
			t.Errorf("%s: code %d, %s%s", name, code, out, errs)
		}
	}
}
