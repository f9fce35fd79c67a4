package kernel

// YCbCrToRGB converts a row of pixels (JFIF 1.02, in libjpeg's fixed point of 16 bits,
// jdcolor.c).
//
//	dst        (n, 3) RGB
//	y, cb, cr  (n)
func YCbCrToRGB(dst, y, cb, cr []uint8) { ycbcrToRGB(dst, y, cb, cr) }

func ycbcrToRGBGeneric(dst, y, cb, cr []uint8) {
	cb, cr = cb[:len(y)], cr[:len(y)]
	for x, l := range y {
		l, b, r := int32(l), int32(cb[x])-128, int32(cr[x])-128
		p := dst[3*x:][:3]
		p[0] = clip(l + (91881*r+1<<15)>>16)
		p[1] = clip(l + (-22554*b-46802*r+1<<15)>>16)
		p[2] = clip(l + (116130*b+1<<15)>>16)
	}
}

func clip(v int32) uint8 {
	if uint32(v) > 255 {
		return uint8(^(v >> 31))
	}
	return uint8(v)
}
