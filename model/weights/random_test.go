package weights

import (
	"context"
	"math"
	"math/rand/v2"
	"testing"

	"cutpoint/model"
)

// TestRandomIsPinned holds what random:1 means. A store made with it is bound to
// these bits: if this fails, the code is wrong, not the test.
func TestRandomIsPinned(t *testing.T) {
	// Layer 0 alone: its fan-in does not depend on the rest of the network.
	w, err := open(context.Background(), "random:1", model.Layers()[:1])
	if err != nil {
		t.Fatal(err)
	}
	if got := w.SHA256(); got != "e365787d251326118958bcf201ce8d73458058df7b5ba54bbebd5a49473b28c0" {
		t.Errorf("block1_conv1 of random:1 is %s", got)
	}
	if testing.Short() {
		t.Skip("draws 143 million values")
	}
	w, err = Open(context.Background(), "random:1")
	if err != nil {
		t.Fatal(err)
	}
	if got := w.SHA256(); got != "bc945435155b73e70d55b46ef079bd824d119a6297b318e073af86bd4b640523" {
		t.Errorf("random:1 is %s", got)
	}
	if err := w.Check(model.AllCuts()); err != nil {
		t.Error(err)
	}
}

func TestRandomSeeds(t *testing.T) {
	hash := func(source string) string {
		w, err := open(context.Background(), source, tiny())
		if err != nil {
			t.Fatal(err)
		}
		if w.Preprocess != model.Caffe() {
			t.Errorf("%s: preprocess %s, want caffe", source, w.Preprocess.Name)
		}
		return w.Source + " " + w.SHA256()
	}
	if a, b := hash("random:7"), hash("random:007"); a != b {
		t.Errorf("one seed gives %s and %s", a, b)
	}
	if a, b := hash("random:0"), hash("random:18446744073709551615"); a[len(a)-64:] == b[len(b)-64:] {
		t.Error("two seeds give the same weights")
	}
}

// TestFillNormal compares moments with the normal distribution's, within five
// standard errors, and with Irwin–Hall's kurtosis of 3 − 6/(5·12).
func TestFillNormal(t *testing.T) {
	const n = 1 << 20
	values := make([]float32, n)
	fillNormal(values, rand.NewPCG(1, 2), 0.5)
	var m [5]float64
	for _, v := range values {
		x, p := float64(v)/0.5, 1.0
		for k := range m {
			m[k] += p / n
			p *= x
		}
		if !(math.Abs(x) <= 6) {
			t.Fatalf("%v lies beyond six standard deviations", x)
		}
	}
	for k, want := range []float64{1, 0, 1, 0, 2.9} {
		se := []float64{1e-9, 1, math.Sqrt2, math.Sqrt(15), math.Sqrt(96)}[k] / math.Sqrt(n)
		if !(math.Abs(m[k]-want) <= 5*se) {
			t.Errorf("moment %d is %v, want %v ± %v", k, m[k], want, 5*se)
		}
	}
}
