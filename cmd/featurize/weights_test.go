package main

import (
	"encoding/json"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"cutpoint/cmd/internal/command"
	"cutpoint/model/weights"
)

// TestWeightsConvert: what is converted is the same weights, whatever their names.
func TestWeightsConvert(t *testing.T) {
	if testing.Short() {
		t.Skip("makes 575 MB of random weights")
	}
	out := filepath.Join(t.TempDir(), "vgg19.safetensors")
	code, _, errs := run(t, "", "weights", "convert", "random:7", out)
	if code != command.OK || !strings.Contains(errs, out) {
		t.Fatalf("weights convert: code %d, %s", code, errs)
	}
	code, text, errs := run(t, "", "weights", "inspect", out, "--json")
	var in weights.Inspection
	if err := json.Unmarshal([]byte(text), &in); code != command.OK || err != nil {
		t.Fatalf("weights inspect --json: code %d, error %v: %s", code, err, errs)
	}
	made, err := weights.Open(t.Context(), "random:7")
	if err != nil {
		t.Fatal(err)
	}
	if in.SHA256 != made.SHA256() || in.Colors != made.Preprocess.Name || !in.Top || len(in.Layers) != 19 || len(in.Tensors) != 38 || in.Tensors[0].Serves == "" {
		t.Errorf("%.300s, want the weights with SHA-256 %s", text, made.SHA256())
	}
	for i, l := range in.Layers {
		values := made.Params[i].Kernel
		if l.Kernel.Values != len(values) || !(l.Kernel.Least < 0 && l.Kernel.Greatest > 0 && l.Kernel.Deviation > 0) {
			t.Errorf("inspect: the kernel of %s is %+v, want %d values on both sides of zero", l.Name, l.Kernel, len(values))
		}
	}
	if code, _, errs = run(t, "", "weights", "convert", "random:7", out); code != command.Usage || !strings.Contains(errs, "--force") {
		t.Errorf("a file is there: code %d, %s", code, errs)
	}
}

func TestWeightsRefuses(t *testing.T) {
	dir := t.TempDir()
	text, out := filepath.Join(dir, "notes.txt"), filepath.Join(dir, "out.safetensors")
	if err := os.WriteFile(text, []byte("no weights"), 0o644); err != nil {
		t.Fatal(err)
	}
	for args, want := range map[string]struct {
		code int
		says string
	}{
		"inspect":                           {command.Usage, "takes one file"},
		"inspect " + text:                   {command.Fatal, "its format is unknown"},
		"inspect " + dir + "/absent":        {command.Fatal, "there is no such file"},
		"convert " + text + " " + out:       {command.Fatal, "its format is unknown"},
		"convert random:1 " + dir + "/o.h5": {command.Usage, ".safetensors"},
		"convert random:x " + out:           {command.Fatal, "random:"},
		"convert random:1 " + dir + "/a/b.safetensors --force extra": {command.Usage, "takes two files"},
	} {
		code, _, errs := run(t, "", append([]string{"weights"}, strings.Fields(args)...)...)
		if code != want.code || !strings.Contains(errs, want.says) || strings.Count(strings.TrimSpace(errs), "\n") > 2 {
			t.Errorf("weights %s: code %d, %s; want %d and %q", args, code, errs, want.code, want.says)
		}
	}
	if left, _ := os.ReadDir(dir); len(left) != 1 {
		t.Errorf("%v was left", left)
	}
}
