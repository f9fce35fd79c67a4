package export

import (
	"bytes"
	"encoding/json"
	"strings"
	"testing"

	"cutpoint/model"
	"cutpoint/model/head"
	"cutpoint/model/weights/safetensors"
	"cutpoint/schemas"
)

func trunkAndHead(dtype string) (*Trunk, *head.File) {
	w := &model.Weights{Source: "made up", Preprocess: model.Caffe()}
	for _, l := range model.ParameterLayers()[:2] {
		w.Params = append(w.Params, model.Params{Kernel: make([]float32, l.KernelLen()), Bias: make([]float32, l.BiasLen())})
	}
	d := schemas.Description{Model: "VGG19", Weights: schemas.Weights{Source: "made up", SHA256: "ab"}, DType: dtype,
		Preset: schemas.Preset{Name: "document", Resize: "squash", Filter: "bilinear", Size: 224}, Precision: "float32"}
	h := &head.Head{Kind: head.SoftmaxName, Dim: 64, Classes: 2, Kernel: make([]float32, 128), Bias: make([]float32, 2)}
	return &Trunk{w, d}, &head.File{Cut: "pool1-avg", Fingerprint: d.Fingerprint(), Classes: []string{"a", "b"}, Head: h}
}

// TestWriteONNX: the file says how a page becomes pixels, and rounds what the
// store has rounded.
func TestWriteONNX(t *testing.T) {
	for dtype, rounds := range map[string]bool{schemas.Float32: false, schemas.Float16: true} {
		trunk, f := trunkAndHead(dtype)
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
	_, f := trunkAndHead("")
	var b bytes.Buffer
	if err := WriteONNX(&b, f, nil); err != nil || !strings.Contains(b.String(), "cut pool1-avg of VGG19 as featurize stores it: 64 values a page") {
		t.Errorf("write a head as ONNX: error %v, file %q", err, b.String())
	}
}

func TestWritePyTorch(t *testing.T) {
	whole, f := trunkAndHead("")
	for _, trunk := range []*Trunk{nil, whole} {
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
		if err := json.Unmarshal([]byte(h.Metadata[schemas.KeyDescription]), &got); trunk != nil && (err != nil || got != trunk.Description) {
			t.Errorf("description %+v, error %v", got, err)
		}
	}
}
