// Package vgg19 opens the network in front of the cuts and says what the numbers
// that it gives depend on: what both programs must agree about.
package vgg19

import (
	"context"
	"fmt"

	"github.com/urfave/cli/v2"

	"cutpoint/model"
	"cutpoint/model/head"
	"cutpoint/model/weights"
	"cutpoint/schemas"
)

// WeightsFlag is the flag that names a trunk.
func WeightsFlag() cli.Flag {
	return &cli.StringFlag{Name: "weights", Aliases: []string{"w"}, Usage: "VGG19's weights: a `FILE` (.safetensors with Keras's or torchvision's names, or Keras's .h5), or random:SEED", EnvVars: []string{"CUTPOINT_WEIGHTS"}}
}

// Open reads weights and checks that they serve the cuts.
func Open(ctx context.Context, source string, cuts []model.Cut) (*model.Weights, error) {
	w, err := weights.Open(ctx, source)
	if err != nil {
		return nil, err
	}
	return w, w.Check(cuts)
}

// Describe says what the numbers depend on that this trunk gives, stored as dtype
// ("" for float32).
func Describe(w *model.Weights, dtype string) schemas.Description {
	p := w.Preprocess
	color := "RGB"
	if p.BGR {
		color = "BGR"
	}
	return schemas.Description{
		Model:   "VGG19",
		Weights: schemas.Weights{Source: w.Source, SHA256: w.SHA256()},
		Preset: schemas.Preset{
			Name: "document", Resize: "squash", Filter: "bilinear", Size: model.InputShape().W,
			Color: color, Scale: p.Scale, Mean: p.Mean, Std: p.Std,
		},
		Precision: "float32", DType: dtype,
	}
}

// DescribeFor says what the features depend on that the head was trained on, if
// they came from these weights: values were stored as float32 or as float16, which
// the head's fingerprint tells. It returns head.ErrOtherFeatures if it is neither.
func DescribeFor(f *head.File, w *model.Weights) (schemas.Description, error) {
	d := Describe(w, "")
	own := d.Fingerprint()
	for _, d.DType = range []string{"", schemas.Float16} {
		if d.Fingerprint() == f.Fingerprint {
			return d, nil
		}
	}
	return schemas.Description{}, fmt.Errorf("%w: its fingerprint is %.12s and that of weights %s with the preset %s is %.12s; name the weights that its store was featurized with",
		head.ErrOtherFeatures, f.Fingerprint, w.Source, d.Preset.Name, own)
}
