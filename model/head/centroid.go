package head

import (
	"context"
	"fmt"
	"math"
	"strconv"
)

// CentroidName is the recipe of Centroid.
const CentroidName = "centroid"

// Centroid takes a page for the class whose mean vector is nearest, after a
// standardisation of the features. It trains nothing but how sure to be: a
// baseline.
//
// −‖z − c‖²/2 differs between classes only by c·z − ‖c‖²/2, so that it is an
// affine map like the others; the temperature that divides it is the one with
// the lowest log loss on a validation split inside the training rows.
type Centroid struct {
	// ValidationFolds is the number of parts one of which is the validation
	// split; 0 means 5.
	ValidationFolds int
	// Seed decides the validation split.
	Seed uint64
}

// Name returns "centroid".
func (Centroid) Name() string { return CentroidName }

// Train averages the rows of each class.
func (t Centroid) Train(ctx context.Context, d Data) (*Head, error) {
	if err := d.check(); err != nil {
		return nil, fmt.Errorf("train a centroid head: %w", err)
	}
	temperature, err := t.temperature(d)
	if err != nil {
		return nil, fmt.Errorf("train a centroid head: %w", err)
	}
	h := centroids(d)
	h.cool(temperature)
	h.Options = map[string]string{"temperature": strconv.FormatFloat(temperature, 'g', 6, 64),
		"rows": strconv.Itoa(d.Len()), "seed": strconv.FormatUint(t.Seed, 10)}
	return h, ctx.Err()
}

// centroids returns the head at temperature 1: kernel column k is class k's mean
// of the standardised rows, its bias −‖c‖²/2.
func centroids(d Data) *Head {
	mean, scale := standardise(d.Matrix)
	h := &Head{Kind: CentroidName, Dim: d.Dim, Classes: d.Classes, Mean: mean, Scale: scale,
		Kernel: make([]float32, d.Dim*d.Classes), Bias: make([]float32, d.Classes)}
	count := make([]float64, d.Classes)
	for _, y := range d.labels() {
		count[y]++
	}
	blocks := spans(d.Dim, columns)
	squares := make([][]float64, len(blocks)) // (blocks, K)
	parallel(len(blocks), func(b int) {
		s := blocks[b]
		sums := make([]float64, s.len()*d.Classes)
		row := make([]float64, s.len())
		for i := range d.Len() {
			standardised(d.Matrix, i, s, mean, scale, row)
			y := d.Y[d.At(i)]
			for j, v := range row {
				sums[j*d.Classes+y] += v
			}
		}
		squares[b] = make([]float64, d.Classes)
		for j := range sums {
			k := j % d.Classes
			c := sums[j] / count[k]
			h.Kernel[s.lo*d.Classes+j] = float32(c)
			squares[b][k] += c * c
		}
	})
	for _, square := range squares {
		for k, s := range square {
			h.Bias[k] -= float32(s / 2)
		}
	}
	return h
}

// cool divides the logits by the temperature.
func (h *Head) cool(temperature float64) {
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
	h := centroids(d.Subset(at(d, train)))
	held := d.Subset(at(d, validation))
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
			logSoftmax(row)
			loss -= row[y]
		}
		if loss < lowest {
			best, lowest = temperature, loss
		}
	}
	return best, nil
}
