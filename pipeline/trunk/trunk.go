// Package trunk says what the numbers depend on that a trunk gives: the weights, how pages
// are prepared, the precision of the arithmetic and the type of what is stored. All of it
// is in a store's description, a hash of which is the fingerprint that stores and heads
// compare.
package trunk

import (
	"cmp"
	"encoding/json"
	"errors"
	"fmt"
	"strings"

	"cutpoint/model"
	"cutpoint/model/head"
	"cutpoint/pipeline/raster"
	"cutpoint/schemas"
)

// Settings are what a user chooses of what the numbers depend on, besides the weights.
type Settings struct {
	Preparation raster.Preparation
	DType       string // of the stored values; "" for float32
	Precision   string // of the arithmetic, as model.ParsePrecision has it; "" for float32
}

// Describe says what the numbers depend on that this trunk gives.
func Describe(w *model.Weights, s Settings) schemas.Description {
	p := w.Preprocess
	color := "RGB"
	if p.BGR {
		color = "BGR"
	}
	preset := schemas.Preset{Size: model.InputShape().W, Color: color, Scale: p.Scale, Mean: p.Mean, Std: p.Std}
	s.Preparation.Describe(&preset)
	return schemas.Description{
		Model:     "VGG19",
		Weights:   schemas.Weights{Source: w.Source, SHA256: w.SHA256()},
		Preset:    preset,
		Precision: cmp.Or(s.Precision, model.Float32), DType: s.DType,
	}
}

// SettingsOf returns the settings of a description, which a newer program may have made.
func SettingsOf(d schemas.Description) (s Settings, err error) {
	if s.Preparation, err = raster.PreparationOf(d.Preset); err != nil {
		return s, err
	}
	if s.Precision, err = model.ParsePrecision(d.Precision); err != nil {
		return s, err
	}
	s.DType = d.DType
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
