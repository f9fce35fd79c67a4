// Package quantity writes numbers for people, in texts and in HTML alike: "84.3 %",
// "16.4 kB", "119.6M".
package quantity

import (
	"cmp"
	"fmt"
	"maps"
	"math"
	"slices"
	"strconv"
	"strings"
)

// Unknown stands for a number that was not measured, and for one that is not finite.
const Unknown = "–"

// Fixed writes a number with as many decimals.
func Fixed(v float64, decimals int) string {
	if math.IsNaN(v) || math.IsInf(v, 0) {
		return Unknown
	}
	return strconv.FormatFloat(v, 'f', decimals, 64)
}

// Points writes a share in percentage points: "84.3".
func Points(share float64) string { return Fixed(100*share, 1) }

// Percent writes a share as "84.3 %".
func Percent(share float64) string { return Points(share) + " %" }

// P writes the probability of a test with three decimals.
func P(p float64) string {
	if p < 0.001 {
		return "<0.001"
	}
	return Fixed(p, 3)
}

// GFLOP writes a number of operations in units of 10⁹: "39.3".
func GFLOP(flops int64) string { return Fixed(float64(flops)/1e9, 1) }

// Bytes writes a size in decimal units: "16.4 kB".
func Bytes(n int64) string { return scaled(n, []string{" B", " kB", " MB", " GB", " TB"}) }

// Count writes a number in thousands, millions or billions: "20.5k".
func Count(n int64) string { return scaled(n, []string{"", "k", "M", "G"}) }

// scaled writes a number in the largest unit, a power of a thousand, that leaves at
// least 1 of it.
func scaled(n int64, units []string) string {
	if n < 1000 {
		return strconv.FormatInt(n, 10) + units[0]
	}
	v, i := float64(n)/1e3, 1
	for v >= 999.95 && i < len(units)-1 {
		v, i = v/1e3, i+1
	}
	return Fixed(v, 1) + units[i]
}

// Short writes a measured quantity with two or three digits.
func Short(v float64) string {
	switch {
	case v < 0.00995:
		return Fixed(v, 4)
	case v < 0.0995:
		return Fixed(v, 3)
	case v < 0.995:
		return Fixed(v, 2)
	case v < 99.95:
		return Fixed(v, 1)
	}
	return Fixed(v, 0)
}

// Grouped writes a whole number with a separator between thousands: "9,800".
func Grouped(n int64, separator string) string {
	s := strconv.FormatInt(n, 10)
	for i := len(s) - 3; i > 0 && s[i-1] != '-'; i -= 3 {
		s = s[:i] + separator + s[i:]
	}
	return s
}

// Classes writes how many there are of each class, the most first: "9 unsupported, 3
// corrupt".
func Classes(counts map[string]int) string {
	names := slices.SortedFunc(maps.Keys(counts), func(a, b string) int {
		return cmp.Or(counts[b]-counts[a], strings.Compare(a, b))
	})
	for i, name := range names {
		names[i] = fmt.Sprintf("%d %s", counts[name], name)
	}
	return strings.Join(names, ", ")
}

// Plural writes "1 page", "2 pages".
func Plural(n int, noun string) string {
	if n == 1 {
		return "1 " + noun
	}
	return fmt.Sprintf("%d %ss", n, noun)
}
