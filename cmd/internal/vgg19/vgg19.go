// Package vgg19 opens the network in front of the cuts and says what the numbers
// that it gives depend on: what both programs must agree about.
package vgg19

import (
	"context"

	"github.com/urfave/cli/v2"

	"cutpoint/model"
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
