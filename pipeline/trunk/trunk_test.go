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
		{model.Caffe(), Settings{}, "document", "41e2aa1f73805a4621b7f7275f29f47a1310d6b1f3cf0bbb180128d8e5acb8a9"},
		{model.Caffe(), Settings{DType: schemas.Float16}, "document", "2d6671c5d96ec9e47195c4b3b28f3f5db6fce38f60da939299e124547149ecda"},
		{model.Caffe(), Settings{Precision: model.BFloat16}, "document", "e1e2db4931a3048325312c33acccfd46d9b30fa7d8fea3bec9646c8ff19b20ce"},
		{model.Caffe(), Settings{Preparation: raster.Preparation{Decoding: raster.Decoding{FastDecode: true}}}, "document", "b1072b85f4bcdf29f99c9c417cd2c99d1660cca551f44cbff333d38e42d7db26"},
		{model.Caffe(), Settings{Preparation: raster.Preparation{Decoding: raster.Decoding{PDFDPI: 150}}}, "document", "c0e37ba5013c761dbbe9ea60de5118d80b61f540fb9d3e2c5cfcb0e36a6fd04b"},
		{model.Caffe(), Settings{Preparation: raster.Preparation{Decoding: raster.Decoding{Fonts: fonts.Set{SHA256: strings.Repeat("ab", 32)}}}}, "document", "95213b88358ac2610ba5f264ec227c918255a561bff4444beb6161a309702bfa"},
		{model.Torch(), Settings{}, "document", "20bb136efa92594bbfd98fa7a833621a335aef25bd02f5cab070508f433762b0"},
		{model.Torch(), Settings{Preparation: raster.Preparation{Fit: raster.Crop}}, "torchvision", "f733885cac8b0116254cc14217c720081555655beefdc6bfa1161c68526fb20a"},
		{model.Caffe(), Settings{Preparation: raster.Preparation{Filter: resample.Nearest}}, "keras", "bdcb71e3d5190210c1aeb1294c0a253a34837d42f92650030fea35bcd1b7dc73"},
		{model.Caffe(), Settings{Preparation: raster.Preparation{Fit: raster.Pad, Filter: resample.Lanczos}}, "custom", "569305af2cf9b06b037bd97d888968b179cdaccac55f1bbe51bf285ba2c4e943"},
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
