package train

import (
	"context"
	"errors"
	"fmt"

	"cutpoint/model/head"
	"cutpoint/model/internal/parallel"
)

// Data is what a head is trained on: a view of rows with their classes. Y and
// Groups are indexed like the matrix's rows (M), not like the view.
type Data struct {
	head.Matrix
	Y       []int // (M) class of each row, 0 … Classes-1; rows outside the view are ignored
	Groups  []int // (M) rows of one group are never divided by a validation split; nil: each row is its own
	Classes int
}

// Subset returns the same data seen through other rows of the matrix.
func (d Data) Subset(rows []int) Data {
	d.Rows = rows
	return d
}

// labels returns the classes of the view's rows, (N).
func (d Data) labels() []int {
	y := make([]int, d.Len())
	for i := range y {
		y[i] = d.Y[d.At(i)]
	}
	return y
}

// groups returns the groups of the view's rows, (N).
func (d Data) groups() []int {
	g := make([]int, d.Len())
	for i := range g {
		g[i] = d.At(i)
		if d.Groups != nil {
			g[i] = d.Groups[d.At(i)]
		}
	}
	return g
}

// check reports the first thing that makes training impossible.
func (d Data) check() error {
	if err := d.Matrix.Check(); err != nil {
		return err
	}
	total := len(d.Values) / d.Dim
	if len(d.Y) != total || d.Groups != nil && len(d.Groups) != total {
		return fmt.Errorf("%d rows have %d classes and %d groups: give one of each to every row", total, len(d.Y), len(d.Groups))
	}
	if d.Classes < 2 {
		return fmt.Errorf("a head needs at least 2 classes and was given %d", d.Classes)
	}
	seen := make([]int, d.Classes)
	for i := range d.Len() {
		y := d.Y[d.At(i)]
		if y < 0 || y >= d.Classes {
			return fmt.Errorf("row %d has class %d, and classes run from 0 to %d", d.At(i), y, d.Classes-1)
		}
		seen[y]++
	}
	if err := d.finite(); err != nil {
		return err
	}
	for class, n := range seen {
		if n == 0 {
			return fmt.Errorf("class %d has no training row: label some pages with it or leave it out", class)
		}
	}
	return nil
}

// classWeights returns the weight of a row of each class, (K): 1 or, if balanced,
// N/(K·rows of its class) with K the number of classes that occur, as scikit-learn's
// class_weight="balanced". The mean weight of a row is 1.
func classWeights(y []int, classes int, balanced bool) []float64 {
	count := make([]float64, classes)
	for _, k := range y {
		count[k]++
	}
	present := 0
	for _, n := range count {
		if n > 0 {
			present++
		}
	}
	w := make([]float64, classes)
	for k, n := range count {
		w[k] = 1
		if balanced && n > 0 {
			w[k] = float64(len(y)) / (float64(present) * n)
		}
	}
	return w
}

// finite refuses values with which nothing can be computed.
func (d Data) finite() error {
	bad := make([]int, d.Len()) // index of a row's first such value, plus 1
	parallel.For(d.Len(), func(i int) {
		for j, v := range d.Row(i) {
			if v-v != 0 { // of Inf and NaN alone
				bad[i] = j + 1
				return
			}
		}
	})
	for i, j := range bad {
		if j > 0 {
			return fmt.Errorf("row %d has %v as feature %d: features must be finite", d.At(i), d.Row(i)[j-1], j-1)
		}
	}
	return nil
}

// Trainer is a recipe for heads. Equal data and options give equal heads to the
// last bit, whatever the number of cores.
type Trainer interface {
	// Name is the recipe's name on the command line and in head files: "softmax".
	Name() string
	// Train makes a head from the view's rows. It returns ctx's error soon after
	// ctx is done.
	Train(ctx context.Context, d Data) (*head.Head, error)
}

// ErrNotConverged is returned when an optimiser ends without having found the
// optimum: the features are then usually of wildly different sizes.
var ErrNotConverged = errors.New("training did not converge")
