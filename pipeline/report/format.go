package report

import (
	"math"
	"strings"

	"cutpoint/pipeline/quantity"
)

func finite(v float64) bool { return !math.IsNaN(v) && !math.IsInf(v, 0) }

// unbroken keeps a number and its unit on one line.
func unbroken(text string) string { return strings.ReplaceAll(text, " ", "\u00a0") }

// percent writes a share as "84.3 %", unbroken.
func percent(share float64) string { return unbroken(quantity.Percent(share)) }

// size writes a number of bytes, or a dash for one that is not known.
func size(n int64) string {
	if n <= 0 {
		return quantity.Unknown
	}
	return unbroken(quantity.Bytes(n))
}

// known writes a positive quantity, or a dash for one that is not known.
func known(v float64) string {
	if v <= 0 {
		return quantity.Unknown
	}
	return quantity.Short(v)
}

// spaced writes a whole number with thin spaces between thousands.
func spaced(n int) string { return quantity.Grouped(int64(n), "\u202f") }

// plural writes "1 page", "2 pages".
func plural(n int, what string) string {
	if n != 1 {
		what += "s"
	}
	return spaced(n) + "\u00a0" + what
}
