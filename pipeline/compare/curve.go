package compare

import (
	"context"
	"fmt"
	"math/rand/v2"

	"cutpoint/model/head/train"
)

// curve is which training pages each point of a learning curve has. All
// candidates learn from the same ones, and a point has those of the points before.
type curve struct {
	sizes []int   // pages a class, ascending; the whole training parts come after them
	rank  [][]int // (splits, N) how many pages of its class come before a page
}

// newCurve draws the order in which labels become known.
func newCurve(p *pages, folds []fold, seed uint64) *curve {
	c := &curve{}
	smallest := 0 // of the splits' largest classes
	for f, s := range folds {
		rng := rand.New(rand.NewPCG(seed+uint64(f), 0x6375727665)) // "curve"
		rank := make([]int, len(p.keys))
		count := make([]int, len(p.classes))
		largest := 0
		for _, i := range rng.Perm(len(s.train)) {
			page := s.train[i]
			rank[page] = count[p.y[page]]
			count[p.y[page]]++
			largest = max(largest, count[p.y[page]])
		}
		c.rank = append(c.rank, rank)
		if f == 0 || largest < smallest {
			smallest = largest
		}
	}
	c.sizes = curveSizes(smallest)
	return c
}

// curveSizes are 2, 5, 10, 20, 50, … below four fifths of the largest class: the
// last point, all pages, should say something new.
func curveSizes(largest int) []int {
	var sizes []int
	for decade := 1; ; decade *= 10 {
		for _, m := range []int{1, 2, 5} {
			n := m * decade
			if 5*n >= 4*largest {
				return sizes
			}
			if n > 1 {
				sizes = append(sizes, n)
			}
		}
	}
}

// train returns the pages that a point of the curve has of a split.
func (c *curve) train(split int, train []int, size int) []int {
	var some []int
	for _, page := range train {
		if c.rank[split][page] < size {
			some = append(some, page)
		}
	}
	return some
}

// learningCurve scores a candidate at every size. The last point is what the
// comparison has measured already.
func (c *comparison) learningCurve(ctx context.Context, data train.Data, rows []int, candidate Candidate, e *Entry) error {
	for _, size := range c.curve.sizes {
		var scores []Scores
		for f, split := range c.folds {
			train := c.curve.train(f, split.train, size)
			s, _, _, err := c.split(ctx, data, rows, candidate, fold{train, split.test})
			if err != nil {
				return fmt.Errorf("%d pages a class, split %d of %d: %w", size, f+1, len(c.folds), err)
			}
			scores = append(scores, s)
		}
		e.LearningCurve = append(e.LearningCurve, point(size, scores))
	}
	largest := 0
	for f, split := range c.folds {
		for _, page := range split.train {
			largest = max(largest, c.curve.rank[f][page]+1)
		}
	}
	e.LearningCurve = append(e.LearningCurve, point(largest, e.Splits))
	return nil
}

func point(size int, scores []Scores) CurvePoint {
	e := Entry{Splits: scores}
	pages := summarise(e.each(func(s Scores) float64 { return float64(s.TrainPages) }))
	return CurvePoint{PagesPerClass: size, TrainPages: pages.Mean,
		Accuracy: summarise(e.each(accuracyOf)), LogLoss: summarise(e.each(logLossOf))}
}
