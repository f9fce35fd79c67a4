// Package vgg19 holds the flags, and the help for them, that say which network is computed,
// where and how: the same in both programs.
package vgg19

import (
	"context"

	"github.com/urfave/cli/v2"

	"cutpoint/model"
	"cutpoint/model/weights"
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
