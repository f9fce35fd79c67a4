package trunk

import (
	"encoding/json"
	"errors"
	"strings"
	"testing"

	"cutpoint/model"
	"cutpoint/model/head"
	"cutpoint/pipeline/raster"
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
		{model.Caffe(), Settings{}, "document", "ed91e329d4b1bb0f0f2cb9e809db482eaaeb7d66bc45f1d57c7695b15cd31b8f"},
		{model.Caffe(), Settings{DType: schemas.Float16}, "document", "2a79d8bf1202a9025be1403314c9e386c0da93d7cfaaf17ee3993efc279dfc1f"},
		{model.Caffe(), Settings{Precision: model.BFloat16}, "document", "0cba6b9cefec5f1b0306938702b6f859b3d38a5322cbff607261969b8f8db073"},
		{model.Caffe(), Settings{Preparation: raster.Preparation{Decoding: raster.Decoding{FastDecode: true}}}, "document", "70211df795902f81a75d4ebd759f3f4383ffa6ebc0774245e5e75f63bc20d295"},
		{model.Caffe(), Settings{Preparation: raster.Preparation{Decoding: raster.Decoding{PDFDPI: 150}}}, "document", "6f13c70de429117d4532afccd609fdb564607e370fcc693e807108443f4daf15"},
		{model.Torch(), Settings{}, "document", "9ae6fb7a6e38a97f4802e8036dfa69d96cd3a31c8f248d642a48e3bcbc141e74"},
		{model.Torch(), Settings{Preparation: raster.Preparation{Fit: raster.Crop}}, "torchvision", "2e5e3771563dfdbed1869d1a5b8481d756f5feec2872ae5098c78c825a653511"},
		{model.Caffe(), Settings{Preparation: raster.Preparation{Filter: resample.Nearest}}, "keras", "c6c0871b7f17ad39d4b3eaab741d421b7d942217e304cfbf02d3ce677c842db3"},
		{model.Caffe(), Settings{Preparation: raster.Preparation{Fit: raster.Pad, Filter: resample.Lanczos}}, "custom", "621674e6373d4e6187ce286273c9410614de1d583c5196f9a5a772a3bb67af93"},
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
