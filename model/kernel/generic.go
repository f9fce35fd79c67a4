package kernel

import "unsafe"

const genericColumns = 16

// generic returns the kernels in plain Go.
func generic() Float32 {
	return Float32{Name: "generic", Columns: genericColumns, Tiles: []Sized{{1, tileGeneric}}, Max4: max4Generic}
}

// tileGeneric is the twin of every matrix kernel, one pixel at a time.
func tileGeneric(t *Tile) {
	acc := *(*[genericColumns]float32)(unsafe.Pointer(t.Bias))
	panel := unsafe.Pointer(t.Panel)
	for y := range t.TapRows {
		for x := range t.TapColumns {
			src := unsafe.Slice((*float32)(unsafe.Add(unsafe.Pointer(t.Src), y*t.RowStride+x*t.PixelStride)), t.Channels)
			for _, v := range src {
				w := (*[genericColumns]float32)(panel)
				for j := range acc {
					acc[j] += v * w[j]
				}
				panel = unsafe.Add(panel, 4*genericColumns)
			}
		}
	}
	if t.ReLU != 0 {
		for j, v := range acc {
			if v < 0 { // false for NaN, which stays
				acc[j] = 0
			}
		}
	}
	*(*[genericColumns]float32)(unsafe.Pointer(t.Dst)) = acc
}

// max4Generic is the twin of max4. Of a NaN and a number it may return either, as
// the instruction does.
func max4Generic(dst, a, b, c, d *float32, n int) {
	A, B, C, D := unsafe.Slice(a, n), unsafe.Slice(b, n), unsafe.Slice(c, n), unsafe.Slice(d, n)
	for i := range unsafe.Slice(dst, n) {
		m := A[i]
		for _, v := range [...]float32{B[i], C[i], D[i]} {
			if v > m {
				m = v
			}
		}
		unsafe.Slice(dst, n)[i] = m
	}
}
