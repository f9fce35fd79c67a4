package resample

import (
	"fmt"
	"math"
	"strings"
)

// Filter says how the pixels around a place are weighed.
type Filter string

// The filters, as Pillow's Image.Resampling has them. All but Nearest widen with the
// reduction, so that thin strokes are averaged and not lost.
const (
	Nearest  Filter = "nearest"
	Box      Filter = "box"
	Bilinear Filter = "bilinear"
	Bicubic  Filter = "bicubic"
	Lanczos  Filter = "lanczos"
)

// Area is Bilinear for enlarging; for reducing, a pixel counts by how much of it lies in
// the result's: what pdfium does, and Box does only for whole factors. Pillow has no such
// filter, and it is none of Filters.
const Area Filter = "area"

// Filters lists them.
func Filters() []Filter { return []Filter{Nearest, Box, Bilinear, Bicubic, Lanczos} }

// ParseFilter returns the filter of a name.
func ParseFilter(name string) (Filter, error) {
	var names []string
	for _, f := range Filters() {
		if string(f) == name {
			return f, nil
		}
		names = append(names, string(f))
	}
	return "", fmt.Errorf("unknown filter %q; it is one of %s", name, strings.Join(names, ", "))
}

// support is how far a filter reaches, in pixels, when nothing is reduced.
func (f Filter) support() float64 {
	switch f {
	case Box:
		return 0.5
	case Bicubic:
		return 2
	case Lanczos:
		return 3
	}
	return 1
}

// weight is what a pixel at that distance counts. Products are converted explicitly so
// that no compiler fuses them with a sum.
func (f Filter) weight(x float64) float64 {
	switch f {
	case Box:
		if x > -0.5 && x <= 0.5 {
			return 1
		}
		return 0
	case Bicubic:
		return cubic(math.Abs(x))
	case Lanczos:
		if x < -3 || x >= 3 {
			return 0
		}
		return sinc(x) * sinc(x/3)
	}
	return math.Max(0, 1-math.Abs(x))
}

// cubic is Keys's convolution with a = -0.5.
func cubic(x float64) float64 {
	const a = -0.5
	switch {
	case x < 1:
		return float64(float64((float64((a+2)*x)-(a+3))*x)*x) + 1
	case x < 2:
		return float64((float64((float64((x-5)*x)+8)*x) - 4) * a)
	}
	return 0
}

func sinc(x float64) float64 {
	if x == 0 {
		return 1
	}
	x *= math.Pi
	return math.Sin(x) / x
}
