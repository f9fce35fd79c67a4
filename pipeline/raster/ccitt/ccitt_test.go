package ccitt

import (
	"bytes"
	"context"
	"strings"
	"testing"
)

// TestCodesArePrefixFree checks the tables against themselves: no code begins
// another of its colour, and every run length up to 2560 can be written.
func TestCodesArePrefixFree(t *testing.T) {
	for name, table := range map[string][]code{"white": whiteCodes, "black": blackCodes} {
		all := append(append([]code(nil), table...), sharedCodes...)
		if len(all) != 64+27+13 {
			t.Errorf("%s has %d codes", name, len(all))
		}
		for i, a := range all {
			for j, b := range all {
				if i != j && strings.HasPrefix(b.bits, a.bits) {
					t.Errorf("%s: the code of %d begins that of %d", name, a.run, b.run)
				}
			}
		}
	}
}

// encode writes bits given as text into bytes.
func encode(text string) []byte {
	text = strings.ReplaceAll(text, " ", "")
	out := make([]byte, (len(text)+7)/8)
	for i, c := range text {
		if c == '1' {
			out[i/8] |= 0x80 >> (i % 8)
		}
	}
	return out
}

// decode returns rows of (width+7)/8 bytes, 1 for black.
func decode(data []byte, width, height int, mode Mode) ([]byte, error) {
	pix := make([]uint8, width*height)
	err := Decode(context.Background(), data, Image{
		Mode: mode, Width: width, Height: height, Colors: [2]uint8{0, 1}, Pix: pix, Stride: width, Visible: width,
	})
	stride := (width + 7) / 8
	rows := make([]byte, stride*height)
	for i, v := range pix {
		x, y := i%width, i/width
		rows[y*stride+x/8] |= v << (7 - x%8)
	}
	return rows, err
}

// The lines are written by hand from the tables of T.4 and T.6.
func TestDecode(t *testing.T) {
	const end = "000000000001"
	for _, c := range []struct {
		name          string
		bits          string
		width, height int
		mode          Mode
		want          []byte
	}{
		{"white 2, black 3, white 3", "0111 10 1000", 8, 1, RLE, []byte{0b00111000}},
		{"black first", "00110101 000101", 8, 1, RLE, []byte{0xff}},
		{"lines on bytes", "0111 10 1000 000000 0111 10 1000", 8, 2, RLE, []byte{0x38, 0x38}},
		{"make-up", "11011 0111 0000001111 0000110111", 130, 1, RLE, nil},
		{"group 3", end + "0111 10 1000" + end + "10011", 8, 2, Group3, []byte{0x38, 0}},
		{"group 3 damaged", end + "0111 10 1000" + end + "0111 0000000011" + end + "10011", 8, 3, Group3, []byte{0x38, 0, 0}},
		{"group 3 2-D", end + "1 0111 10 1000" + end + "0 1 1 1", 8, 2, Group32D, []byte{0x38, 0x38}},
		{"lines on even bytes", "0111 10 1000 000000 0111 10 1000", 8, 2, RLEWords, []byte{0x38, 0x38}},
		{"fill bits", "0000" + end + "0111 10 1000 0000000" + end + "10011", 8, 2, Group3, []byte{0x38, 0}},
		{"group 3 without line ends", "0111 10 1000 0111 10 1000", 8, 2, Group3, []byte{0x38, 0x38}},
		{"group 3 cut short", end + "0111 10 1000", 8, 3, Group3, []byte{0x38, 0, 0}},
		{"group 3 ended", end + "0111 10 1000" + end + end + end + end + end + end, 8, 4, Group3, []byte{0x38, 0, 0, 0}},
		{"group 3 2-D ended", end + "1 0111 10 1000" + end + "1" + end + "1" + end + "1", 8, 5, Group32D, []byte{0x38, 0, 0, 0, 0}},
		{"group 4 ended", "001 0111 10 1" + end + end, 8, 3, Group4, []byte{0x38, 0, 0}},
		{"group 4 cut short", "001 0111 10 1 1", 8, 3, Group4, nil},
		{"group 4 vertical", "001 0111 10 1  011 010 1", 8, 2, Group4, []byte{0x38, 0x10}},
		{"group 4 pass", "001 0111 10 1  0001 1", 8, 2, Group4, []byte{0x38, 0}},
	} {
		got, err := decode(encode(c.bits), c.width, c.height, c.mode)
		if err != nil {
			t.Errorf("decode %s: %v", c.name, err)
		} else if c.want != nil && string(got) != string(c.want) {
			t.Errorf("decode %s: %08b, want %08b", c.name, got, c.want)
		}
	}
}

func TestDecodeRefuses(t *testing.T) {
	for name, c := range map[string]struct {
		bits string
		mode Mode
	}{
		"nothing": {"", Group4}, "nothing but an end": {"000000000001 000000000001", Group4}, "no run": {"", RLE},
		"no line": {"", Group3}, "no tagged line": {"", Group32D},
	} {
		if got, err := decode(encode(c.bits), 8, 1, c.mode); err == nil {
			t.Errorf("decode %s: %08b, want an error", name, got)
		}
	}
}

// FuzzDecode compares with the careful decoder alone, which takes any data.
func FuzzDecode(f *testing.F) {
	f.Add(encode("001 0111 10 1  011 010 1"), uint16(8), uint8(Group4))
	f.Add(encode("000000000001 1 0111 10 1000 000000000001 0 1 1 1"), uint16(8), uint8(Group32D))
	f.Add([]byte("\x00\x10\x01\xff"), uint16(1000), uint8(Group3))
	f.Add(bytes.Repeat([]byte("\x9b\x35\x5a\xc1\x27"), 20), uint16(50), uint8(Group4))
	f.Add(bytes.Repeat([]byte("\x9b\x35\x5a\xc1\x27"), 20), uint16(50), uint8(RLE))
	f.Fuzz(func(t *testing.T, data []byte, width uint16, mode uint8) {
		const height = 20
		m := Image{Mode: Mode(mode % 5), Width: int(width) + 1, Height: height, Colors: [2]uint8{1, 2}}
		m.Stride, m.Visible = m.Width, m.Width
		m.Pix = make([]uint8, m.Width*height)
		err := Decode(t.Context(), data, m)
		got := m.Pix
		m.Pix = make([]uint8, m.Width*height)
		slow := newDecoder(data, m)
		slow.onlyCareful = true
		if other := slow.decode(t.Context()); (err == nil) != (other == nil) || err == nil && !bytes.Equal(got, m.Pix) {
			t.Errorf("%v; carefully: %v, equal %v", err, other, bytes.Equal(got, m.Pix))
		}
		if err == nil && bytes.IndexByte(got, 0) >= 0 {
			t.Error("a pixel was left out")
		}
	})
}

func TestLostLines(t *testing.T) {
	const end = "000000000001"
	for bits, want := range map[string]bool{
		"001 0111 10 1 1 1 1 1 1 1 1 1 1":     true,  // four lines
		"001 0111 10 1" + end + end:           true,  // the page ends after its first line
		"001 0111 10 1":                       false, // it just ends there
		"001 0111 10 1 1 1 1 001 0111 000011": false, // or in its third
	} {
		m := Image{Mode: Group4, Width: 8, Height: 4, Pix: make([]uint8, 32), Stride: 8, Visible: 8}
		lost := 0
		m.Lost = &lost
		if err := Decode(t.Context(), encode(bits), m); err != nil || lost == 0 != want {
			t.Errorf("%s: %d lines are lost, %v; want none: %v", bits, lost, err, want)
		}
	}
}
