package trunk

import (
	"encoding/json"
	"errors"
	"strings"
	"testing"

	"cutpoint/model"
	"cutpoint/model/head"
	"cutpoint/pipeline/raster"
	"cutpoint/pipeline/raster/pdf/fonts"
	"cutpoint/pipeline/raster/resample"
	"cutpoint/schemas"
)

func weightsOf(preprocess model.Preprocess) *model.Weights {
	return &model.Weights{Source: "a.safetensors", Preprocess: preprocess, Params: []model.Params{{Kernel: []float32{1, 2}, Bias: []float32{3}}}}
}

// TestDescribe: stores that exist must keep their fingerprint.
func TestDescribe(t *testing.T) {
	for _, test := range []struct {
		preprocess  model.Preprocess
		settings    Settings
		name        string
		fingerprint string
	}{
		{model.Caffe(), Settings{}, "document", "7686985ee83a8f9551acaab4767701efd85140e43b46a15f04817439bd2a66fe"},
		{model.Caffe(), Settings{DType: schemas.Float16}, "document", "25c6cf483e6c5c5f6483005d625d72f387499e4cef883ae1a96c74bbabf667fe"},
		{model.Caffe(), Settings{Precision: model.BFloat16}, "document", "7a8aa1c0e762df65d9638cb3bd4f916eec78d9ab64518295a4f89aecfc864a8a"},
		{model.Caffe(), Settings{Preparation: raster.Preparation{Decoding: raster.Decoding{FastDecode: true}}}, "document", "48de8f873e369e71061d56ab82141fe752ad772de2c23bcf5cf9e8362dd193ac"},
		{model.Caffe(), Settings{Preparation: raster.Preparation{Decoding: raster.Decoding{PDFDPI: 150}}}, "document", "0b2182c6d84ceb2b6b01537c5e7c708885835d8784fc12df1682e529249ad106"},
		{model.Caffe(), Settings{Preparation: raster.Preparation{Decoding: raster.Decoding{Fonts: fonts.Set{SHA256: strings.Repeat("ab", 32)}}}}, "document", "2f9e9b77b51d870dd0c6c6194b9baccdde9681c7485be2a134a1ee8e65c11649"},
		{model.Torch(), Settings{}, "document", "161cc0b2cf9a7811c4d4ed45c76e48d0700250848b10cc1b0db25b07ccfc7a33"},
		{model.Torch(), Settings{Preparation: raster.Preparation{Fit: raster.Crop}}, "torchvision", "8d8abee1f06d3ca6f698b47e2492d59e52fd7ed09d14e76734600f2b4fd57fb8"},
		{model.Caffe(), Settings{Preparation: raster.Preparation{Filter: resample.Nearest}}, "keras", "330ae5bfa3be2688c4cf781d0d38cc33f478504ec5a8e4a0d3551b786823ea49"},
		{model.Caffe(), Settings{Preparation: raster.Preparation{Fit: raster.Pad, Filter: resample.Lanczos}}, "custom", "c6d35418fa27515306ad19c9d5d37bf5f66d0dc50ef47d74a3c2174a097bcc71"},
	} {
		d := Describe(weightsOf(test.preprocess), test.settings)
		if got := d.Fingerprint(); got != test.fingerprint || d.Preset.Name != test.name {
			t.Errorf("%s %+v: fingerprint %s, want %s; preset %s, want %s", test.preprocess.Name, test.settings, got, test.fingerprint, d.Preset.Name, test.name)
		}
		settings, err := SettingsOf(d)
		if err != nil || Describe(weightsOf(test.preprocess), settings).Fingerprint() != d.Fingerprint() {
			t.Errorf("%+v came back as %+v, error %v", test.settings, settings, err)
		}
	}
}

// fileOf is a head that was trained on features of that description.
func fileOf(t *testing.T, d schemas.Description) *head.File {
	t.Helper()
	raw, err := json.Marshal(d)
	if err != nil {
		t.Fatal(err)
	}
	return &head.File{Fingerprint: d.Fingerprint(), Description: string(raw)}
}

// TestDescribeFor: the head says how its pages were prepared, and which weights are
// other ones.
func TestDescribeFor(t *testing.T) {
	for _, want := range []Settings{
		{raster.Preparation{Decoding: raster.Decoding{FastDecode: true, PDFDPI: 150}}.OrDefault(), schemas.Float16, model.BFloat16},
		{raster.Preparation{Fit: raster.Pad, Filter: resample.Bicubic}, "", model.Float32},
	} {
		w := weightsOf(model.Caffe())
		f := fileOf(t, Describe(w, want))
		d, got, err := DescribeFor(f, w)
		if err != nil || got != want || d.Fingerprint() != f.Fingerprint {
			t.Errorf("%+v came back as %+v, error %v", want, got, err)
		}
		other := weightsOf(model.Caffe())
		other.Params[0].Kernel[0]++
		for _, w := range []*model.Weights{weightsOf(model.Torch()), other} {
			if _, _, err := DescribeFor(f, w); !errors.Is(err, head.ErrOtherFeatures) {
				t.Errorf("other weights: %v", err)
			}
		}
	}
}

func TestDescribeForRefuses(t *testing.T) {
	w := weightsOf(model.Caffe())
	good := fileOf(t, Describe(w, Settings{}))
	newer := Describe(w, Settings{})
	newer.Preset.Resize = "seam-carving"
	finer := Describe(w, Settings{})
	finer.Precision = "float64"
	for want, f := range map[string]*head.File{
		"train it again":          {Fingerprint: good.Fingerprint},
		"read what the head says": {Fingerprint: good.Fingerprint, Description: "{"},
		"a newer program":         fileOf(t, newer),
		`precision "float64"`:     fileOf(t, finer),
		"the file was changed":    {Fingerprint: strings.Repeat("0", 64), Description: good.Description},
	} {
		if _, _, err := DescribeFor(f, w); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("DescribeFor: error %v, want %q", err, want)
		}
	}
}
