package train

import (
	"context"
	"math"

	"cutpoint/model/cpu/kernel"
	"cutpoint/model/head"
	"cutpoint/model/internal/parallel"
)

// objective is multinomial logistic regression on some rows of standardised
// features z = (x − mean)·scale:
//
//	f(V, b) = Σᵢ wᵢ·(−log softmax(V·zᵢ + b)[yᵢ]) / Σᵢ wᵢ + L2/2·‖V‖²
//
// with the bias left unregularised. With equal weights w it is scikit-learn's
// with C = 1/(L2·N).
//
// The standardisation is never carried out: V·z = (V·scale)·x − V·(scale·mean),
// so that a pass multiplies the features as they are, zeros left out. The
// optimiser's variables are V and b divided by unit, which gives each direction
// a curvature near 1: the Hessian's diagonal is at most mean(z²)/4 + L2.
type objective struct {
	x       *compressed
	basis   *basis    // if x is in the pages' span; nil: x has the features
	rows    []int     // (N) of x
	y       []int     // (N)
	w       []float64 // (N) adds up to 1
	classes int
	lanes   int       // classes, rounded up to whole vectors
	mean    []float64 // (D)
	scale   []float64 // (D) 0 for a feature that never varies
	spread  []float64 // (D) standard deviation of z
	l2      float64
	unit    []float64 // (D+1) the last is the bias's

	a        []float32   // (D, lanes) V·scale
	g        []float32   // (D, lanes) Σᵢ residualᵢ·xᵢ
	partial  [][]float32 // (blocks)(N, lanes) products of each block of features
	residual []float32   // (N, lanes) w·(p − y), with the row's factor
	losses   []float64   // (N)
	sums     []float64   // (blocks of rows, K) of the residuals without the factor
}

// rowBlock is the number of rows whose losses a core computes at a time.
const rowBlock = 64

func newObjective(x *compressed, rows, y []int, w []float64, classes int, s standard) *objective {
	return &objective{x: x, rows: rows, y: y, w: w, classes: classes, lanes: roundUp(classes, kernel.Lanes),
		mean: s.mean, scale: s.scale, spread: s.spread}
}

// inSpan returns the same problem in a basis of the pages' span.
func (o *objective) inSpan(ctx context.Context) (*objective, error) {
	b, err := newBasis(ctx, o.x, standard{o.mean, o.scale, o.spread})
	if err != nil {
		return nil, err
	}
	x, unchanged, err := b.data(o.rows)
	if err != nil {
		return nil, err
	}
	p := newObjective(x, o.rows, o.y, o.w, o.classes, unchanged)
	p.basis = b
	return p, nil
}

// allocate allocates what an evaluation needs.
func (o *objective) allocate() {
	o.a, o.g = make([]float32, o.x.dim*o.lanes), make([]float32, o.x.dim*o.lanes)
	o.partial = make([][]float32, len(o.x.blocks))
	for b := range o.partial {
		o.partial[b] = make([]float32, len(o.rows)*o.lanes)
	}
	o.residual, o.losses = make([]float32, len(o.rows)*o.lanes), make([]float64, len(o.rows))
	o.sums = make([]float64, len(spans(len(o.rows), rowBlock))*o.classes)
	o.unit = make([]float64, o.x.dim+1)
}

// setL2 changes the regularisation and with it the optimiser's units.
func (o *objective) setL2(l2 float64) {
	if o.a == nil {
		o.allocate()
	}
	o.l2 = l2
	for j, s := range o.spread {
		o.unit[j] = 1 / math.Sqrt(s*s/4+l2)
	}
	o.unit[o.x.dim] = 2 // of a feature that is 1 everywhere
}

// size is the number of the optimiser's variables: (D+1, K).
func (o *objective) size() int { return (o.x.dim + 1) * o.classes }

// evaluate returns f at u and sets its gradient.
func (o *objective) evaluate(u, gradient []float64) float64 {
	bias := o.forward(u)
	blocks := spans(len(o.rows), rowBlock)
	parallel.For(len(blocks), func(b int) {
		sums := o.sums[b*o.classes : (b+1)*o.classes]
		clear(sums)
		row := make([]float64, o.classes)
		for i := blocks[b].lo; i < blocks[b].hi; i++ {
			o.resolve(i, bias, row, sums)
		}
	})
	value := 0.0
	for _, l := range o.losses {
		value += l
	}
	total := make([]float64, o.classes) // Σ residual, without the rows' factors
	for b := range blocks {
		for k := range total {
			total[k] += o.sums[b*o.classes+k]
		}
	}
	penalties := make([]float64, len(o.x.blocks))
	parallel.For(len(o.x.blocks), func(b int) { penalties[b] = o.backward(b, u, total, gradient) })
	for _, p := range penalties {
		value += p
	}
	last := o.x.dim * o.classes
	for k, t := range total {
		gradient[last+k] = t * o.unit[o.x.dim]
	}
	return value
}

// forward sets the blocks' products and returns what all rows' logits have in
// common: b − V·(scale·mean), (K).
func (o *objective) forward(u []float64) []float64 {
	shifts := make([]float64, len(o.x.blocks)*o.classes)
	parallel.For(len(o.x.blocks), func(b int) {
		s := o.x.blocks[b]
		for j := s.lo; j < s.hi; j++ {
			from := u[j*o.classes : (j+1)*o.classes]
			to := o.a[j*o.lanes : j*o.lanes+o.classes]
			f := o.unit[j] * o.scale[j]
			for k, v := range from {
				to[k] = float32(v * f)
				shifts[b*o.classes+k] += float64(to[k]) * o.mean[j]
			}
		}
		clear(o.partial[b])
		o.x.kernel.MultiplySparse(o.partial[b], o.x.parts[b], o.rows, o.a[s.lo*o.lanes:s.hi*o.lanes], o.lanes)
	})
	bias := make([]float64, o.classes)
	for k := range bias {
		bias[k] = u[o.x.dim*o.classes+k] * o.unit[o.x.dim]
		for b := range o.x.blocks {
			bias[k] -= shifts[b*o.classes+k]
		}
	}
	return bias
}

// resolve sets the loss and the residual of the i-th row and adds the residual
// to sums, (K).
func (o *objective) resolve(i int, bias, row, sums []float64) {
	factor := o.x.factor(o.rows[i])
	o.logits(i, factor, bias, row)
	head.LogSoftmax(row)
	o.losses[i] = -row[o.y[i]] * o.w[i]
	for k, v := range row {
		r := math.Exp(v)
		if k == o.y[i] {
			r--
		}
		r *= o.w[i]
		sums[k] += r
		o.residual[i*o.lanes+k] = float32(r * factor)
	}
}

// logits writes the i-th row's to dst, (K), from the blocks' products.
func (o *objective) logits(i int, factor float64, bias, dst []float64) {
	clear(dst)
	for _, p := range o.partial {
		for k, v := range p[i*o.lanes : i*o.lanes+o.classes] {
			dst[k] += float64(v)
		}
	}
	for k := range dst {
		dst[k] = dst[k]*factor + bias[k]
	}
}

// backward sets the gradient of a block of features and returns their penalty.
func (o *objective) backward(b int, u, total, gradient []float64) (penalty float64) {
	s := o.x.blocks[b]
	g := o.g[s.lo*o.lanes : s.hi*o.lanes]
	clear(g)
	o.x.kernel.MultiplySparseT(g, o.x.parts[b], o.rows, o.residual, o.lanes)
	for j := s.lo; j < s.hi; j++ {
		for k := range o.classes {
			v := u[j*o.classes+k] * o.unit[j]
			penalty += v * v
			slope := (float64(o.g[j*o.lanes+k]) - o.mean[j]*total[k]) * o.scale[j]
			gradient[j*o.classes+k] = (slope + o.l2*v) * o.unit[j]
		}
	}
	return penalty * o.l2 / 2
}

// logLoss returns the mean negative log probability of the right classes of other
// rows at u, without weights.
func (o *objective) logLoss(rows, y []int, u []float64) float64 {
	held := *o
	held.rows, held.y = rows, y
	held.partial = make([][]float32, len(o.x.blocks))
	for b := range held.partial {
		held.partial[b] = make([]float32, len(rows)*o.lanes)
	}
	bias := held.forward(u)
	sum := 0.0
	row := make([]float64, o.classes)
	for i, r := range rows {
		held.logits(i, o.x.factor(r), bias, row)
		head.LogSoftmax(row)
		sum -= row[y[i]]
	}
	return sum / float64(len(rows))
}

// head returns the solution u as a head without its options.
func (o *objective) head(u []float64) *head.Head {
	weights := make([]float64, o.x.dim*o.classes)
	for i := range weights {
		weights[i] = u[i] * o.unit[i/o.classes]
	}
	x, s := o.x, standard{mean: o.mean, scale: o.scale}
	h := &head.Head{Kind: head.SoftmaxName, Classes: o.classes, Bias: make([]float32, o.classes)}
	if o.basis != nil {
		x, s = o.basis.x, o.basis.s
		h.Kernel = o.basis.kernel(weights, o.classes)
	} else {
		h.Kernel = float32s(weights)
	}
	h.Dim, h.Normalize, h.Mean, h.Scale = x.dim, x.length != nil, float32s(s.mean), float32s(s.scale)
	for k := range h.Bias {
		h.Bias[k] = float32(u[o.x.dim*o.classes+k] * o.unit[o.x.dim])
	}
	return h
}
