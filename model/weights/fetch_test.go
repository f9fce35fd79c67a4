package weights

import (
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
)

// fetch runs scripts/fetch-weights with stand-ins for curl and md5sum.
func fetch(t *testing.T, curl, md5sum string, args ...string) (stdout, stderr string, ok bool) {
	t.Helper()
	bash, err := exec.LookPath("bash")
	if err != nil {
		t.Skip("bash: it is not installed")
	}
	bin := t.TempDir()
	for name, body := range map[string]string{"curl": curl, "md5sum": md5sum} {
		if err := os.WriteFile(filepath.Join(bin, name), []byte("#!/bin/sh\n"+body+"\n"), 0o755); err != nil {
			t.Fatal(err)
		}
	}
	var out, errs strings.Builder
	cmd := exec.Command(bash, append([]string{"../../scripts/fetch-weights"}, args...)...)
	cmd.Env = append(os.Environ(), "PATH="+bin+":"+os.Getenv("PATH"))
	cmd.Stdout, cmd.Stderr = &out, &errs
	err = cmd.Run()
	return out.String(), errs.String(), err == nil
}

const (
	curlWorks   = `while [ "$1" != --output ]; do shift; done; echo whole >>"$2"`
	curlOffline = `exit 6`
	// The sum of "whole" is the published one.
	md5Knows = `if [ "$(cat)" = whole ]; then echo "cbe5617147190e668d6c5d5026f83318  -"; else echo "00000000000000000000000000000000  -"; fi`
)

func TestFetchWeights(t *testing.T) {
	path := filepath.Join(t.TempDir(), "new folder", "vgg19.h5")
	if _, errs, ok := fetch(t, curlOffline, md5Knows, path); ok || !strings.Contains(errs, "the download failed") {
		t.Errorf("fetch offline: succeeded %v, errors %s", ok, errs)
	}
	out, errs, ok := fetch(t, curlWorks, md5Knows, path)
	if !ok || strings.TrimSpace(out) != path {
		t.Fatalf("got %q and %s", out, errs)
	}
	if left, _ := filepath.Glob(path + ".*"); left != nil {
		t.Errorf("it left %v", left)
	}
	if out, errs, ok := fetch(t, curlOffline, md5Knows, path); !ok || strings.TrimSpace(out) != path {
		t.Errorf("a second run must find the file without the network: %q, %s", out, errs)
	}
	if err := os.WriteFile(path, []byte("another file"), 0o600); err != nil {
		t.Fatal(err)
	}
	if _, errs, ok := fetch(t, curlWorks, md5Knows, path); ok || !strings.Contains(errs, "is not the published file") {
		t.Errorf("a strange file at the path: %v, %s", ok, errs)
	}
}

func TestFetchWeightsDamaged(t *testing.T) {
	folder := t.TempDir()
	_, errs, ok := fetch(t, strings.ReplaceAll(curlWorks, "whole", "damaged"), md5Knows, folder)
	if ok || !strings.Contains(errs, "has MD5 0000") {
		t.Errorf("fetch of a damaged file: succeeded %v, errors %s", ok, errs)
	}
	if left, _ := os.ReadDir(folder); len(left) > 0 {
		t.Errorf("it left %v", left)
	}
}

func TestFetchWeightsUsage(t *testing.T) {
	if out, _, ok := fetch(t, curlOffline, md5Knows, "--help"); !ok || !strings.Contains(out, "Usage: scripts/fetch-weights") {
		t.Errorf("--help: succeeded %v, output %q", ok, out)
	}
	for _, args := range [][]string{{"--force"}, {"a", "b"}} {
		if _, errs, ok := fetch(t, curlOffline, md5Knows, args...); ok || !strings.Contains(errs, "Usage") {
			t.Errorf("fetch-weights %q: success %t, stderr %q; want a failure with the usage", args, ok, errs)
		}
	}
}
