package train

import (
	"sync"

	"gonum.org/v1/gonum/blas"
	"gonum.org/v1/gonum/blas/gonum"
	"gorgonia.org/gorgonia"

	"cutpoint/model/cpu/kernel"
	"cutpoint/model/internal/parallel"
)

// simdBLAS is what Gorgonia multiplies float32 matrices with: the engine's
// kernels on all cores, and gonum's for everything else.
type simdBLAS struct {
	gonum.Implementation
	kernel kernel.Float32
}

// plugBLAS sets the BLAS of Gorgonia, once: it is a global of the process.
var plugBLAS = sync.OnceValue(func() error {
	k, err := kernel.Select("")
	if err == nil {
		gorgonia.Use(simdBLAS{kernel: k})
	}
	return err
})

// Sgemm computes C = α·op(A)·op(B) + β·C, (m, n) from (m, k) and (k, n).
func (s simdBLAS) Sgemm(tA, tB blas.Transpose, m, n, k int, alpha float32, a []float32, lda int, b []float32, ldb int, beta float32, c []float32, ldc int) {
	if alpha != 1 || beta != 0 || m*n*k == 0 {
		s.Implementation.Sgemm(tA, tB, m, n, k, alpha, a, lda, b, ldb, beta, c, ldc)
		return
	}
	if tA != blas.NoTrans {
		a, lda = transpose(a, k, m, lda), k
	}
	width := s.kernel.Width()
	stride := s.kernel.Panels(n) * width
	wide := make([]float32, m*stride) // (m, stride): n rounded up to panels
	zeros := make([]float32, width)
	parallel.For(s.kernel.Panels(n), func(p int) {
		panel := make([]float32, k*width)
		first := p * width
		if tB == blas.NoTrans {
			packColumns(panel, b, k, ldb, first, min(first+width, n), width)
		} else {
			packRows(panel, b, k, ldb, first, min(first+width, n), width)
		}
		s.kernel.Multiply(m, &kernel.Product{Dst: wide[first:], DstStride: stride, Src: a, SrcStride: lda,
			Panel: panel, Init: zeros, Offsets: []int{0}, Length: k})
	})
	for i := range m {
		copy(c[i*ldc:i*ldc+n], wide[i*stride:])
	}
}

// transpose returns the (cols, rows) transpose of a (rows, cols) matrix.
func transpose(a []float32, rows, cols, stride int) []float32 {
	out := make([]float32, rows*cols)
	for i := range rows {
		for j, v := range a[i*stride : i*stride+cols] {
			out[j*rows+i] = v
		}
	}
	return out
}

// packColumns lays columns first … last-1 of a (length, ·) matrix out as a panel,
// (length, width).
func packColumns(panel, b []float32, length, stride, first, last, width int) {
	for l := range length {
		copy(panel[l*width:], b[l*stride+first:l*stride+last])
	}
}

// packRows lays rows first … last-1 of a (·, length) matrix out as a panel,
// (length, width).
func packRows(panel, b []float32, length, stride, first, last, width int) {
	for c := first; c < last; c++ {
		for l, v := range b[c*stride : c*stride+length] {
			panel[l*width+c-first] = v
		}
	}
}
