package schemas

import (
	"strings"
	"testing"
)

func sample() Description {
	return Description{
		Model:   "VGG19",
		Weights: Weights{Source: "a.safetensors", SHA256: strings.Repeat("ab", 32)},
		Preset: Preset{Name: "document", Resize: "squash", Filter: "bilinear", Size: 224, Color: "BGR", Scale: 1,
			Mean: [3]float32{103.939, 116.779, 123.68}, Std: [3]float32{1, 1, 1}},
		Precision: "float32",
	}
}

// TestFingerprintCovers changes each thing that the numbers depend on.
func TestFingerprintCovers(t *testing.T) {
	base := sample()
	for name, change := range map[string]func(*Description){
		"model": func(d *Description) { d.Model = "VGG16" }, "weights": func(d *Description) { d.Weights.SHA256 = strings.Repeat("cd", 32) },
		"resize": func(d *Description) { d.Preset.Resize = "pad" }, "filter": func(d *Description) { d.Preset.Filter = "box" },
		"color": func(d *Description) { d.Preset.Color = "RGB" }, "mean": func(d *Description) { d.Preset.Mean[2]++ },
		"std": func(d *Description) { d.Preset.Std[0] = 2 }, "scale": func(d *Description) { d.Preset.Scale = 0.5 },
		"size": func(d *Description) { d.Preset.Size = 299 }, "precision": func(d *Description) { d.Precision = "bfloat16" },
		"dtype": func(d *Description) { d.DType = Float16 }, "pdf dpi": func(d *Description) { d.Preset.PDFDPI = 150 },
		"fast decoding": func(d *Description) { d.Preset.FastDecode = true }, "fonts": func(d *Description) { d.Preset.Fonts = strings.Repeat("ef", 32) },
		"revision": func(d *Description) { d.Preset.Revision++ },
	} {
		d := sample()
		change(&d)
		if d.Fingerprint() == base.Fingerprint() {
			t.Errorf("the %s is not in the fingerprint", name)
		}
		if len(base.Differences(d)) == 0 {
			t.Errorf("the difference in %s is not named", name)
		}
	}
}

func TestFingerprintIgnoresNames(t *testing.T) {
	d := sample()
	d.Weights.Source, d.Preset.Name = "renamed.safetensors", "keras"
	if d.Fingerprint() != sample().Fingerprint() || len(sample().Differences(d)) != 0 {
		t.Error("a renamed weights file or preset counts as another one")
	}
}

// TestFingerprintIsStable pins the value: a change would lock every existing
// store out.
func TestFingerprintIsStable(t *testing.T) {
	const want = "7ecec7f8f144ae490816c7c2efe1eb3a734b8a32bc0681900421a61a98d11470"
	if got := sample().Fingerprint(); got != want {
		t.Errorf("fingerprint %s, want %s", got, want)
	}
}

// TestFloat32IsTheDefault: a store says so or leaves it out.
func TestFloat32IsTheDefault(t *testing.T) {
	d := sample()
	d.DType = Float32
	if d.Fingerprint() != sample().Fingerprint() || len(sample().Differences(d)) != 0 || sample().ValueType() != Float32 {
		t.Error("float32 counts as another dtype than the default")
	}
}

func TestPageKeyOrder(t *testing.T) {
	sorted := []PageKey{{"a", 0}, {"a", 2}, {"a", 10}, {"b", 0}}
	for i := range sorted {
		for j := range sorted {
			if got, want := sorted[i].Compare(sorted[j]) < 0, i < j; got != want {
				t.Errorf("%v is ordered before %v: %v", sorted[i], sorted[j], got)
			}
		}
	}
}
