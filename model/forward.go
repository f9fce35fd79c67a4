package model

import "fmt"

// CheckForward checks what Engine.Forward is given, and returns the number of pages. The
// error names the argument that does not fit.
func CheckForward(pixels []uint8, cuts []Cut, dst [][]float32) (n int, err error) {
	page := InputShape().Len()
	if len(pixels)%page != 0 {
		return 0, fmt.Errorf("pixels: %d bytes are not a whole number of 224×224 RGB pages of %d", len(pixels), page)
	}
	n = len(pixels) / page
	return n, CheckValues(n, cuts, dst)
}

// CheckForwardFrom does the same for Engine.ForwardFrom.
func CheckForwardFrom(from Cut, x []float32, cuts []Cut, dst [][]float32) (n int, err error) {
	for _, c := range cuts {
		if !c.From(from) {
			return 0, fmt.Errorf("cut %s is no function of %s", c, from)
		}
	}
	if from.Dim() == 0 || len(x)%from.Dim() != 0 {
		return 0, fmt.Errorf("x: %d values are not a whole number of pages of %d at cut %s", len(x), from.Dim(), from)
	}
	n = len(x) / from.Dim()
	return n, CheckValues(n, cuts, dst)
}

// CheckValues checks that dst has room for the cuts of n pages.
func CheckValues(n int, cuts []Cut, dst [][]float32) error {
	if len(dst) != len(cuts) {
		return fmt.Errorf("dst: %d slices for %d cuts, want one for each", len(dst), len(cuts))
	}
	for i, c := range cuts {
		if c.Dim() == 0 {
			return fmt.Errorf("cuts[%d] is not a cut: make it with model.ParseCut", i)
		}
		if len(dst[i]) != n*c.Dim() {
			return fmt.Errorf("dst[%d]: %d values for cut %s of %d pages, want %d", i, len(dst[i]), c, n, n*c.Dim())
		}
	}
	return nil
}
