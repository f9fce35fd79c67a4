// Package chroma turns the planes of a lossy WebP into RGB as libwebp does. The decoder
// in golang.org/x/image repeats chroma samples and takes the planes for full range, which
// turns white paper grey.
package chroma

import "image"

// WebP fills dst, (H, W, 3) RGB, from planes with halved chroma (4:2:0), with libwebp's
// upsampling (src/dsp/upsampling.c) and colours (src/dsp/yuv.h).
func WebP(dst []uint8, m *image.YCbCr) {
	w, h := m.Rect.Dx(), m.Rect.Dy()
	// A pair of pixels is written at a time: room for an odd one.
	cb, cr := make([]uint8, w+1), make([]uint8, w+1)
	for y := range h {
		near, far := neighbours(m, y)
		quincunx(cb, m.Cb[near:][:(w+1)/2], m.Cb[far:][:(w+1)/2])
		quincunx(cr, m.Cr[near:][:(w+1)/2], m.Cr[far:][:(w+1)/2])
		studio(dst[3*w*y:][:3*w], m.Y[y*m.YStride:][:w], cb, cr)
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

// quincunx weighs the four samples around a pixel 9:3:3:1.
func quincunx(dst, near, far []uint8) {
	last := len(near) - 1
	dst[0] = uint8((3*uint16(near[0]) + uint16(far[0]) + 2) >> 2)
	for x := range last {
		n0, n1, f0, f1 := uint16(near[x]), uint16(near[x+1]), uint16(far[x]), uint16(far[x+1])
		sum := n0 + n1 + f0 + f1 + 8
		pair := dst[2*x+1:][:2]
		pair[0] = uint8(((sum+2*(n1+f0))>>3 + n0) >> 1)
		pair[1] = uint8(((sum+2*(n0+f1))>>3 + n1) >> 1)
	}
	if 2*last+1 < len(dst) {
		dst[2*last+1] = uint8((3*uint16(near[last]) + uint16(far[last]) + 2) >> 2)
	}
}

// studio converts a row whose luma is 16…235 and whose chroma is 16…240 (ITU-R
// BT.601), in libwebp's fixed point of 6 bits.
func studio(dst, luma, cb, cr []uint8) {
	cb, cr = cb[:len(luma)], cr[:len(luma)]
	for x, l := range luma {
		y, u, v := int32(l)*19077>>8, int32(cb[x]), int32(cr[x])
		p := dst[3*x:][:3]
		p[0] = clip((y + v*26149>>8 - 14234) >> 6)
		p[1] = clip((y - u*6419>>8 - v*13320>>8 + 8708) >> 6)
		p[2] = clip((y + u*33050>>8 - 17685) >> 6)
	}
}

func clip(v int32) uint8 {
	if uint32(v) > 255 {
		return uint8(^(v >> 31))
	}
	return uint8(v)
}
