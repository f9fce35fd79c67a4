package inflate

import "encoding/binary"

// decode decodes symbols of a block up to at least as many bytes.
func (s *Stream) decode(upTo int) error {
	in, out := s.in, s.out
	pos, acc, n, at := s.pos, s.acc, s.n, s.at
	end := len(in) - inSlack + 8
	wrong := ""
next:
	for at < upTo && pos <= end {
		acc |= binary.LittleEndian.Uint64(in[pos:]) << (n & 63)
		pos += int(63-n) >> 3
		n |= 56
		e := s.lit.first[acc&(1<<primaryBits-1)]
		for {
			if e&literal == 0 && e&exceptional != 0 {
				e = s.lit.lookup(acc) // of a long code
			}
			if e&literal == 0 {
				break
			}
			out[at] = uint8(e >> 16)
			at++
			acc >>= e & 15
			n -= uint(e & 15)
			if n < 48 { // what a length and a distance have at most
				continue next
			}
			e = s.lit.first[acc&(1<<primaryBits-1)]
		}
		if e&endOfBlock != 0 && e&exceptional != 0 {
			acc >>= e & 15
			n -= uint(e & 15)
			s.endBlock()
			break
		}
		if e&exceptional != 0 {
			wrong = "an unused code"
			break
		}
		length := int(e>>16) + int(acc&(1<<(e&31)-1)>>(e>>8&15))
		acc >>= e & 31
		n -= uint(e & 31)
		e = s.dist.lookup(acc)
		if e&exceptional != 0 {
			wrong = "an unused distance"
			break
		}
		distance := int(e>>16) + int(acc&(1<<(e&31)-1)>>(e>>8&15))
		acc >>= e & 31
		n -= uint(e & 31)
		if distance > at {
			wrong = "a distance to before the start"
			break
		}
		repeat(out, at, distance, length)
		at += length
	}
	s.pos, s.acc, s.n, s.at = pos, acc, n, at
	if wrong != "" && at < s.size { // literals up to the size may have come before it
		return corrupt(wrong)
	}
	return nil
}

// repeat copies what stands at a distance before; up to 15 bytes behind it are
// overwritten, too.
func repeat(out []uint8, at, distance, length int) {
	switch {
	case distance >= 16:
		for dst, src := out[at:at+length+16], out[at-distance:]; ; dst, src = dst[16:], src[16:] {
			a, b := binary.LittleEndian.Uint64(src), binary.LittleEndian.Uint64(src[8:])
			binary.LittleEndian.PutUint64(dst, a)
			binary.LittleEndian.PutUint64(dst[8:], b)
			if len(dst) <= 32 {
				return
			}
		}
	case distance >= 8:
		for dst, src := out[at:at+length+8], out[at-distance:]; len(dst) > 8; dst, src = dst[8:], src[8:] {
			binary.LittleEndian.PutUint64(dst, binary.LittleEndian.Uint64(src))
		}
	case distance == 1:
		word := uint64(out[at-1]) * 0x0101010101010101
		for dst := out[at : at+length+8]; len(dst) > 8; dst = dst[8:] {
			binary.LittleEndian.PutUint64(dst, word)
		}
	default:
		for dst, src := out[at:at+length], out[at-distance:]; len(dst) > 0; dst, src = dst[1:], src[1:] {
			dst[0] = src[0]
		}
	}
}
