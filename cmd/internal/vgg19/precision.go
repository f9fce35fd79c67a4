package vgg19

import (
	"fmt"

	"github.com/urfave/cli/v2"

	"cutpoint/cmd/internal/command"
	"cutpoint/model/cpu"
)

// PrecisionFlag is the flag that chooses the trunk's arithmetic.
func PrecisionFlag() cli.Flag {
	return &cli.StringFlag{Name: "precision", Value: cpu.Float32, Usage: "`TYPE`: arithmetic of the network, float32 or bfloat16", Category: PrecisionTopic}
}

// ParsePrecision reads the flag into the settings. Its error is one of usage.
func (s *Settings) ParsePrecision(c *cli.Context) (err error) {
	if s.Precision, err = parsePrecision(c.String("precision")); err != nil {
		return command.Usagef("--%w", err)
	}
	return nil
}

// parsePrecision returns the precision as Settings hold it: "" is float32.
func parsePrecision(name string) (string, error) {
	switch name {
	case cpu.Float32:
		return "", nil
	case cpu.BFloat16:
		return cpu.BFloat16, nil
	}
	return "", fmt.Errorf("precision %q is not known; float32 and bfloat16 are", name)
}
