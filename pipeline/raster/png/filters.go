package png

import "encoding/binary"

// unfilter undoes a row's filter (9.2). The row before it is the one above; dst is src, or
// stands before it in the same buffer.
func unfilter(filter byte, dst, src, before []uint8, bpp int) bool {
	switch filter {
	case 0:
		copy(dst, src)
	case 1:
		sub(dst, src, bpp)
	case 2:
		up(dst, src, before)
	case 3:
		average(dst, src, before, bpp)
	case 4:
		paeth(dst, src, before, bpp)
	default:
		return false
	}
	return true
}

func sub(dst, src []uint8, bpp int) {
	dst, src = dst[:len(src)], src[:]
	copy(dst, src[:bpp])
	if bpp == 1 {
		last := dst[0]
		for i := 1; i < len(src); i++ {
			last += src[i]
			dst[i] = last
		}
		return
	}
	for i := bpp; i < len(src); i++ {
		dst[i] = src[i] + dst[i-bpp]
	}
}

// up adds eight bytes at a time, the highest bit of each apart from the rest.
func up(dst, src, before []uint8) {
	const high = 0x8080808080808080
	for ; len(src) >= 8; dst, src, before = dst[8:], src[8:], before[8:] {
		a, b := binary.LittleEndian.Uint64(src), binary.LittleEndian.Uint64(before)
		binary.LittleEndian.PutUint64(dst, (a&^high+b&^high)^(a^b)&high)
	}
	for i, v := range src {
		dst[i] = v + before[i]
	}
}

func average(dst, src, before []uint8, bpp int) {
	dst, before = dst[:len(src)], before[:len(src)]
	for i := range bpp {
		dst[i] = src[i] + before[i]/2
	}
	for i := bpp; i < len(src); i++ {
		dst[i] = src[i] + uint8((int(dst[i-bpp])+int(before[i]))/2)
	}
}

func paeth(dst, src, before []uint8, bpp int) {
	dst, before = dst[:len(src)], before[:len(src)]
	switch bpp {
	case 1:
		paethOf1(dst, src, before)
		return
	case 3:
		paethOf3(dst, src, before)
		return
	}
	for i := range bpp {
		dst[i] = src[i] + before[i]
	}
	for i := bpp; i < len(src); i++ {
		dst[i] = src[i] + uint8(predict(int(dst[i-bpp]), int(before[i]), int(before[i-bpp])))
	}
}

func paethOf1(dst, src, before []uint8) {
	left, corner := 0, 0
	for i, v := range src {
		above := int(before[i])
		left = int(v+uint8(predict(left, above, corner))) & 0xff
		dst[i], corner = uint8(left), above
	}
}

// paethOf3 has the three colours side by side, which do not wait for each other.
func paethOf3(dst, src, before []uint8) {
	var r, g, b, cr, cg, cb int
	for ; len(src) >= 3; dst, src, before = dst[3:], src[3:], before[3:] {
		ar, ag, ab := int(before[0]), int(before[1]), int(before[2])
		r = int(src[0]+uint8(predict(r, ar, cr))) & 0xff
		g = int(src[1]+uint8(predict(g, ag, cg))) & 0xff
		b = int(src[2]+uint8(predict(b, ab, cb))) & 0xff
		dst[0], dst[1], dst[2] = uint8(r), uint8(g), uint8(b)
		cr, cg, cb = ar, ag, ab
	}
}

// predict returns which of the pixels to the left, above and in the corner between them is
// nearest to left + above - corner, the first of equals.
func predict(left, above, corner int) int {
	p, q := above-corner, left-corner
	toLeft, toAbove, toCorner := max(p, -p), max(q, -q), max(p+q, -p-q)
	if toAbove < toLeft {
		left, toLeft = above, toAbove
	}
	if toCorner < toLeft {
		left = corner
	}
	return left
}
