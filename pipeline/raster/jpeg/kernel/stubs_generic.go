//go:build !amd64 || purego

package kernel

func idct(dst []uint8, stride int, coef *[64]int16, quant *[64]uint16) {
	idctGeneric(dst, stride, coef, quant)
}

func h2v1(dst, row []uint8)             { h2v1Range(dst, row, 0, len(row)) }
func h2v2(dst, near, far []uint8)       { h2v2Range(dst, near, far, 0, len(near)) }
func ycbcrToRGB(dst, y, cb, cr []uint8) { ycbcrToRGBGeneric(dst, y, cb, cr) }

func quincunx(dst, near, far []uint8)    { quincunxRange(dst, near, far, 0, len(near)) }
func studioToRGB(dst, y, cb, cr []uint8) { studioToRGBGeneric(dst, y, cb, cr) }
