// Package chroma turns the planes of a lossy WebP into RGB as libwebp does. The decoder
// in golang.org/x/image repeats chroma samples and takes the planes for full range, which
// turns white paper grey.
package chroma

import (
	"image"

	"cutpoint/pipeline/raster/jpeg/kernel"
)

// WebP fills dst, (H, W, 3) RGB, from planes with halved chroma (4:2:0), with libwebp's
// upsampling and colours.
func WebP(dst []uint8, m *image.YCbCr) {
	w, h := m.Rect.Dx(), m.Rect.Dy()
	cb, cr := make([]uint8, w), make([]uint8, w)
	for y := range h {
		near, far := neighbours(m, y)
		kernel.Quincunx(cb, m.Cb[near:][:(w+1)/2], m.Cb[far:][:(w+1)/2])
		kernel.Quincunx(cr, m.Cr[near:][:(w+1)/2], m.Cr[far:][:(w+1)/2])
		kernel.StudioToRGB(dst[3*w*y:][:3*w], m.Y[y*m.YStride:][:w], cb, cr)
	}
}

// neighbours returns where the chroma rows begin that luma row y lies between, the one
// it belongs to first. Beyond the edge a row is its own neighbour.
func neighbours(m *image.YCbCr, y int) (near, far int) {
	f := y/2 - 1
	if y&1 == 1 {
		f = y/2 + 1
	}
	f = min(max(f, 0), (m.Rect.Dy()+1)/2-1)
	return y / 2 * m.CStride, f * m.CStride
}
