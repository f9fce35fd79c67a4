package kernel

func idct(dst []uint8, stride int, coef *[64]int16, quant *[64]uint16, last int) {
	idctGeneric(dst, stride, coef, quant, last)
}

func h2v1(dst, row []uint8)             { h2v1Generic(dst, row) }
func h2v2(dst, near, far []uint8)       { h2v2Generic(dst, near, far) }
func ycbcrToRGB(dst, y, cb, cr []uint8) { ycbcrToRGBGeneric(dst, y, cb, cr) }
