package vgg19

import (
	"context"
	"errors"
	"strings"
	"testing"

	"cutpoint/model"
	"cutpoint/model/head"
	"cutpoint/schemas"
)

// TestDescribe: stores that exist must keep their fingerprint.
func TestDescribe(t *testing.T) {
	for _, test := range []struct {
		preprocess  model.Preprocess
		dtype       string
		fingerprint string
	}{
		{model.Caffe(), "", "b3b8d6d2ebaaa05bcce0fb0b6f0723da076cfdde0d1cf8c81c8ba5db74e924bd"},
		{model.Caffe(), schemas.Float16, "406560589508478d88bc4e07cbac78b1947766cdad0d20ec5a2e9567189785e6"},
		{model.Torch(), "", "0ba975b9e4cf6bd0bf0eff273e236dc36d554ecc536a71efdffec4481ffdf2a7"},
	} {
		w := &model.Weights{Source: "a.safetensors", Preprocess: test.preprocess, Params: []model.Params{{Kernel: []float32{1, 2}, Bias: []float32{3}}}}
		if got := Describe(w, test.dtype).Fingerprint(); got != test.fingerprint {
			t.Errorf("%s %s: fingerprint %s, want %s", test.preprocess.Name, test.dtype, got, test.fingerprint)
		}
	}
}

// TestDescribeFor: the head's fingerprint tells how the store kept its values, and
// which weights are other ones.
func TestDescribeFor(t *testing.T) {
	w := &model.Weights{Source: "a.safetensors", Preprocess: model.Caffe(), Params: []model.Params{{Kernel: []float32{1, 2}, Bias: []float32{3}}}}
	for _, dtype := range []string{"", schemas.Float32, schemas.Float16} {
		f := &head.File{Fingerprint: Describe(w, dtype).Fingerprint()}
		d, err := DescribeFor(f, w)
		if want := Describe(w, dtype).ValueType(); err != nil || d.ValueType() != want || d.Fingerprint() != f.Fingerprint {
			t.Errorf("%q: %+v, error %v", dtype, d, err)
		}
		other := *w
		other.Preprocess = model.Torch()
		if _, err := DescribeFor(f, &other); !errors.Is(err, head.ErrOtherFeatures) || !strings.Contains(err.Error(), "a.safetensors") {
			t.Errorf("%q: error %v of other colours", dtype, err)
		}
	}
}

func TestOpenChecksTheCuts(t *testing.T) {
	if _, err := Open(context.Background(), "random:x", nil); err == nil || !strings.Contains(err.Error(), "random:1") {
		t.Errorf("error %v", err)
	}
}
