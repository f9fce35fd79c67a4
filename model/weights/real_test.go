package weights

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"os"
	"path/filepath"
	"testing"

	"cutpoint/model"
	"cutpoint/model/weights/safetensors"
)

// TestImageNet opens the real weights, in Keras's names and layout, and compares
// them with the file's bytes.
func TestImageNet(t *testing.T) {
	if testing.Short() {
		t.Skip("reads 575 MB twice")
	}
	cache, err := os.UserCacheDir()
	if err != nil {
		t.Skipf("weights: %v", err)
	}
	path := filepath.Join(cache, "cutpoint", "vgg19_imagenet.safetensors") // scripts/conformance-features makes it
	raw, err := os.ReadFile(path)
	if err != nil {
		t.Skipf("weights: there are no ImageNet weights: %v", err)
	}
	w, err := Open(context.Background(), path)
	if err != nil {
		t.Fatal(err)
	}
	if err := w.Check(model.AllCuts()); err != nil {
		t.Fatal(err)
	}
	if w.Preprocess != model.Caffe() {
		t.Errorf("preprocess %s, want caffe", w.Preprocess.Name)
	}
	h, err := safetensors.ReadHeader(bytes.NewReader(raw), int64(len(raw)))
	if err != nil {
		t.Fatal(err)
	}
	byName := map[string]safetensors.Tensor{}
	for _, x := range h.Tensors {
		byName[x.Name] = x
	}
	sum := sha256.New()
	for _, l := range model.ParameterLayers() {
		for _, part := range []string{"/kernel", "/bias"} {
			x := byName[l.Name+part]
			sum.Write(raw[x.Offset:][:x.Size])
		}
	}
	if want := hex.EncodeToString(sum.Sum(nil)); w.SHA256() != want {
		t.Errorf("the values' hash is %s, the file's %s", w.SHA256(), want)
	}
}
