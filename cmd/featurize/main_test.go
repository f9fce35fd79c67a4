package main

import (
	"bytes"
	"context"
	"encoding/json"
	"image"
	"image/png"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"cutpoint/cmd/internal/command"
)

// run runs the program and returns its exit code and output.
func run(t *testing.T, stdin string, args ...string) (code int, out, errs string) {
	t.Helper()
	app := newApp()
	var o, e bytes.Buffer
	app.Reader, app.Writer, app.ErrWriter = strings.NewReader(stdin), &o, &e
	code = command.Run(context.Background(), app, append([]string{"featurize"}, args...))
	return code, o.String(), e.String()
}

func corpusOf(t *testing.T) string {
	t.Helper()
	dir := t.TempDir()
	for n, label := range []string{"letter", "memo"} {
		img := image.NewGray(image.Rect(0, 0, 40, 60))
		for i := range img.Pix {
			img.Pix[i] = uint8(i * (n + 3))
		}
		var b bytes.Buffer
		if err := png.Encode(&b, img); err != nil {
			t.Fatal(err)
		}
		write(t, filepath.Join(dir, label, "a.png"), b.Bytes())
	}
	return dir
}

func write(t *testing.T, path string, data []byte) {
	t.Helper()
	if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(path, data, 0o644); err != nil {
		t.Fatal(err)
	}
}

// TestNights walks through what a nightly job meets, with the real engine.
func TestNights(t *testing.T) {
	if testing.Short() {
		t.Skip("makes 575 MB of random weights")
	}
	corpus, store := corpusOf(t), filepath.Join(t.TempDir(), "features")
	args := []string{corpus, "--weights", "random:1", "--cuts", "pool5-avg", "--store", store, "--json", "--quiet"}
	summary := func(wantCode int) (s struct {
		Pages, UpToDate, Failed, FailedBefore int
	}) {
		t.Helper()
		code, out, errs := run(t, "", args...)
		if code != wantCode {
			t.Fatalf("code %d, want %d: %s", code, wantCode, errs)
		}
		var raw map[string]any
		if err := json.Unmarshal([]byte(out), &raw); err != nil {
			t.Fatalf("standard output is no JSON: %v\n%s", err, out)
		}
		n := func(key string) int { return int(raw[key].(float64)) }
		s.Pages, s.UpToDate, s.Failed, s.FailedBefore = n("pages"), n("up_to_date"), n("failed"), n("failed_before")
		return s
	}
	if s := summary(command.OK); s.Pages != 2 {
		t.Errorf("first night: %+v", s)
	}
	if s := summary(command.OK); s.Pages != 0 || s.UpToDate != 2 {
		t.Errorf("second night: %+v", s)
	}
	write(t, filepath.Join(corpus, "memo/broken.tif"), []byte("II*\x00\xff\xff\xff\xff"))
	if s := summary(command.SomeFailed); s.Pages != 0 || s.Failed != 1 {
		t.Errorf("third night: %+v", s)
	}
	if s := summary(command.SomeFailed); s.FailedBefore != 1 {
		t.Errorf("fourth night: %+v", s)
	}
	if code, out, _ := run(t, "", "verify", "--store", store); code != command.OK || !strings.Contains(out, "whole") {
		t.Errorf("verify: code %d\n%s", code, out)
	}
	if code, out, _ := run(t, "", "status", "--store", store); code != command.OK || !strings.Contains(out, "broken.tif") {
		t.Errorf("status: code %d\n%s", code, out)
	}
	code, _, errs := run(t, "", corpus, "--weights", "random:2", "--cuts", "pool5-avg", "--store", store, "-q")
	if code != command.Fatal || !strings.Contains(errs, "random:2") || strings.Count(errs, "\n") != 1 {
		t.Errorf("another fingerprint: code %d, %q", code, errs)
	}
}

func TestWrongUsage(t *testing.T) {
	dir := corpusOf(t)
	for _, c := range []struct {
		args string
		code int
		want string
	}{
		{"", command.Usage, "no corpus is named"},
		{dir, command.Usage, "--weights is missing"},
		{dir + " --weights random:1", command.Usage, "--store is missing"},
		{dir + " --weights random:1 --store s --cuts fc3", command.Usage, `did you mean "fc`},
		{dir + " --weights random:1 --store s --dtype half", command.Usage, "float32 and float16 are"},
		{"--weights random:1 --store s help", command.Usage, "./help"},
		{dir + " --weights random:1 --store s --precision half", command.Usage, "choose float32 or bfloat16"},
		{dir + " --weights random:1 --store s --fonts " + dir, command.Usage, "--fonts: " + dir + " holds no font"},
		{dir + " --weights random:1 --store s --batch -1", command.Usage, "--batch cannot be negative"},
		{dir + " --weights random:1 --store s --nonsense", command.Usage, "nonsense"},
		{dir + "/absent --weights random:1 --store s", command.Fatal, "does not exist"},
		{dir + " --weights absent.safetensors --store s", command.Fatal, "absent.safetensors"},
		{"status", command.Usage, "--store is missing"},
		{"status --store " + dir, command.Fatal, dir},
		{"describe --store " + dir + " --format xml", command.Usage, "croissant and card are"},
		{"describe --store " + dir + " --format card --json", command.Usage, "exclude"},
		{"describe --store " + dir, command.Fatal, dir},
		{"verify --store " + dir + " stray", command.Usage, "stray"},
	} {
		code, _, errs := run(t, "", strings.Fields(c.args)...)
		if code != c.code || !strings.Contains(errs, c.want) {
			t.Errorf("featurize %s: code %d, %q", c.args, code, errs)
		}
	}
	if _, err := os.Stat("s"); err == nil {
		t.Error("wrong usage left a store behind")
	}
}
