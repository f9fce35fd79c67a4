package report

import (
	"fmt"
	"math"
	"strconv"
	"strings"
)

// none stands for a number that nobody measured.
const none = "–"

func finite(v float64) bool { return !math.IsNaN(v) && !math.IsInf(v, 0) }

// fixed writes a number with so many decimals.
func fixed(v float64, decimals int) string {
	if !finite(v) {
		return none
	}
	s := strconv.FormatFloat(v, 'f', decimals, 64)
	if strings.HasPrefix(s, "-") {
		return "−" + s[1:]
	}
	return s
}

// points writes a share in percent points: "84.3".
func points(share float64) string { return fixed(100*share, 1) }

// percent writes a share as "84.3 %", unbroken.
func percent(share float64) string { return points(share) + "\u00a0%" }

// gflop writes operations in units of 10⁹: "39.3".
func gflop(flops int64) string { return fixed(float64(flops)/1e9, 1) }

// decimal writes a value in powers of a thousand: "20.5k".
func decimal(v float64, units []string) string {
	if !finite(v) {
		return none
	}
	i := 0
	for v >= 999.5 && i < len(units)-1 {
		v, i = v/1e3, i+1
	}
	return short(v) + units[i]
}

// size writes a number of bytes in decimal units: "16.4 kB".
func size(n float64) string {
	if n <= 0 {
		return none
	}
	return decimal(n, []string{"\u00a0B", "\u00a0kB", "\u00a0MB", "\u00a0GB", "\u00a0TB"})
}

// count writes a number in thousands or millions: "20.5k".
func count(n int64) string { return decimal(float64(n), []string{"", "k", "M", "G"}) }

// short writes a measured quantity with three digits, whole numbers as they are.
func short(v float64) string {
	a := math.Abs(v)
	switch {
	case !finite(v):
		return none
	case v == math.Trunc(v) && a < 1e6:
		return fixed(v, 0)
	case a < 0.0095:
		return fixed(v, 4)
	case a < 0.0995:
		return fixed(v, 3)
	case a < 9.995:
		return fixed(v, 2)
	case a < 99.95:
		return fixed(v, 1)
	}
	return fixed(v, 0)
}

// known writes a positive quantity, or a dash for one that is not known.
func known(v float64) string {
	if v <= 0 {
		return none
	}
	return short(v)
}

// pValue writes a probability of a test.
func pValue(p float64) string {
	if finite(p) && p < 0.001 {
		return "<\u00a00.001"
	}
	return fixed(p, 3)
}

// spaced writes a whole number with thin spaces between thousands.
func spaced(n int) string {
	s := strconv.Itoa(n)
	for i := len(s) - 3; i > 0 && s[i-1] != '-'; i -= 3 {
		s = s[:i] + "\u202f" + s[i:]
	}
	return s
}

// plural writes "1 page", "2 pages".
func plural(n int, what string) string {
	if n == 1 {
		return "1\u00a0" + what
	}
	return fmt.Sprintf("%s\u00a0%ss", spaced(n), what)
}
