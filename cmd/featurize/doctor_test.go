package main

import (
	"encoding/json"
	"strings"
	"testing"

	"cutpoint/cmd/internal/command"
	"cutpoint/model/cpu"
)

func TestDoctor(t *testing.T) {
	code, out, errs := run(t, "", "doctor")
	for _, p := range cpu.Precisions() {
		if want := p + " " + cpu.Kernels(p)[0]; !strings.Contains(strings.Join(strings.Fields(out), " "), want) {
			t.Errorf("code %d, %s%s, want %q", code, out, errs, want)
		}
	}
	var m diagnosis
	_, out, _ = run(t, "", "doctor", "--json")
	if err := json.Unmarshal([]byte(out), &m); err != nil || m.Cores < 1 || len(m.Kernels) != len(cpu.Precisions()) {
		t.Errorf("%v: %s", err, out)
	}
	if code, _, errs = run(t, "", "doctor", "me"); code != command.Usage {
		t.Errorf("an argument: code %d, %s", code, errs)
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
	for _, name := range cpu.Kernels(cpu.Float32) {
		code, out, errs := run(t, "", "verify", "--store", store, "--recompute", "1", "--weights", "random:1", "--cpu-kernel", name)
		if code != command.OK || !strings.Contains(out, "1 of 1 pages computed again") {
			t.Errorf("%s: code %d, %s%s", name, code, out, errs)
		}
	}
}
