package tiff

import "errors"

// thunderScan decodes rows of 4-bit samples from ThunderScan's bytes, whose upper
// two bits say what the lower six are: a run of the last sample, three differences
// of two bits, two of three bits, or a sample (libtiff, tif_thunder.c). The sample
// before each row is 0.
func thunderScan(dst, src []byte, width, stride int) error {
	for ; len(dst) >= stride && stride > 0; dst = dst[stride:] {
		t := thunder{row: dst[:stride], width: width}
		for t.x < width {
			if len(src) == 0 {
				return errors.New("the data ends too early")
			}
			t.code(src[0])
			src = src[1:]
		}
		if t.x > width {
			return errors.New("a row is longer than the others")
		}
	}
	return nil
}

// thunder is a row with x samples so far.
type thunder struct {
	row      []byte
	x, width int
	last     byte
}

func (t *thunder) put(v int) {
	t.last = byte(v) & 15
	if t.x < t.width {
		t.row[t.x/2] |= t.last << (4 * (1 - t.x&1))
		t.x++
	}
}

// The differences; the code between up and down says that there is none.
var (
	thunderTwo   = [4]int{0, 1, 0, -1}
	thunderThree = [8]int{0, 1, 2, 3, 0, -3, -2, -1}
)

func (t *thunder) code(b byte) {
	v := int(b & 63)
	switch b >> 6 {
	case 0:
		if t.x+v > t.width {
			t.x = t.width + 1
		}
		for range v {
			t.put(int(t.last))
		}
	case 1:
		for shift := 4; shift >= 0; shift -= 2 {
			if d := v >> shift & 3; d != 2 {
				t.put(int(t.last) + thunderTwo[d])
			}
		}
	case 2:
		for shift := 3; shift >= 0; shift -= 3 {
			if d := v >> shift & 7; d != 4 {
				t.put(int(t.last) + thunderThree[d])
			}
		}
	default:
		t.put(v)
	}
}
