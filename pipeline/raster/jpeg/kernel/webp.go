package kernel

// Quincunx interpolates chroma as libwebp does (src/dsp/upsampling.c): the four samples
// around a pixel weigh 9:3:3:1. dst has twice as many as near, or one less; far as many.
func Quincunx(dst, near, far []uint8) {
	if len(near) > 0 {
		quincunx(dst, near, far)
	}
}

// quincunxRange makes what belongs to the samples from … to-1.
func quincunxRange(dst, near, far []uint8, from, to int) {
	last := len(near) - 1
	sum := func(x int) uint16 { return 3*uint16(near[x]) + uint16(far[x]) }
	for x := from; x < to; x++ {
		c := 3*sum(x) + 8
		dst[2*x] = uint8((c + sum(max(x-1, 0))) >> 4)
		if 2*x+1 < len(dst) {
			dst[2*x+1] = uint8((c + sum(min(x+1, last))) >> 4)
		}
	}
}

// StudioToRGB converts a row whose luma is 16…235 and whose chroma is 16…240 (ITU-R
// BT.601), in libwebp's fixed point of 6 bits (src/dsp/yuv.h).
//
//	dst        (n, 3) RGB
//	y, cb, cr  (n)
func StudioToRGB(dst, y, cb, cr []uint8) { studioToRGB(dst, y, cb, cr) }

func studioToRGBGeneric(dst, y, cb, cr []uint8) {
	cb, cr = cb[:len(y)], cr[:len(y)]
	for x, l := range y {
		l, u, v := int32(l)*19077>>8, int32(cb[x]), int32(cr[x])
		p := dst[3*x:][:3]
		p[0] = clip((l + v*26149>>8 - 14234) >> 6)
		p[1] = clip((l - u*6419>>8 - v*13320>>8 + 8708) >> 6)
		p[2] = clip((l + u*33050>>8 - 17685) >> 6)
	}
}
