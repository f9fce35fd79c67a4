package main

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"cutpoint/cmd/internal/command"
	"cutpoint/model/head"
	"cutpoint/model/weights"
	"cutpoint/pipeline/trunk"
	"cutpoint/schemas"
)

// saveHead writes a head of 512 features at pool5-avg.
func saveHead(t *testing.T, d schemas.Description) string {
	t.Helper()
	description, err := json.Marshal(d)
	if err != nil {
		t.Fatal(err)
	}
	h := &head.Head{Kind: head.SoftmaxName, Dim: 512, Classes: 2, Kernel: make([]float32, 1024), Bias: make([]float32, 2)}
	path := filepath.Join(t.TempDir(), "h.safetensors")
	f := head.File{Cut: "pool5-avg", Fingerprint: d.Fingerprint(), Description: string(description), Classes: []string{"letter", "memo"}, Head: h}
	if err := command.ReplaceFile(path, f.Write); err != nil {
		t.Fatal(err)
	}
	return path
}

func TestExportHead(t *testing.T) {
	h := saveHead(t, schemas.Description{})
	for format, want := range map[string]struct{ in, said string }{
		formatONNX:        {"log_probabilities", ""},
		formatSafetensors: {`"0.weight"`, "torch.nn.Linear(512, 2)"},
	} {
		file := filepath.Join(t.TempDir(), "out")
		code, _, errs := run(t, "export-head", "--head", h, "--format", format, "-o", file)
		raw, err := os.ReadFile(file)
		if code != command.OK || err != nil || !bytes.Contains(raw, []byte(want.in)) || !strings.Contains(errs, want.said) {
			t.Errorf("%s: code %d, error %v, %q, %d bytes", format, code, err, errs, len(raw))
		}
		if _, _, errs := run(t, "export-head", "-q", "--head", h, "--format", format, "-o", file); errs != "" {
			t.Errorf("export-head -q for %s said %q, want nothing", format, errs)
		}
	}
}

// TestExportHeadWithTrunk: weights are taken if the head's features came from
// them, and refused otherwise.
func TestExportHeadWithTrunk(t *testing.T) {
	if testing.Short() {
		t.Skip("makes up the weights of a whole network")
	}
	w, err := weights.Open(context.Background(), "random:1")
	if err != nil {
		t.Fatal(err)
	}
	d := trunk.Describe(w, trunk.Settings{})
	own := saveHead(t, d)
	d.Weights = schemas.Weights{Source: "other.h5", SHA256: strings.Repeat("0", 64)}
	other := saveHead(t, d)
	w = nil
	folder := t.TempDir()
	file := filepath.Join(folder, "pages.onnx")
	code, _, errs := run(t, "export-head", "--head", own, "--with-trunk", "--weights", "random:1", "-o", file)
	info, err := os.Stat(file)
	if code != command.OK || err != nil || info.Size() < 80e6 || info.Size() > 81e6 {
		t.Errorf("code %d, error %v, %q", code, err, errs)
	}
	os.Remove(file)
	code, _, errs = run(t, "export-head", "--head", other, "--with-trunk", "--weights", "random:1", "-o", file)
	if code != command.Fatal || !strings.Contains(errs, "trained on other features") || !strings.Contains(errs, "random:1") {
		t.Errorf("export-head with other weights: code %d, errors %q; want a refusal that names random:1", code, errs)
	}
	if left, _ := os.ReadDir(folder); len(left) > 0 {
		t.Errorf("%v was left", left)
	}
}

func TestExportHeadWrongUsage(t *testing.T) {
	h := saveHead(t, schemas.Description{})
	folder := t.TempDir()
	out := filepath.Join(folder, "out")
	for args, want := range map[string]struct {
		code int
		text string
	}{
		"":                                       {command.Usage, "--head is missing"},
		"--head " + h:                            {command.Usage, "--output is missing"},
		"--head " + h + " -o " + h:               {command.Usage, "is the file to read"},
		"--head " + h + " x -o " + out:           {command.Usage, `got "x"`},
		"--head " + h + " --format h5 -o " + out: {command.Usage, "onnx or as safetensors"},
		"--head " + h + " --with-trunk -o " + out:                  {command.Usage, "--with-trunk needs --weights"},
		"--head " + out + " -o " + out:                             {command.Fatal, "no such file"},
		"--head " + h + " -o " + out + "/no/x":                     {command.Fatal, "no such file"},
		"--head " + h + " --with-trunk --weights absent -o " + out: {command.Fatal, "absent"},
	} {
		t.Setenv("CUTPOINT_WEIGHTS", "")
		if code, _, errs := run(t, append([]string{"export-head"}, strings.Fields(args)...)...); code != want.code || !strings.Contains(errs, want.text) {
			t.Errorf("export-head %s: code %d, %q", args, code, errs)
		}
	}
	if left, _ := os.ReadDir(folder); len(left) > 0 {
		t.Errorf("%v was left", left)
	}
}

// TestInterruptible: Ctrl-C ends the writing, so that command.ReplaceFile removes what was
// begun.
func TestInterruptible(t *testing.T) {
	ctx, cancel := context.WithCancel(context.Background())
	var b bytes.Buffer
	w := interruptible{ctx, &b}
	if _, err := w.Write([]byte("a")); err != nil {
		t.Fatal(err)
	}
	cancel()
	if _, err := w.Write([]byte("b")); !errors.Is(err, context.Canceled) || b.String() != "a" {
		t.Errorf("error %v, written %q", err, b.String())
	}
}
