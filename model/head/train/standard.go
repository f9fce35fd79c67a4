package train

import (
	"errors"
	"fmt"
	"math"
)

// Standardisations that Softmax offers. All of them subtract the mean.
const (
	// StandardizeFeature divides each feature by its standard deviation, as
	// scikit-learn's StandardScaler does.
	StandardizeFeature = "feature"
	// StandardizeShrunk divides it by √(its variance + the mean variance of all), so
	// that a feature that hardly ever varied in training is not blown up in the
	// page where it does.
	StandardizeShrunk = "shrunk"
	// StandardizeWhole divides all features by one number, the root of the mean
	// variance: their sizes stay as they are to each other.
	StandardizeWhole = "whole"
)

// standard is what turns features into z = (x − mean)·scale.
type standard struct {
	mean, scale []float64 // (D) scale is 0 for a feature that never varies
	spread      []float64 // (D) standard deviation of z
}

// errAlike is returned for rows among which no feature varies.
var errAlike = errors.New("pages have the same features and there is nothing to learn from")

// newStandard learns a standardisation from some rows.
func newStandard(x *compressed, rows []int, kind string) (standard, error) {
	mean, sd := x.moments(rows)
	s := standard{mean: mean, scale: make([]float64, len(mean)), spread: make([]float64, len(mean))}
	whole, varying := 0.0, 0
	for j, v := range sd {
		if v > constantFeature*math.Abs(mean[j]) {
			whole += v * v
			varying++
		}
	}
	if varying == 0 {
		return s, fmt.Errorf("%w: all %d pages", errAlike, len(rows))
	}
	whole /= float64(varying)
	for j, v := range sd {
		if v <= constantFeature*math.Abs(mean[j]) {
			continue
		}
		switch kind {
		case StandardizeShrunk:
			s.scale[j] = 1 / math.Sqrt(v*v+whole)
		case StandardizeWhole:
			s.scale[j] = 1 / math.Sqrt(whole)
		default:
			s.scale[j] = 1 / v
		}
		if finite32(s.scale[j]) == 0 {
			s.scale[j] = 0 // a head keeps float32
		}
		s.spread[j] = v * s.scale[j]
	}
	return s, nil
}

// constantFeature is the relative spread below which a feature says nothing:
// float32 itself resolves 6e-8.
const constantFeature = 1e-7

// finite32 rounds to float32, and to 0 what float32 cannot hold.
func finite32(v float64) float32 {
	if f := float32(v); !math.IsInf(float64(f), 0) {
		return f
	}
	return 0
}
