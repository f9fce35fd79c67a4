package resample

import "image"

// nearest takes the pixel at each place. Places are added up as Pillow does it
// (Geometry.c, ImagingScaleAffine), which decides between neighbours.
func nearest(m Image, width, height int, part image.Rectangle) Image {
	if m.Width == width && m.Height == height {
		return m.rows(part.Min.Y, part.Max.Y).columns(part.Min.X, part.Max.X)
	}
	across, down := places(m.Width, width, part.Min.X, part.Max.X), places(m.Height, height, part.Min.Y, part.Max.Y)
	q := newImage(len(across), len(down), m.Channels)
	at := 0
	for _, y := range down {
		row := m.Pix[y*m.Width*m.Channels:][:m.Width*m.Channels]
		for _, x := range across {
			at += copy(q.Pix[at:], row[x*m.Channels:][:m.Channels])
		}
	}
	return q
}

func places(in, out, from, to int) []int {
	step := float64(in) / float64(out)
	at := float64(step * 0.5)
	list := make([]int, 0, to-from)
	for i := range to {
		if i >= from {
			list = append(list, min(int(at), in-1))
		}
		at += step
	}
	return list
}
