// Package chroma turns decoded YCbCr planes into RGB as the reference decoders do:
// libjpeg's "fancy" upsampling and JFIF colours for JPEG, libwebp's upsampling and
// BT.601 studio range for WebP. The standard library repeats chroma samples and
// takes WebP's planes for full range, which turns its white paper grey.
package chroma

import "image"

// rows yields the two chroma planes row by row at the full width.
type rows struct {
	m             *image.YCbCr
	width, height int // of a chroma plane
	cb, cr        []uint8
	sums          []uint16
	spread        func(r *rows, dst, plane []uint8, y int)
}

func newRows(m *image.YCbCr, spread func(r *rows, dst, plane []uint8, y int)) *rows {
	w, h := m.Rect.Dx(), m.Rect.Dy()
	r := &rows{m: m, width: w, height: h, spread: spread}
	switch m.SubsampleRatio {
	case image.YCbCrSubsampleRatio422:
		r.width = (w + 1) / 2
	case image.YCbCrSubsampleRatio420:
		r.width, r.height = (w+1)/2, (h+1)/2
	case image.YCbCrSubsampleRatio440:
		r.height = (h + 1) / 2
	case image.YCbCrSubsampleRatio411:
		r.width = (w + 3) / 4
	case image.YCbCrSubsampleRatio410:
		r.width, r.height = (w+3)/4, (h+1)/2
	}
	// A pair of pixels is written at a time: room for an odd one.
	r.cb, r.cr, r.sums = make([]uint8, w+1), make([]uint8, w+1), make([]uint16, r.width)
	return r
}

// at returns the chroma of luma row y, and that row's luma.
func (r *rows) at(y int) (luma, cb, cr []uint8) {
	r.spread(r, r.cb, r.m.Cb, y)
	r.spread(r, r.cr, r.m.Cr, y)
	w := r.m.Rect.Dx()
	return r.m.Y[y*r.m.YStride:][:w], r.cb[:w], r.cr[:w]
}

// neighbours returns the chroma rows that luma row y lies between, the one it
// belongs to first. Beyond the edge a row is its own neighbour.
func (r *rows) neighbours(plane []uint8, y int) (near, far []uint8) {
	n, f := y/2, y/2-1
	if y&1 == 1 {
		f = y/2 + 1
	}
	f = min(max(f, 0), r.height-1)
	return plane[n*r.m.CStride:][:r.width], plane[f*r.m.CStride:][:r.width]
}

func clip(v int32) uint8 {
	if uint32(v) > 255 {
		return uint8(^(v >> 31))
	}
	return uint8(v)
}
