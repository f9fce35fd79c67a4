package head

import (
	"context"
	"fmt"

	"gonum.org/v1/gonum/blas"
	"gonum.org/v1/gonum/blas/blas64"
	"gonum.org/v1/gonum/lapack/gonum"
)

// design is the matrix Z (N, R) that a softmax regression is solved on, and the
// way back from its solution to a kernel on the D standardised features.
//
// Z may be the standardised matrix itself. With fewer pages than features the
// solution of an L2-regularised problem lies in the span of the pages (the
// representer theorem), so N coordinates suffice: from the pivoted
// Cholesky factorisation of the Gram matrix, X·Xᵀ = Z·Zᵀ with X = Z·Qᵀ and Q's
// columns orthonormal. Then ‖W‖ = ‖Qᵀ·W‖: both problems have the same optimum,
// and one factorisation serves every L2 value and every subset of the rows.
type design struct {
	z      []float64 // (N, R)
	n, r   int
	x      Matrix
	mean   []float32 // (D)
	scale  []float32 // (D)
	pivots []int     // (R) rows whose coordinates form the triangle; nil: Z is X itself
}

// rankTolerance is the share of the largest page's squared norm below which what
// is left of a page counts as rounding.
const rankTolerance = 1e-12

// maxDirect is how many float64 values Z may have when the span would do: 1 GiB.
const maxDirect = 1 << 27

// spanIsCheaper compares the multiply-adds of both ways for about so many
// evaluations of the objective, each of which reads Z twice for K classes: the
// span pays for its factorisation before the first.
func spanIsCheaper(pages, features, classes, evaluations int) bool {
	n, d, each := float64(pages), float64(features), 2*float64(classes*evaluations)
	span := n*n*d/2 + n*n*n/6 + each*n*n
	direct := each * n * d
	return pages < features && (span < direct || n*d > maxDirect)
}

// newDirect returns the design whose Z is the standardised matrix itself.
func newDirect(x Matrix, mean, scale []float32) *design {
	d := &design{n: x.Len(), r: x.Dim, x: x, mean: mean, scale: scale}
	d.z = make([]float64, d.n*d.r)
	parallel(d.n, func(i int) { standardised(x, i, span{0, d.r}, mean, scale, d.row(i)) })
	return d
}

// newSpan returns the design in the span of the pages.
func newSpan(ctx context.Context, x Matrix, mean, scale []float32) (*design, error) {
	gram, err := gramMatrix(ctx, x, mean, scale)
	if err != nil {
		return nil, err
	}
	d := &design{n: x.Len(), x: x, mean: mean, scale: scale}
	return d, d.factorise(gram)
}

// gramTile is how many rows a core multiplies with as many at a time.
const gramTile = 64

// gramMatrix returns the lower triangle of X·Xᵀ, (N, N), of the standardised
// rows. Columns go through in blocks so that no float64 copy of X is needed.
func gramMatrix(ctx context.Context, x Matrix, mean, scale []float32) ([]float64, error) {
	n := x.Len()
	gram := make([]float64, n*n)
	block := make([]float64, n*columns)
	tiles := spans(n, gramTile)
	var pairs [][2]span
	for i := range tiles {
		for j := range i + 1 {
			pairs = append(pairs, [2]span{tiles[i], tiles[j]})
		}
	}
	for _, c := range spans(x.Dim, columns) {
		if err := ctx.Err(); err != nil {
			return nil, err
		}
		parallel(n, func(i int) {
			standardised(x, i, c, mean, scale, block[i*columns:i*columns+c.len()])
		})
		rows := func(s span) blas64.General {
			return blas64.General{Rows: s.len(), Cols: c.len(), Stride: columns, Data: block[s.lo*columns:]}
		}
		parallel(len(pairs), func(p int) {
			a, b := pairs[p][0], pairs[p][1]
			out := blas64.General{Rows: a.len(), Cols: b.len(), Stride: n, Data: gram[a.lo*n+b.lo:]}
			blas64.Gemm(blas.NoTrans, blas.Trans, 1, rows(a), rows(b), 1, out)
		})
	}
	return gram, nil
}

// factorise sets Z from the Gram matrix's lower triangle, which it overwrites.
func (d *design) factorise(gram []float64) error {
	n, top := d.n, 0.0
	for i := range n {
		top = max(top, gram[i*n+i])
	}
	if top == 0 {
		return fmt.Errorf("all %d pages have the same features: there is nothing to learn from", n)
	}
	pivots := make([]int, n)
	rank, _ := gonum.Implementation{}.Dpstrf(blas.Lower, n, gram, n, pivots, rankTolerance*top, make([]float64, 2*n))
	d.r, d.pivots = rank, pivots[:rank]
	d.z = make([]float64, n*rank)
	for i, row := range pivots {
		copy(d.z[row*rank:(row+1)*rank], gram[i*n:i*n+min(i+1, rank)])
	}
	return nil
}

// row returns the coordinates of the i-th page, (R).
func (d *design) row(i int) []float64 { return d.z[i*d.r : (i+1)*d.r] }

// kernel turns weights on Z, class by class (K, R), into a kernel on the
// standardised features, (D, K).
func (d *design) kernel(weights [][]float64) []float32 {
	classes := len(weights)
	kernel := make([]float32, d.x.Dim*classes)
	if d.pivots == nil {
		for k, w := range weights {
			for j, v := range w {
				kernel[j*classes+k] = float32(v)
			}
		}
		return kernel
	}
	// X₁ = L·Qᵀ for the pivot rows X₁ (R, D) and their triangle L (R, R), hence
	// W = Q·V = X₁ᵀ·L⁻ᵀ·V.
	triangle := blas64.Triangular{Uplo: blas.Lower, Diag: blas.NonUnit, N: d.r, Stride: d.r, Data: make([]float64, d.r*d.r)}
	for i, row := range d.pivots {
		copy(triangle.Data[i*d.r:], d.row(row))
	}
	solved := make([][]float64, classes)
	parallel(classes, func(k int) {
		solved[k] = append([]float64(nil), weights[k]...)
		blas64.Trsv(blas.Trans, triangle, blas64.Vector{N: d.r, Inc: 1, Data: solved[k]})
	})
	blocks := spans(d.x.Dim, columns)
	parallel(len(blocks), func(b int) { d.project(blocks[b], solved, kernel) })
	return kernel
}

// project writes rows s.lo … s.hi-1 of the kernel X₁ᵀ·solved.
func (d *design) project(s span, solved [][]float64, kernel []float32) {
	classes := len(solved)
	sums := make([]float64, classes*s.len())
	features := make([]float64, s.len())
	for i, row := range d.pivots {
		standardised(d.x, row, s, d.mean, d.scale, features)
		for k := range classes {
			axpy(solved[k][i], features, sums[k*s.len():(k+1)*s.len()])
		}
	}
	for k := range classes {
		for j, v := range sums[k*s.len() : (k+1)*s.len()] {
			kernel[(s.lo+j)*classes+k] = float32(v)
		}
	}
}

// axpy adds a·x to y.
func axpy(a float64, x, y []float64) {
	n := len(x)
	blas64.Axpy(a, blas64.Vector{N: n, Inc: 1, Data: x}, blas64.Vector{N: n, Inc: 1, Data: y})
}

// dot returns the scalar product of x and y.
func dot(x, y []float64) float64 {
	n := len(x)
	return blas64.Dot(blas64.Vector{N: n, Inc: 1, Data: x}, blas64.Vector{N: n, Inc: 1, Data: y})
}
