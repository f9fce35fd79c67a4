package ccitt

import "encoding/binary"

// wide is from how many pixels on a run is copied instead of stored word by word.
const wide = 128

// paint fills row y from the changes of the current line. A run is stored in whole
// words: what is too much the next run overwrites, since rows are painted from left
// to right.
func (d *decoder) paint(y int) {
	row := d.Pix[y*d.Stride:][:d.Visible]
	words := [2]uint64{spread(d.Colors[0]), spread(d.Colors[1])}
	from := 0
	for i, change := range d.current[1:] {
		to, color := max(from, min(int(change), len(row))), i&1
		switch {
		case to-from >= wide:
			copy(row[from:to], d.solid[color])
		case to+16 <= len(row):
			word := words[color]
			binary.LittleEndian.PutUint64(row[from:], word)
			binary.LittleEndian.PutUint64(row[from+8:], word)
			for x := from + 16; x < to; x += 8 {
				binary.LittleEndian.PutUint64(row[x:], word)
			}
		default:
			copy(row[from:to], d.solid[color])
		}
		if from = to; from == len(row) {
			break
		}
	}
}

// spread fills a word with a byte.
func spread(v uint8) uint64 { return uint64(v) * 0x01010101_01010101 }

// blank makes rows white.
func (d *decoder) blank(from, to int) {
	for y := from; y < to; y++ {
		copy(d.Pix[y*d.Stride:][:d.Visible], d.solid[0])
	}
}
