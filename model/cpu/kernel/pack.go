package kernel

// PackedLen returns the length of a (rows, outputs) matrix in panels; the last
// panel is filled up with zeros.
func (k Float32) PackedLen(rows, outputs int) int {
	return k.Panels(outputs) * rows * k.Width()
}

// Panels returns the number of panels that hold that number of outputs.
func (k Float32) Panels(outputs int) int {
	return (outputs + k.Width() - 1) / k.Width()
}

// PackPanel lays out panel j of a row-major matrix: the columns from j·Width on.
//
//	dst    (rows, Width)
//	matrix (rows, outputs)
func (k Float32) PackPanel(dst, matrix []float32, outputs, j int) {
	width := k.Width()
	first := j * width
	n := min(width, outputs-first)
	for len(matrix) > 0 {
		copy(dst[:n], matrix[first:first+n])
		clear(dst[n:width])
		dst, matrix = dst[width:], matrix[outputs:]
	}
}
