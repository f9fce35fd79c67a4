package raster

import (
	"fmt"
	"strings"

	"cutpoint/pipeline/raster/resample"
)

// Preset is a preparation with a name.
type Preset struct {
	Name string
	Preparation
}

// Presets lists them, the default first: whole pages without loss of thin strokes; what
// Keras's load_img(target_size=(224, 224)) does; what the transforms of torchvision's
// weights do to PIL images.
func Presets() []Preset {
	return []Preset{
		{"document", Preparation{Squash, resample.Bilinear}},
		{"keras", Preparation{Squash, resample.Nearest}},
		{"torchvision", Preparation{Crop, resample.Bilinear}},
	}
}

// ParsePreset returns the preset of a name.
func ParsePreset(name string) (Preset, error) {
	var names []string
	for _, p := range Presets() {
		if p.Name == name {
			return p, nil
		}
		names = append(names, p.Name)
	}
	return Preset{}, fmt.Errorf("unknown preset %q; it is one of %s", name, strings.Join(names, ", "))
}

// Name returns the name of the preset that the preparation is, or "custom".
func (how Preparation) Name() string {
	for _, p := range Presets() {
		if p.Preparation == how {
			return p.Name
		}
	}
	return "custom"
}
