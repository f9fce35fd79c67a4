package main

import (
	"github.com/urfave/cli/v2"

	"cutpoint/cmd/internal/command"
	"cutpoint/cmd/internal/vgg19"
	"cutpoint/schemas"
)

func dtypeFlag() cli.Flag {
	return &cli.StringFlag{Name: "dtype", Value: schemas.Float32, Usage: "`TYPE`: type of stored values, float32 or float16", Category: vgg19.PrecisionTopic}
}

// parseDType returns the type as a description holds it: "" is float32.
func parseDType(flag string) (string, error) {
	switch flag {
	case schemas.Float32:
		return "", nil
	case schemas.Float16:
		return schemas.Float16, nil
	}
	return "", command.Usagef("--dtype %q is not known; float32 and float16 are", flag)
}
