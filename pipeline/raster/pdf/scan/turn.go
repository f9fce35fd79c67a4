package scan

import "cutpoint/pipeline/raster/resample"

// transpose makes rows of columns.
func transpose(m resample.Image) resample.Image {
	n := m.Channels
	out := resample.Image{Width: m.Height, Height: m.Width, Channels: n, Pix: make([]uint8, len(m.Pix))}
	for y := range m.Height {
		for x := range m.Width {
			copy(out.Pix[(x*m.Height+y)*n:][:n], m.Pix[(y*m.Width+x)*n:])
		}
	}
	return out
}

// flip mirrors an image in its own memory.
func flip(m resample.Image, across, down bool) resample.Image {
	stride, n := m.Width*m.Channels, m.Channels
	for y := range m.Height {
		row := m.Pix[y*stride:][:stride]
		for i, j := 0, m.Width-1; across && i < j; i, j = i+1, j-1 {
			for c := range n {
				row[i*n+c], row[j*n+c] = row[j*n+c], row[i*n+c]
			}
		}
	}
	for i, j := 0, m.Height-1; down && i < j; i, j = i+1, j-1 {
		a, b := m.Pix[i*stride:][:stride], m.Pix[j*stride:][:stride]
		for x := range a {
			a[x], b[x] = b[x], a[x]
		}
	}
	return m
}
