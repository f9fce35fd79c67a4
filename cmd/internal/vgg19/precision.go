package vgg19

import (
	"github.com/urfave/cli/v2"

	"cutpoint/cmd/internal/command"
	"cutpoint/model"
)

// PrecisionFlag is the flag that chooses the trunk's arithmetic.
func PrecisionFlag() cli.Flag {
	return &cli.StringFlag{Name: "precision", Value: model.Float32, Usage: "`TYPE`: arithmetic of the network, float32 or bfloat16", Category: PrecisionTopic}
}

// ParsePrecision reads the flag. Its error is one of usage.
func ParsePrecision(c *cli.Context) (string, error) {
	precision, err := model.ParsePrecision(c.String("precision"))
	if err != nil {
		return "", command.Usagef("--%w", err)
	}
	return precision, nil
}
