package handoff

import (
	"bytes"
	"encoding/json"
	"errors"
	"strings"
	"testing"

	"cutpoint/model"
	"cutpoint/model/head"
	"cutpoint/model/weights/safetensors"
	"cutpoint/schemas"
)

func trunkAndHead(dtype string) (*model.Weights, schemas.Description, *head.File) {
	w := &model.Weights{Source: "made up", Preprocess: model.Caffe()}
	for _, l := range model.ParameterLayers()[:2] {
		w.Params = append(w.Params, model.Params{Kernel: make([]float32, l.KernelLen()), Bias: make([]float32, l.BiasLen())})
	}
	d := schemas.Description{Model: "VGG19", Weights: schemas.Weights{Source: "made up", SHA256: "ab"},
		Preset: schemas.Preset{Name: "document", Resize: "squash", Filter: "bilinear", Size: 224}, Precision: "float32"}
	stored := d
	stored.DType = dtype
	h := &head.Head{Kind: head.SoftmaxName, Dim: 64, Classes: 2, Kernel: make([]float32, 128), Bias: make([]float32, 2)}
	return w, d, &head.File{Cut: "pool1-avg", Fingerprint: stored.Fingerprint(), Classes: []string{"a", "b"}, Head: h}
}

// TestTrunkOf: the head's fingerprint tells how the store kept its values, and
// which weights are other ones.
func TestTrunkOf(t *testing.T) {
	for _, dtype := range []string{"", schemas.Float32, schemas.Float16} {
		w, d, f := trunkAndHead(dtype)
		trunk, err := TrunkOf(f, w, d)
		if err != nil {
			t.Fatal(err)
		}
		if want := (schemas.Description{DType: dtype}).ValueType(); trunk.Description.ValueType() != want || trunk.Description.Fingerprint() != f.Fingerprint {
			t.Errorf("values are %s, want %s", trunk.Description.ValueType(), want)
		}
		d.Weights.SHA256 = "cd"
		if _, err := TrunkOf(f, w, d); !errors.Is(err, head.ErrOtherFeatures) || !strings.Contains(err.Error(), "made up") {
			t.Errorf("other weights: %v", err)
		}
	}
}

// TestWriteONNX: the file says how a page becomes pixels, and rounds what the
// store has rounded.
func TestWriteONNX(t *testing.T) {
	for dtype, rounds := range map[string]bool{schemas.Float32: false, schemas.Float16: true} {
		w, d, f := trunkAndHead(dtype)
		trunk, err := TrunkOf(f, w, d)
		if err != nil {
			t.Fatal(err)
		}
		var b bytes.Buffer
		if err := WriteONNX(&b, f, trunk); err != nil {
			t.Fatal(err)
		}
		for _, want := range []string{"squash", "224×224", "Image.Resampling.BILINEAR", schemas.KeyDescription, f.Fingerprint} {
			if !bytes.Contains(b.Bytes(), []byte(want)) {
				t.Errorf("%s: %q is not in the file", dtype, want)
			}
		}
		if bytes.Contains(b.Bytes(), []byte("features_float16")) != rounds {
			t.Errorf("%s: the values are not treated as the store's", dtype)
		}
	}
	_, _, f := trunkAndHead("")
	var b bytes.Buffer
	if err := WriteONNX(&b, f, nil); err != nil || !strings.Contains(b.String(), "cut pool1-avg of VGG19 as featurize stores it: 64 values a page") {
		t.Errorf("error %v, %q", err, b.String())
	}
}

func TestWritePyTorch(t *testing.T) {
	w, d, f := trunkAndHead("")
	for _, trunk := range []*Trunk{nil, {w, d}} {
		var b bytes.Buffer
		module, err := WritePyTorch(&b, f, trunk)
		if err != nil {
			t.Fatal(err)
		}
		h, err := safetensors.ReadHeader(bytes.NewReader(b.Bytes()), int64(b.Len()))
		if err != nil {
			t.Fatal(err)
		}
		if !strings.HasPrefix(module, "net = torch") || h.Metadata["cutpoint.pytorch"] != module {
			t.Errorf("module %q, in the file %q", module, h.Metadata["cutpoint.pytorch"])
		}
		var got schemas.Description
		if err := json.Unmarshal([]byte(h.Metadata[schemas.KeyDescription]), &got); trunk != nil && (err != nil || got != d) {
			t.Errorf("description %+v, error %v", got, err)
		}
	}
}
