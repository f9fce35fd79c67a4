package main

import (
	"context"
	"maps"
	"path/filepath"
	"strings"
	"testing"

	"cutpoint/cmd/internal/command"
	"cutpoint/schemas"
	"cutpoint/store"
)

// vectorsOf reads a cut's table.
func vectorsOf(t *testing.T, dir, cut string) map[schemas.PageKey]schemas.Feature {
	t.Helper()
	s, err := store.Open(dir)
	if err != nil {
		t.Fatal(err)
	}
	table, _, err := s.Cut(cut)
	if err != nil {
		t.Fatal(err)
	}
	rows, err := allRows(context.Background(), table)
	if err != nil {
		t.Fatal(err)
	}
	out := map[schemas.PageKey]schemas.Feature{}
	for _, r := range rows {
		out[r.Key()] = r
	}
	return out
}

// TestDerive compares cuts that are derived from a stored pool5 with those of a
// run over the documents.
func TestDerive(t *testing.T) {
	if testing.Short() {
		t.Skip("makes 575 MB of random weights several times")
	}
	corpus, dir := corpusOf(t), t.TempDir()
	direct, derived := filepath.Join(dir, "direct"), filepath.Join(dir, "derived")
	const cuts = "fc1,fc2,predictions,pool5-avg,pool5-max"
	for store, cuts := range map[string]string{direct: cuts, derived: "pool5"} {
		if code, _, errs := run(t, "", corpus, "--weights", "random:1", "--cuts", cuts, "--store", store, "-q"); code != command.OK {
			t.Fatalf("run: code %d, %s", code, errs)
		}
	}
	for _, c := range []struct {
		weights string
		code    int
		want    string
	}{
		{"random:2", command.Fatal, "random:2"}, {"random:1", command.OK, "Derived 2 pages"}, {"random:1", command.OK, "Derived 0 pages"},
	} {
		code, _, errs := run(t, "", "derive", "--store", derived, "--cuts", cuts, "--weights", c.weights)
		if code != c.code || !strings.Contains(errs, c.want) {
			t.Fatalf("derive with %s: code %d, %s", c.weights, code, errs)
		}
	}
	for cut := range strings.SplitSeq(cuts, ",") {
		want, got := vectorsOf(t, direct, cut), vectorsOf(t, derived, cut)
		same := maps.EqualFunc(got, want, func(a, b schemas.Feature) bool {
			return a.Path == b.Path && *a.Label == *b.Label && sameFloats(a.Embedding, b.Embedding)
		})
		if !same || len(want) != 2 {
			t.Errorf("%s: derived rows differ from those of a run", cut)
		}
	}
	if code, out, _ := run(t, "", "verify", "--store", derived); code != command.OK {
		t.Errorf("verify the derived store: code %d, %s", code, out)
	}
}

// TestDeriveNoGPU: whoever asks for a GPU where there is none is told so before the weights
// or a table are looked at.
func TestDeriveNoGPU(t *testing.T) {
	t.Setenv("CUTPOINT_LIBCUDA", "/absent/libcuda.so.1")
	dir := describedStore(t)
	code, out, errs := run(t, "", "derive", "--store", dir, "--cuts", "fc2", "--weights", "absent.h5", "--device", "cuda")
	if code != command.Unavailable || out != "" || !strings.HasPrefix(errs, "featurize: --device cuda: no NVIDIA driver") {
		t.Errorf("derive without a driver: code %d, %s%s", code, out, errs)
	}
}

func TestDeriveWrongUsage(t *testing.T) {
	for args, want := range map[string]string{
		"derive --store s":                                           "--cuts is missing",
		"derive --store s --cuts fc2":                                "--weights is missing",
		"derive --store s --cuts pool4 --weights random:1":           "pool4 cannot be derived from pool5",
		"derive --store s --from pool5-avg --cuts fc2 --weights r:1": "nothing can be derived from pool5-avg",
		"derive --cuts fc2 --weights random:1":                       "--store is missing",
	} {
		if code, _, errs := run(t, "", strings.Fields(args)...); code != command.Usage || !strings.Contains(errs, want) {
			t.Errorf("featurize %s: code %d, %q", args, code, errs)
		}
	}
}
