package tiff

import "encoding/binary"

// packBitsRoom is what the longest run or literal takes when it is written in whole
// words.
const packBitsRoom = 128 + 8

// packBits decodes Apple's run-length scheme (TIFF 6.0, section 9). Away from the
// ends of both it moves whole words; what is too much is overwritten.
func packBits(dst, src []byte) error {
	at := 0
	for len(dst)-at >= packBitsRoom && len(src) >= packBitsRoom+1 {
		switch n := int(int8(src[0])); {
		case n >= 0:
			out, in := dst[at:at+packBitsRoom], src[1:1+packBitsRoom]
			for i := 0; i <= n; i += 8 {
				binary.LittleEndian.PutUint64(out[i:], binary.LittleEndian.Uint64(in[i:]))
			}
			at += n + 1
			src = src[n+2:]
		case n == -128: // no operation
			src = src[1:]
		default:
			out, word := dst[at:at+packBitsRoom], uint64(src[1])*0x01010101_01010101
			for i := 0; i < 1-n; i += 8 {
				binary.LittleEndian.PutUint64(out[i:], word)
			}
			at += 1 - n
			src = src[2:]
		}
	}
	if n := packBitsEnd(dst[at:], src); at+n < len(dst) {
		return short(at+n, len(dst))
	}
	return nil
}

// packBitsEnd decodes byte by byte and returns how many it wrote.
func packBitsEnd(dst, src []byte) (at int) {
	for at < len(dst) && len(src) >= 2 {
		switch n := int(int8(src[0])); {
		case n == -128:
			src = src[1:]
		case n >= 0:
			at += copy(dst[at:], src[1:min(n+2, len(src))])
			src = src[min(n+2, len(src)):]
		default:
			run := dst[at:min(at+1-n, len(dst))]
			for i := range run {
				run[i] = src[1]
			}
			at += len(run)
			src = src[2:]
		}
	}
	return at
}
