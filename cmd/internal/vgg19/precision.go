package vgg19

import (
	"github.com/urfave/cli/v2"

	"cutpoint/cmd/internal/command"
	"cutpoint/model"
)

// PrecisionFlag is the flag that chooses the trunk's arithmetic.
func PrecisionFlag() cli.Flag {
	return &cli.StringFlag{Name: "precision", Value: model.Float32, Usage: "`ARITHMETIC` of the network, float32 or bfloat16 (see above)"}
}

// PrecisionHelp teaches what PrecisionFlag chooses.
const PrecisionHelp = `With --precision bfloat16 the network multiplies numbers of 8 significant bits
(what goes into the products of every layer but the first, rounded to nearest) and
adds in float32; on a GPU embeddings are rounded too, and those of pools with AMX.
They keep their direction (cosine with those of float32 at least 0.9995 at every cut),
while single values differ by about 1 %. It is 1.7 times as fast on processors with
AVX512_BF16 (AMD from Zen 4, Intel Cooper Lake) and slower on those without; Intel's
from Sapphire Rapids compute it on AMX, made for it and not yet measured; a GPU does a
third of the products of float32. A store holds one
precision; a head is applied with that of the store it was trained on.`

// ParsePrecision reads the flag. Its error is one of usage.
func ParsePrecision(c *cli.Context) (string, error) {
	precision, err := model.ParsePrecision(c.String("precision"))
	if err != nil {
		return "", command.Usagef("--%w", err)
	}
	return precision, nil
}
