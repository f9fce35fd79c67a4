package main

import (
	"github.com/urfave/cli/v2"

	"cutpoint/cmd/internal/command"
	"cutpoint/schemas"
)

func dtypeFlag() cli.Flag {
	return &cli.StringFlag{Name: "dtype", Value: schemas.Float32, Usage: "`TYPE` of the stored values, float32 or float16 (see above)"}
}

// The sizes are of 300 scanned pages with ImageNet weights: fc1 and fc2 59 %,
// pool5 72 %, pool5-avg 63 %, pool3-avg 78 % of the bytes that float32 takes.
const dtypeHelp = `With --dtype float16 every value is rounded to the nearest half-precision float
(ties to even): normal values change by a factor of at most 2^-11 (0.05 %), those
under 0.00006 by at most 0.00000003. The column stays one of 32-bit floats, so that
every reader reads it, but its low bits are zero: on scanned pages the files shrank
by two fifths (fc1, fc2) to a quarter (pool5). A store holds one type. A page with a
value beyond 65504 is recorded as failed (out-of-range) and stored at no cut.`

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
