package head

import "fmt"

// Matrix is a view of feature rows. Folds differ in Rows only and share Values.
type Matrix struct {
	Values []float32 // (M, Dim)
	Dim    int
	Rows   []int // (N) indexes into Values' M rows; nil means all of them
}

// Len returns the number of rows in the view, N.
func (m Matrix) Len() int {
	if m.Rows != nil {
		return len(m.Rows)
	}
	if m.Dim == 0 {
		return 0
	}
	return len(m.Values) / m.Dim
}

// At returns the index in Values of the view's i-th row.
func (m Matrix) At(i int) int {
	if m.Rows != nil {
		return m.Rows[i]
	}
	return i
}

// Row returns the view's i-th row, (Dim).
func (m Matrix) Row(i int) []float32 {
	r := m.At(i)
	return m.Values[r*m.Dim : (r+1)*m.Dim : (r+1)*m.Dim]
}

// Check reports values or rows that do not make a matrix.
func (m Matrix) Check() error {
	if m.Dim <= 0 || len(m.Values)%m.Dim != 0 {
		return fmt.Errorf("a matrix of %d values cannot have rows of %d features", len(m.Values), m.Dim)
	}
	total := len(m.Values) / m.Dim
	for _, r := range m.Rows {
		if r < 0 || r >= total {
			return fmt.Errorf("row %d is not among the matrix's %d rows", r, total)
		}
	}
	return nil
}
