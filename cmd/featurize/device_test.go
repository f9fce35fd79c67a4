package main

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"cutpoint/cmd/internal/command"
)

// TestNoGPU: whoever asks for a GPU where there is none is told so before anything is looked
// at, be it a corpus that is not there, weights or a store.
func TestNoGPU(t *testing.T) {
	t.Setenv("CUTPOINT_LIBCUDA", "/absent/libcuda.so.1")
	store := filepath.Join(t.TempDir(), "features")
	for _, args := range []string{
		"absent --weights absent.h5 --store " + store,
		"absent --weights absent.h5 --store " + store + " --dry-run --quiet",
		"absent --weights absent.h5 --store " + store + " --shard 1/2",
		"retry absent --weights absent.h5 --store " + store,
		"bench --weights absent.h5",
	} {
		for _, device := range []string{"cuda", "cuda:0,1"} {
			code, out, errs := run(t, "", append(strings.Fields(args), "--device", device)...)
			if code != command.Unavailable || out != "" || strings.Count(errs, "\n") != 1 || !strings.HasPrefix(errs, "featurize: --device "+device+": no NVIDIA driver") {
				t.Errorf("%s: code %d, %s%s", args, code, out, errs)
			}
		}
		if code, _, errs := run(t, "", append(strings.Fields(args), "--device", "cuda:0,0")...); code != command.Usage || !strings.Contains(errs, "twice") {
			t.Errorf("%s: code %d, %s", args, code, errs)
		}
	}
	if _, err := os.Stat(store); err == nil {
		t.Error("a store was made")
	}
	if _, help, _ := run(t, "", "help", "exit-codes"); !strings.Contains(help, "69   no GPU can be used") {
		t.Error("the help does not say so")
	}
}

// TestDeviceAuto: without a GPU auto computes on the CPU and says so under --quiet, too; the
// store is the one that the CPU fills. Verify asks for the GPU before it checks the store.
func TestDeviceAuto(t *testing.T) {
	if testing.Short() {
		t.Skip("makes 575 MB of random weights")
	}
	t.Setenv("CUTPOINT_LIBCUDA", "/absent/libcuda.so.1")
	corpus, store := corpusOf(t), filepath.Join(t.TempDir(), "features")
	args := []string{corpus, "--weights", "random:1", "--cuts", "pool1-avg", "--store", store}
	code, _, errs := run(t, "", append(args, "--device", "auto", "--quiet")...)
	if code != command.OK || strings.Count(errs, "\n") != 1 || !strings.Contains(errs, "no GPU can be used; computing on the CPU") {
		t.Errorf("run with --device auto: code %d, %s", code, errs)
	}
	if code, _, errs = run(t, "", args...); code != command.OK || !strings.Contains(errs, "Nothing new") || strings.Contains(errs, "imited by") {
		t.Errorf("run with nothing new: code %d, %s", code, errs)
	}
	if code, out, errs := run(t, "", "verify", "--store", store, "--recompute", "1", "--weights", "random:1", "--device", "cuda"); code != command.Unavailable || out != "" {
		t.Errorf("verify: code %d, %s%s", code, out, errs)
	}
	if err := os.Remove(filepath.Join(corpus, "memo", "a.png")); err != nil {
		t.Fatal(err)
	}
	store2 := filepath.Join(t.TempDir(), "again")
	if code, _, errs = run(t, "", corpus, "--weights", "random:1", "--cuts", "pool1-avg", "--store", store2); code != command.OK ||
		!strings.Contains(errs, "up to date. Limited by ") && !strings.Contains(errs, ". Limited by ") || !strings.Contains(errs, " pages/s") {
		t.Errorf("run into a new store: code %d, %s", code, errs)
	}
}
