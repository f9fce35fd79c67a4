package report

import (
	"cmp"
	"math"
	"slices"
)

// scale maps values to a drawing's coordinates.
type scale struct {
	low, high float64 // values
	from, to  float64 // coordinates of low and high
	log       bool
	ticks     []float64 // round values, if they were chosen with the scale
}

func (s scale) at(v float64) float64 {
	low, high := s.low, s.high
	if s.log {
		v, low, high = math.Log(v), math.Log(low), math.Log(high)
	}
	if high == low {
		return (s.from + s.to) / 2
	}
	return s.from + (s.to-s.from)*(v-low)/(high-low)
}

// linearTicks returns round values that span [low, high] in about n steps.
func linearTicks(low, high float64, n int) []float64 {
	step := roundStep((high - low) / float64(n))
	var ticks []float64
	for i := math.Floor(low/step + 1e-9); i <= math.Ceil(high/step-1e-9); i++ {
		ticks = append(ticks, i*step)
	}
	return ticks
}

// roundStep returns the least 1, 2 or 5 times a power of ten that is no less.
func roundStep(v float64) float64 {
	if v <= 0 || !finite(v) {
		return 1
	}
	decade := math.Pow(10, math.Floor(math.Log10(v)))
	for _, m := range []float64{1, 2, 5, 10} {
		if m*decade >= v*(1-1e-9) {
			return m * decade
		}
	}
	return 10 * decade
}

// mantissas of the ticks of a logarithmic axis, from sparse to dense.
var mantissas = [][]float64{{1}, {1, 3}, {1, 2, 5}, {1, 1.5, 2, 3, 5, 7}}

// logTicks returns round values within [low, high], at most n: the densest set
// that keeps to it.
func logTicks(low, high float64, n int) []float64 {
	if high < 4*low { // evenly stepped numbers read better, and are nearly evenly spaced
		return slices.DeleteFunc(linearTicks(low, high, n), func(v float64) bool { return v < low || v > high })
	}
	var best []float64
	for _, set := range mantissas {
		var ticks []float64
		for e := math.Floor(math.Log10(low)) - 1; e <= math.Ceil(math.Log10(high)); e++ {
			for _, m := range set {
				if v := m * math.Pow(10, e); v >= low && v <= high {
					ticks = append(ticks, v)
				}
			}
		}
		if len(ticks) <= n || len(best) < 2 {
			best = thin(ticks, n)
		}
	}
	return best
}

// thin drops ticks evenly until n are left.
func thin(ticks []float64, n int) []float64 {
	if len(ticks) <= n {
		return ticks
	}
	every := (len(ticks) + n - 1) / n
	var kept []float64
	for i := 0; i < len(ticks); i += every {
		kept = append(kept, ticks[i])
	}
	return kept
}

// spread moves coordinates apart until neighbours are at least gap apart (less if
// they would leave [low, high]), each as little as possible: those that collide
// form a block around the mean of where they want to be. The order of equal ones
// is that of the slice.
func spread(at []float64, gap, low, high float64) []float64 {
	if len(at) > 1 {
		gap = min(gap, (high-low)/float64(len(at)-1))
	}
	type block struct {
		members []int
		sum     float64 // of where members want to be
	}
	left := func(b block) float64 {
		width := gap * float64(len(b.members)-1)
		return min(max(b.sum/float64(len(b.members))-width/2, low), high-width)
	}
	order := make([]int, len(at))
	for i := range order {
		order[i] = i
	}
	slices.SortStableFunc(order, func(a, b int) int { return cmp.Compare(at[a], at[b]) })
	var blocks []block
	for _, i := range order {
		blocks = append(blocks, block{[]int{i}, at[i]})
		for n := len(blocks); n > 1; n = len(blocks) {
			a, b := blocks[n-2], blocks[n-1]
			if left(b)-(left(a)+gap*float64(len(a.members)-1)) >= gap-1e-9 {
				break
			}
			blocks = append(blocks[:n-2], block{append(a.members, b.members...), a.sum + b.sum})
		}
	}
	moved := make([]float64, len(at))
	for _, b := range blocks {
		for k, i := range b.members {
			moved[i] = left(b) + gap*float64(k)
		}
	}
	return moved
}
