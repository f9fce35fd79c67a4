// Package vgg19 opens the network in front of the cuts and says what the numbers
// that it gives depend on: what both programs must agree about.
package vgg19

import (
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"strings"

	"github.com/urfave/cli/v2"

	"cutpoint/model"
	"cutpoint/model/cpu"
	"cutpoint/model/head"
	"cutpoint/model/weights"
	"cutpoint/pipeline/raster"
	"cutpoint/pipeline/raster/resample"
	"cutpoint/schemas"
)

// WeightsFlag is the flag that names a trunk.
func WeightsFlag() cli.Flag {
	return &cli.StringFlag{Name: "weights", Aliases: []string{"w"}, Usage: "`FILE`: VGG19's weights (featurize help weights), or random:SEED", EnvVars: []string{"CUTPOINT_WEIGHTS"}}
}

// Open reads weights and checks that they serve the cuts.
func Open(ctx context.Context, source string, cuts []model.Cut) (*model.Weights, error) {
	w, err := weights.Open(ctx, source)
	if err != nil {
		return nil, err
	}
	return w, w.Check(cuts)
}

// Settings are what a user chooses of what the numbers depend on, besides the weights.
type Settings struct {
	Preparation raster.Preparation
	FastDecode  bool    // large JPEG files at a fraction of their size
	PDFDPI      float64 // of rendered pages; 0 = by their longer side
	DType       string  // of the stored values; "" for float32
	Precision   string  // of the arithmetic, as cpu.Options has it; "" for float32
}

// Decoding returns the limits with what the settings say of decoding.
func (s Settings) Decoding(l raster.Limits) raster.Limits {
	l.FastDecode, l.PDFDPI = s.FastDecode, s.PDFDPI
	return l
}

// Describe says what the numbers depend on that this trunk gives.
func Describe(w *model.Weights, s Settings) schemas.Description {
	p := w.Preprocess
	color := "RGB"
	if p.BGR {
		color = "BGR"
	}
	how := s.Preparation.OrDefault()
	return schemas.Description{
		Model:   "VGG19",
		Weights: schemas.Weights{Source: w.Source, SHA256: w.SHA256()},
		Preset: schemas.Preset{
			Name: how.Name(), Resize: string(how.Fit), Filter: string(how.Filter), Size: model.InputShape().W,
			Color: color, Scale: p.Scale, Mean: p.Mean, Std: p.Std,
			FastDecode: s.FastDecode, PDFDPI: s.PDFDPI, Revision: schemas.PresetRevision,
		},
		Precision: cmp.Or(s.Precision, cpu.Float32), DType: s.DType,
	}
}

// SettingsOf returns the settings of a description, which a newer program may have made.
func SettingsOf(d schemas.Description) (s Settings, err error) {
	if s.Preparation.Fit, err = raster.ParseFit(d.Preset.Resize); err != nil {
		return s, err
	}
	if s.Preparation.Filter, err = resample.ParseFilter(d.Preset.Filter); err != nil {
		return s, err
	}
	if s.Precision, err = parsePrecision(d.Precision); err != nil {
		return s, err
	}
	s.FastDecode, s.PDFDPI, s.DType = d.Preset.FastDecode, d.Preset.PDFDPI, d.DType
	return s, nil
}

// SettingsFor returns what the head says of the features that it was trained on.
func SettingsFor(f *head.File) (d schemas.Description, s Settings, err error) {
	if f.Description == "" {
		return d, s, errors.New("the head does not say how the pages of its features were prepared; train it again")
	}
	if err := json.Unmarshal([]byte(f.Description), &d); err != nil {
		return d, s, fmt.Errorf("read what the head says of its features: %w", err)
	}
	if s, err = SettingsOf(d); err != nil {
		return d, s, fmt.Errorf("read what the head says of its features: %w; a newer program may be needed", err)
	}
	return d, s, nil
}

// DescribeFor says what the features depend on that the head was trained on, if they came
// from these weights. Otherwise it returns head.ErrOtherFeatures.
func DescribeFor(f *head.File, w *model.Weights) (schemas.Description, Settings, error) {
	d, s, err := SettingsFor(f)
	if err != nil {
		return d, s, err
	}
	own := Describe(w, s)
	if own.Fingerprint() != f.Fingerprint {
		list := d.Differences(own)
		if len(list) == 0 {
			return d, s, fmt.Errorf("the head's fingerprint %.12s is not that of its description: the file was changed; train it again", f.Fingerprint)
		}
		return d, s, fmt.Errorf("%w: %s; name the weights that its store was featurized with", head.ErrOtherFeatures, strings.Join(list, "; "))
	}
	return own, s, nil
}
