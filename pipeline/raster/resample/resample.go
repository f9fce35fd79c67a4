// Package resample resizes images of 8-bit samples. The results are those of Pillow 12's
// Image.resize on images of mode L and RGB, to the last bit: weights in double precision,
// normalised and rounded to fixed point, one pass over the rows and one over the columns
// with 8-bit values in between (Resample.c).
package resample

import "image"

// Reference is the program whose results these are. Pillow 13 takes the vertical pass
// first wherever that is cheaper, and 12.1 nowhere.
const Reference = "Pillow 12.3"

// Image is row-major without padding.
type Image struct {
	Width, Height int
	Channels      int     // 1 or 3
	Pix           []uint8 // (Height, Width, Channels)
}

func newImage(width, height, channels int) Image {
	return Image{width, height, channels, make([]uint8, width*height*channels)}
}

// Resize returns a part of the image as it is when resized to width × height; part lies
// within that. What it takes of memory beyond the result is at most as many rows as the
// image has, of the part's width. The result may share the image's memory.
func Resize(m Image, width, height int, f Filter, part image.Rectangle) Image {
	if f == Nearest {
		return nearest(m, width, height, part)
	}
	across := axis{in: m.Width, out: width, from: part.Min.X, to: part.Max.X}
	down := axis{in: m.Height, out: height, from: part.Min.Y, to: part.Max.Y}
	// Since 12.2, Pillow turns the passes round for images more than a hundred times as
	// high as wide.
	if m.Height > 100*m.Width && height < m.Height {
		return horizontal(vertical(m, down, f), across, f)
	}
	first, last := down.needs(f)
	rows := m.rows(first, last)
	down.offset = first
	return vertical(horizontal(rows, across, f), down, f)
}

// rows returns the rows from … to-1, which share the image's memory.
func (m Image) rows(from, to int) Image {
	stride := m.Width * m.Channels
	return Image{m.Width, to - from, m.Channels, m.Pix[from*stride : to*stride]}
}

// columns returns the columns from … to-1.
func (m Image) columns(from, to int) Image {
	if from == 0 && to == m.Width {
		return m
	}
	q := newImage(to-from, m.Height, m.Channels)
	for y := range m.Height {
		copy(q.Pix[y*q.Width*q.Channels:][:q.Width*q.Channels], m.Pix[(y*m.Width+from)*m.Channels:])
	}
	return q
}
