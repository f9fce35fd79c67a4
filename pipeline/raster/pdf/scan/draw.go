package scan

import (
	"context"
	goimage "image"
	"math"

	"cutpoint/pipeline/raster/resample"
)

// area is a rectangle of whole pixels.
type area struct{ x0, y0, x1, y1 int }

func (a area) width() int  { return a.x1 - a.x0 }
func (a area) height() int { return a.y1 - a.y0 }

// device returns the map from a page's space to pixels, y down, as pdfium makes it
// (CPDF_Page::GetDisplayMatrix).
func (p *Page) device(width, height int) matrix {
	return p.turn.then(matrix{float32(width) / float32(p.Width), 0, 0, -float32(height) / float32(p.Height), 0, float32(height)})
}

// on returns the pixels that an image takes, rounded outward, and its map to them.
func (m placed) on(device matrix) (area, matrix) {
	to := m.matrix.then(device)
	b := to.box(rect{0, 0, 1, 1})
	return area{floor(b.x0), floor(b.y0), -floor(-b.x1), -floor(-b.y1)}, to
}

// maxPixel keeps what becomes an int within bounds.
const maxPixel = 1 << 24

func floor(v float32) int {
	return int(math.Floor(min(max(float64(v), -maxPixel), maxPixel)))
}

// Memory returns how many bytes drawing the page takes at most.
func (p *Page) Memory(width, height int) int64 {
	device := p.device(width, height)
	most := int64(0)
	for _, m := range p.images {
		a, _ := m.on(device)
		source := int64(m.width) * int64(m.height) * int64(m.perPixel)
		between := int64(max(a.width(), a.height())) * int64(max(m.width, m.height)) * int64(m.channels)
		drawn := int64(a.width()) * int64(a.height()) * int64(2*m.channels) // and turned
		most = max(most, source+between+drawn)
	}
	return most + int64(width)*int64(height)*int64(p.Channels())
}

// Channels is 1 for grey and 3 for RGB.
func (p *Page) Channels() int {
	for _, m := range p.images {
		if m.channels == 3 || m.mask && (m.color[0] != m.color[1] || m.color[1] != m.color[2]) {
			return 3
		}
	}
	return 1
}

// Draw draws the page on white, and reports whether the data of its images is whole: a
// fax that ends too early is white from there on. Other damage is an error.
//
//	pix  (height, width, Channels)
func (p *Page) Draw(ctx context.Context, width, height int) (pix []uint8, whole bool, err error) {
	canvas := resample.Image{Width: width, Height: height, Channels: p.Channels()}
	canvas.Pix = make([]uint8, width*height*canvas.Channels)
	for i := range canvas.Pix {
		canvas.Pix[i] = 0xff
	}
	device := p.device(width, height)
	whole = true
	for _, m := range p.images {
		if err := ctx.Err(); err != nil {
			return nil, false, err
		}
		pixels, all, err := m.decode(ctx)
		if err != nil {
			return nil, false, err
		}
		whole = whole && all
		to, way := m.on(device)
		drawn := fit(pixels, to, way)
		if m.mask {
			blend(canvas, drawn, to, m.color)
		} else {
			paste(canvas, drawn, to)
		}
	}
	return canvas.Pix, whole, nil
}

// fit resizes an image to an area and turns it as the map says.
func fit(m resample.Image, a area, way matrix) resample.Image {
	width, height := max(a.width(), 1), max(a.height(), 1)
	turned := abs(way.b) > abs(way.a)
	if turned {
		width, height = height, width
	}
	m = resample.Resize(m, width, height, resample.Area, goimage.Rect(0, 0, width, height))
	if turned {
		// The first row comes to lie on the left if x falls with the height in the image.
		return flip(transpose(m), way.c > 0, way.b < 0)
	}
	return flip(m, way.a < 0, way.d > 0)
}

// paste puts an opaque image on the canvas.
func paste(canvas, m resample.Image, a area) {
	n := canvas.Channels
	x0, x1 := max(a.x0, 0), min(a.x0+m.Width, canvas.Width)
	for y := max(a.y0, 0); y < min(a.y0+m.Height, canvas.Height) && x0 < x1; y++ {
		row := m.Pix[((y-a.y0)*m.Width+x0-a.x0)*m.Channels:][:(x1-x0)*m.Channels]
		out := canvas.Pix[(y*canvas.Width+x0)*n:][:(x1-x0)*n]
		if m.Channels == n {
			copy(out, row)
			continue
		}
		for i, v := range row { // grey on a canvas of colours
			out[3*i], out[3*i+1], out[3*i+2] = v, v, v
		}
	}
}

// blend paints a colour where a mask says.
func blend(canvas, mask resample.Image, a area, color [3]uint8) {
	n := canvas.Channels
	x0, x1 := max(a.x0, 0), min(a.x0+mask.Width, canvas.Width)
	for y := max(a.y0, 0); y < min(a.y0+mask.Height, canvas.Height) && x0 < x1; y++ {
		row := mask.Pix[(y-a.y0)*mask.Width+x0-a.x0:][:x1-x0]
		out := canvas.Pix[(y*canvas.Width+x0)*n:][:(x1-x0)*n]
		for i, alpha := range row {
			for c := range n {
				v := int(out[i*n+c])*(255-int(alpha)) + int(color[c])*int(alpha)
				out[i*n+c] = uint8((v + 127) / 255)
			}
		}
	}
}
