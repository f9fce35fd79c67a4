package train

import (
	"context"
	"errors"
	"fmt"
	"math"
	"strconv"

	"cutpoint/model/cpu/kernel"
	"cutpoint/model/head"
	"cutpoint/model/internal/parallel"
)

// Centroid takes a page for the class whose mean vector is nearest, after Softmax's
// default standardisation of the features. All that it trains is its
// confidence: a baseline.
//
// −‖z − c‖²/2 differs between classes only by c·z − ‖c‖²/2, so that it is an
// affine map like the others; the temperature that divides it is the one with
// the lowest log loss on a validation split inside the training rows.
type Centroid struct {
	// ValidationFolds is the number of folds of which one is the validation
	// split; 0 means 5.
	ValidationFolds int
	// Seed decides the validation split.
	Seed uint64
}

// Name returns "centroid".
func (Centroid) Name() string { return head.CentroidName }

// Train averages the rows of each class.
func (t Centroid) Train(ctx context.Context, d Data) (*head.Head, error) {
	if err := d.check(); err != nil {
		return nil, fmt.Errorf("train a centroid head: %w", err)
	}
	temperature, err := t.temperature(d)
	if err != nil {
		return nil, fmt.Errorf("train a centroid head: %w", err)
	}
	h, err := centroids(d)
	if err != nil {
		return nil, fmt.Errorf("train a centroid head: %w", err)
	}
	cool(h, temperature)
	h.Options = map[string]string{"temperature": strconv.FormatFloat(temperature, 'g', 6, 64),
		"rows": strconv.Itoa(d.Len()), "seed": strconv.FormatUint(t.Seed, 10)}
	return h, ctx.Err()
}

// centroids returns the head at temperature 1: kernel column k is class k's mean
// of the standardised rows, its bias −‖c‖²/2.
func centroids(d Data) (*head.Head, error) {
	x, err := compress(d.Matrix, false)
	if err != nil {
		return nil, err
	}
	s, err := newStandard(x, all(x.n), DefaultStandardize)
	if err != nil {
		return nil, err
	}
	count := make([]float32, d.Classes)
	for _, y := range d.labels() {
		count[y]++
	}
	lanes := roundUp(d.Classes, kernel.Lanes)
	shares := make([]float32, x.n*lanes) // (N, lanes) 1/count in the row's class
	for i, y := range d.labels() {
		shares[i*lanes+y] = 1 / count[y]
	}
	h := &head.Head{Kind: head.CentroidName, Dim: d.Dim, Classes: d.Classes, Mean: float32s(s.mean), Scale: float32s(s.scale),
		Kernel: make([]float32, d.Dim*d.Classes), Bias: make([]float32, d.Classes)}
	squares := make([][]float64, len(x.blocks)) // (blocks, K)
	parallel.For(len(x.blocks), func(b int) {
		from := x.blocks[b]
		means := make([]float32, from.len()*lanes)
		x.kernel.MultiplySparseT(means, x.parts[b], all(x.n), shares, lanes)
		squares[b] = make([]float64, d.Classes)
		for j := range from.len() {
			for k := range d.Classes {
				c := (float64(means[j*lanes+k]) - s.mean[from.lo+j]) * s.scale[from.lo+j]
				h.Kernel[(from.lo+j)*d.Classes+k] = float32(c)
				squares[b][k] += c * c
			}
		}
	})
	for _, square := range squares {
		for k, v := range square {
			h.Bias[k] -= float32(v / 2)
		}
	}
	return h, nil
}

// cool divides a head's logits by the temperature.
func cool(h *head.Head, temperature float64) {
	for _, values := range [][]float32{h.Kernel, h.Bias} {
		for i, v := range values {
			values[i] = float32(float64(v) / temperature)
		}
	}
}

// temperature returns the best of sixteen a decade from 10⁻² to 10⁶ on the
// validation split. Squared distances grow with the number of features, and so
// does the best temperature.
func (t Centroid) temperature(d Data) (float64, error) {
	train, validation := validationSplit(d.labels(), d.groups(), d.Classes, t.ValidationFolds, t.Seed)
	if len(validation) == 0 { // too few groups to hold any out
		return float64(d.Dim), nil
	}
	h, err := centroids(d.Subset(rowsAt(d, train)))
	if errors.Is(err, errAlike) {
		return float64(d.Dim), nil
	} else if err != nil {
		return 0, err
	}
	held := d.Subset(rowsAt(d, validation))
	logp, err := h.LogProbabilities(held.Matrix)
	if err != nil {
		return 0, err
	}
	best, lowest := 1.0, math.Inf(1)
	row := make([]float64, d.Classes)
	for step := range 8*16 + 1 {
		temperature := math.Pow(10, -2+float64(step)/16)
		loss := 0.0
		for i, y := range held.labels() {
			for k := range row { // log softmax of scaled log probabilities is that of scaled logits
				row[k] = logp[i*d.Classes+k] / temperature
			}
			head.LogSoftmax(row)
			loss -= row[y]
		}
		if loss < lowest {
			best, lowest = temperature, loss
		}
	}
	return best, nil
}
