package raster

import (
	"fmt"
	"strings"

	"cutpoint/pipeline/raster/resample"
	"cutpoint/schemas"
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
		{"document", Preparation{Fit: Squash, Filter: resample.Bilinear}},
		{"keras", Preparation{Fit: Squash, Filter: resample.Nearest}},
		{"torchvision", Preparation{Fit: Crop, Filter: resample.Bilinear}},
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

// Name returns the name of the preset that resizes as the preparation does, or "custom".
func (how Preparation) Name() string {
	for _, p := range Presets() {
		if p.Fit == how.Fit && p.Filter == how.Filter {
			return p.Name
		}
	}
	return "custom"
}

// Describe fills in what a store's description says of the preparation.
func (how Preparation) Describe(p *schemas.Preset) {
	how = how.OrDefault()
	p.Name, p.Resize, p.Filter = how.Name(), string(how.Fit), string(how.Filter)
	p.FastDecode, p.PDFDPI, p.Fonts = how.FastDecode, how.PDFDPI, how.Fonts.SHA256
	p.Resampler, p.Revision = resample.Reference, schemas.PresetRevision
}

// PreparationOf returns the preparation that a description names. It may be one that
// only a newer program knows. Of fonts it has the hash alone.
func PreparationOf(p schemas.Preset) (how Preparation, err error) {
	if how.Fit, err = ParseFit(p.Resize); err != nil {
		return how, err
	}
	how.FastDecode, how.PDFDPI = p.FastDecode, p.PDFDPI
	how.Fonts.SHA256 = p.Fonts
	how.Filter, err = resample.ParseFilter(p.Filter)
	return how, err
}
