package train

import (
	"context"
	"math"

	"gonum.org/v1/gonum/blas"
	"gonum.org/v1/gonum/blas/blas64"
	"gonum.org/v1/gonum/lapack/gonum"

	"cutpoint/model/cpu/kernel"
	"cutpoint/model/head"
	"cutpoint/model/internal/parallel"
)

// basis is an orthonormal basis of the pages' span, in which a problem with far
// fewer pages than features is solved: the solution of an L2-regularised
// problem lies in that span (the representer theorem). From the pivoted Cholesky
// factorisation of the Gram matrix, X·Xᵀ = Z·Zᵀ with X = Z·Qᵀ and Q's columns
// orthonormal; then ‖W‖ = ‖Qᵀ·W‖, and both problems have the same optimum.
type basis struct {
	x      *compressed // the pages, (N, D), as they are
	s      standard    // of the features
	z      []float32   // (N, R) the standardised pages in the basis
	r      int
	pivots []int // (R) pages whose coordinates form the triangle
}

// rankTolerance is the share of the largest page's squared norm below which what
// is left of a page counts as rounding of the Gram matrix.
const rankTolerance = 1e-7

// Nanoseconds for a value that is not zero, a variable of the optimiser, a
// multiply-add of the Gram matrix and one of its factorisation, as measured on one
// core of a Zen 4 at 2,000 × 25,088 and 240 × 4,096. They only decide which of two
// ways to the same solution is used.
const (
	perValue    = 1.2
	perVariable = 20.0
	perGram     = 0.02
	perFactor   = 0.1
)

// fasterInSpan reports whether this number of evaluations is done sooner in the
// pages' span, the construction of its basis included.
func fasterInSpan(x *compressed, classes, evaluations int) bool {
	n, d, k, e := float64(x.n), float64(x.dim), float64(classes), float64(evaluations)
	direct := e * (perValue*float64(x.nonZero()) + perVariable*d*k)
	span := perGram*n*n*d/2 + perFactor*n*n*n/3 + e*(perValue*n*n/2+perVariable*n*k)
	return x.n < x.dim && span < direct
}

// newBasis factorises the Gram matrix of all pages.
func newBasis(ctx context.Context, x *compressed, s standard) (*basis, error) {
	gram, err := gramMatrix(ctx, x, s)
	if err != nil {
		return nil, err
	}
	b := &basis{x: x, s: s}
	n, top := x.n, 0.0
	for i := range n {
		top = max(top, gram[i*n+i])
	}
	pivots := make([]int, n)
	b.r, _ = gonum.Implementation{}.Dpstrf(blas.Lower, n, gram, n, pivots, rankTolerance*top, make([]float64, 2*n))
	b.pivots = pivots[:b.r]
	b.z = make([]float32, n*b.r)
	for i, page := range pivots {
		for j, v := range gram[i*n : i*n+min(i+1, b.r)] {
			b.z[page*b.r+j] = float32(v)
		}
	}
	return b, nil
}

// gramMatrix returns the lower triangle of X·Xᵀ, (N, N), of the standardised
// pages: float32 products within a block of features, summed over the blocks in
// float64.
func gramMatrix(ctx context.Context, x *compressed, s standard) ([]float64, error) {
	n := x.n
	gram := make([]float64, n*n)
	width := x.kernel.Width()
	stride := x.kernel.Panels(n) * width
	products := make([]float32, n*stride) // (N, stride)
	var rows []float32
	for b, features := range x.blocks {
		if err := ctx.Err(); err != nil {
			return nil, err
		}
		if size := n * features.len(); len(rows) < size {
			rows = make([]float32, size)
		}
		parallel.For(n, func(i int) { x.standardise(b, i, s, rows[i*features.len():(i+1)*features.len()]) })
		zeros := make([]float32, width)
		parallel.For(x.kernel.Panels(n), func(p int) {
			first := p * width
			panel := make([]float32, features.len()*width)
			packRows(panel, rows, features.len(), features.len(), first, min(first+width, n), width)
			x.kernel.Multiply(n-first, &kernel.Product{Dst: products[first*stride+first:], DstStride: stride,
				Src: rows[first*features.len():], SrcStride: features.len(), Panel: panel, Init: zeros,
				Offsets: []int{0}, Length: features.len()})
		})
		parallel.For(n, func(i int) {
			for j, v := range products[i*stride : i*stride+i+1] {
				gram[i*n+j] += float64(v)
			}
		})
	}
	return gram, nil
}

// standardise writes a page's standardised features of a block to dst.
func (c *compressed) standardise(block, page int, s standard, dst []float32) {
	from := c.blocks[block]
	for j := range dst {
		dst[j] = float32(-s.mean[from.lo+j] * s.scale[from.lo+j])
	}
	index, value := c.parts[block].Row(page)
	f := c.factor(page)
	for i, j := range index {
		at := from.lo + int(j)
		dst[j] = float32((float64(value[i])*f - s.mean[at]) * s.scale[at])
	}
}

// data returns the pages in the basis as what an objective multiplies, and their
// standardisation, which changes nothing. rows are those of the problem.
func (b *basis) data(rows []int) (*compressed, standard, error) {
	x, err := compress(head.Matrix{Values: b.z, Dim: b.r}, false)
	if err != nil {
		return nil, standard{}, err
	}
	s := standard{mean: make([]float64, b.r), scale: make([]float64, b.r), spread: make([]float64, b.r)}
	mean, sd := x.moments(rows)
	for j := range s.scale {
		s.scale[j], s.spread[j] = 1, math.Hypot(mean[j], sd[j])
	}
	return x, s, nil
}

// kernel turns weights in the basis, (R, K), into those of the standardised
// features, (D, K): X₁ = L·Qᵀ for the pivot pages X₁ (R, D) and their triangle L
// (R, R), hence W = Q·V = X₁ᵀ·L⁻ᵀ·V.
func (b *basis) kernel(v []float64, classes int) []float32 {
	triangle := blas64.Triangular{Uplo: blas.Lower, Diag: blas.NonUnit, N: b.r, Stride: b.r, Data: make([]float64, b.r*b.r)}
	for i, page := range b.pivots {
		for j := range i + 1 {
			triangle.Data[i*b.r+j] = float64(b.z[page*b.r+j])
		}
	}
	solved := append([]float64(nil), v...)
	blas64.Trsm(blas.Left, blas.Trans, 1, triangle, blas64.General{Rows: b.r, Cols: classes, Stride: classes, Data: solved})

	lanes := roundUp(classes, kernel.Lanes)
	shares, total := make([]float32, b.r*lanes), make([]float64, classes)
	for i, page := range b.pivots {
		for k := range classes {
			shares[i*lanes+k] = float32(solved[i*classes+k] * b.x.factor(page))
			total[k] += solved[i*classes+k]
		}
	}
	w := make([]float32, b.x.dim*classes)
	parallel.For(len(b.x.blocks), func(n int) {
		s := b.x.blocks[n]
		sums := make([]float32, s.len()*lanes)
		b.x.kernel.MultiplySparseT(sums, b.x.parts[n], b.pivots, shares, lanes)
		for j := range s.len() {
			for k := range classes {
				at := s.lo + j
				w[at*classes+k] = float32((float64(sums[j*lanes+k]) - b.s.mean[at]*total[k]) * b.s.scale[at])
			}
		}
	})
	return w
}

// roundUp returns the multiple of to that is next to n from above.
func roundUp(n, to int) int { return (n + to - 1) / to * to }
