package kernel

import "math"

// Lanes divides the number of columns of a dense matrix that is multiplied by a sparse block.
const Lanes = 8

// SparseWidth is the largest number of columns of a sparse block: an index has
// sixteen bits.
const SparseWidth = 1 << 16

// Sparse is a block of a matrix, (rows, width), by rows, without its zeros. Half
// to nineteen twentieths of what comes out of a ReLU and a max-pool is zero.
type Sparse struct {
	width  int
	starts []int     // (rows+1) where a row's values begin
	index  []uint16  // of a value's column, ascending in a row, below width
	value  []float32 // in the order of index
}

// NewSparse compresses rows of width values each; row returns the i-th.
func NewSparse(rows, width int, row func(i int) []float32) *Sparse {
	if width > SparseWidth {
		panic("kernel: a sparse block is too wide for its indexes")
	}
	s := &Sparse{width: width, starts: make([]int, rows+1)}
	index, value := make([]uint16, width), make([]float32, width)
	for i := range rows {
		n := compressRow(index, value, row(i)[:width])
		s.grow(n, rows, i)
		s.index, s.value = append(s.index, index[:n]...), append(s.value, value[:n]...)
		s.starts[i+1] = len(s.index)
	}
	return s
}

// compressRow writes the values that are not zero, at most as many as the row has, and
// returns their number. It has no branches, since zeros are not predictable: every value is
// written, and a zero is overwritten by the next one.
func compressRow(index []uint16, value, row []float32) int {
	if len(row) == 0 {
		return 0
	}
	_, _ = index[len(row)-1], value[len(row)-1]
	at := 0
	for j, v := range row {
		index[at], value[at] = uint16(j), v
		bits := math.Float32bits(v) << 1 // without the sign: −0 is zero
		at += int((bits | -bits) >> 31)
	}
	return at
}

// grow makes room for n more values of row i. Where it allocates, it assumes that the rows
// to come are as dense as those before.
func (s *Sparse) grow(n, rows, i int) {
	need := len(s.index) + n
	if need <= cap(s.index) {
		return
	}
	size := need + need/(i+1)*(rows-i-1) + need/8
	s.index = append(make([]uint16, 0, size), s.index...)
	s.value = append(make([]float32, 0, size), s.value...)
}

// Row returns the columns and values of row i that are not zero.
func (s *Sparse) Row(i int) (index []uint16, value []float32) {
	from, to := s.starts[i], s.starts[i+1]
	return s.index[from:to:to], s.value[from:to:to]
}

// Len returns how many values are not zero.
func (s *Sparse) Len() int { return len(s.value) }

// MultiplySparse adds the product of some rows of a block with a dense matrix:
//
//	dst[i] += Σ_j s[rows[i], j] · a[j]
//
// dst is (len(rows), lanes), a is (width, lanes), lanes a multiple of Lanes. A
// row's sums have one order, whichever rows are computed with it.
func (k Float32) MultiplySparse(dst []float32, s *Sparse, rows []int, a []float32, lanes int) {
	checkSparse(s, a, lanes)
	for i, r := range rows {
		index, value := s.Row(r)
		to := dst[i*lanes : (i+1)*lanes]
		if k.isa == generic || len(index) == 0 {
			gatherGeneric(to, a, lanes, index, value)
			continue
		}
		for l := 0; l < lanes; l += Lanes {
			gatherAssembly(to[l:], a[l:], lanes, index, value)
		}
	}
}

// MultiplySparseT adds the product of some rows of a block, transposed, with a
// dense matrix:
//
//	dst[j] += Σ_i s[rows[i], j] · b[i]
//
// dst is (width, lanes), b is (len(rows), lanes), lanes a multiple of Lanes. Rows
// are added one after the other.
func (k Float32) MultiplySparseT(dst []float32, s *Sparse, rows []int, b []float32, lanes int) {
	checkSparse(s, dst, lanes)
	for i, r := range rows {
		index, value := s.Row(r)
		from := b[i*lanes : (i+1)*lanes]
		if k.isa == generic || len(index) == 0 {
			scatterGeneric(dst, lanes, from, index, value)
			continue
		}
		for l := 0; l < lanes; l += Lanes {
			scatterAssembly(dst[l:], lanes, from[l:], index, value)
		}
	}
}

// checkSparse panics as an index would: the assembly has no bounds checks, and an
// index is below the width by construction.
func checkSparse(s *Sparse, dense []float32, lanes int) {
	_ = dense[:s.width*lanes]
	if lanes%Lanes != 0 || lanes <= 0 {
		panic("kernel: lanes of a sparse product are not a multiple of eight")
	}
}

func gatherGeneric(dst, a []float32, lanes int, index []uint16, value []float32) {
	for n, j := range index {
		v := value[n]
		row := a[int(j)*lanes : int(j)*lanes+lanes]
		for l := range dst[:lanes] {
			dst[l] += v * row[l]
		}
	}
}

func scatterGeneric(dst []float32, lanes int, b []float32, index []uint16, value []float32) {
	for n, j := range index {
		v := value[n]
		row := dst[int(j)*lanes : int(j)*lanes+lanes]
		for l := range row {
			row[l] += v * b[l]
		}
	}
}
