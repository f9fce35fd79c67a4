package raster

import "cutpoint/pipeline/raster/blend"

// Page is a decoded page, row-major without padding.
type Page struct {
	Width, Height int
	Channels      int     // 1 grey, 3 RGB
	Pix           []uint8 // (Height, Width, Channels)
	Warning       Warning
}

func newPage(width, height, channels int) *Page {
	return &Page{Width: width, Height: height, Channels: channels, Pix: make([]uint8, width*height*channels)}
}

func over(c, alpha uint8) uint8 { return blend.OverWhite(c, alpha) }

// onWhite returns a white page with the page on it at (left, top), where it fits.
func (p *Page) onWhite(width, height, left, top int) *Page {
	q := newPage(width, height, p.Channels)
	q.Warning = p.Warning
	for i := range q.Pix {
		q.Pix[i] = 0xff
	}
	n := p.Width * p.Channels
	for y := range p.Height {
		copy(q.Pix[((top+y)*width+left)*p.Channels:][:n], p.Pix[y*n:])
	}
	return q
}

// upright turns a page by the orientation of EXIF and TIFF (TIFF 6.0, page 36):
// 1 as stored, 2 mirrored, 3 upside down, 4 flipped, 5 transposed, 6 to be turned
// right, 7 transversed, 8 to be turned left. Other values mean 1.
func (p *Page) upright(orientation int) *Page {
	if orientation < 2 || orientation > 8 {
		return p
	}
	w, h := p.Width, p.Height
	if orientation >= 5 {
		w, h = h, w
	}
	// Steps to the right and down of the upright page are the same everywhere.
	at := func(x, y int) int {
		sx, sy := source(orientation, x, y, p.Width, p.Height)
		return (sy*p.Width + sx) * p.Channels
	}
	start := at(0, 0)
	right, down := at(1, 0)-start, at(0, 1)-start
	q := newPage(w, h, p.Channels)
	q.Warning = p.Warning
	for x := 0; x < w; x += turnBlock {
		for y := range h {
			row := q.Pix[(y*w+x)*p.Channels:][:min(turnBlock, w-x)*p.Channels]
			turnRow(row, p.Pix, start+x*right+y*down, right, p.Channels)
		}
	}
	return q
}

// turnBlock is how many columns are turned at a time, so that the rows they come
// from stay in the cache.
const turnBlock = 64

// turnRow fills a row with the pixels at from, from+step, ….
func turnRow(row, pix []uint8, from, step, channels int) {
	if channels == 1 {
		for x := range row {
			row[x] = pix[from]
			from += step
		}
		return
	}
	for ; len(row) >= 3; row, from = row[3:], from+step {
		row[0], row[1], row[2] = pix[from], pix[from+1], pix[from+2]
	}
}

// source returns which stored pixel stands at (x, y) of the upright page.
func source(orientation, x, y, w, h int) (int, int) {
	switch orientation {
	case 2:
		return w - 1 - x, y
	case 3:
		return w - 1 - x, h - 1 - y
	case 4:
		return x, h - 1 - y
	case 5:
		return y, x
	case 6:
		return y, h - 1 - x
	case 7:
		return w - 1 - y, h - 1 - x
	case 8:
		return w - 1 - y, x
	}
	return x, y
}
