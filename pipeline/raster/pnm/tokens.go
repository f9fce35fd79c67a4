package pnm

import (
	"bytes"
	"fmt"
	"io"
)

// tokens reads numbers written in decimal, with white space between them and comments
// from # to the end of the line, which count as white space.
type tokens struct{ data []byte }

func isSpace(c byte) bool { return c == ' ' || '\t' <= c && c <= '\r' }

// skip passes over white space and comments; what follows is not empty.
func (t *tokens) skip() error {
	for len(t.data) > 0 {
		switch c := t.data[0]; {
		case c == '#':
			t.comment()
		case isSpace(c):
			t.data = t.data[1:]
		default:
			return nil
		}
	}
	return io.ErrUnexpectedEOF
}

// comment passes over a comment and the end of its line.
func (t *tokens) comment() {
	if end := bytes.IndexAny(t.data, "\r\n"); end >= 0 {
		t.data = t.data[end+1:]
	} else {
		t.data = nil
	}
}

// number reads the next number, which is at most most, and the one white space or the
// comment behind it.
func (t *tokens) number(most int) (int, error) {
	if err := t.skip(); err != nil {
		return 0, err
	}
	v, n := 0, 0
	for ; n < len(t.data) && '0' <= t.data[n] && t.data[n] <= '9'; n++ {
		if v = 10*v + int(t.data[n]-'0'); v > most {
			return 0, fmt.Errorf("a number is above %d", most)
		}
	}
	if t.data = t.data[n:]; len(t.data) == 0 {
		return v, nil
	}
	switch c := t.data[0]; {
	case c == '#' && n > 0:
		t.comment()
	case isSpace(c) && n > 0:
		t.data = t.data[1:]
	default:
		return 0, fmt.Errorf("%q stands where a number should", c)
	}
	return v, nil
}

func (t *tokens) values(row, table []uint8, most int) error {
	for i := range row {
		v, err := t.number(most)
		if err != nil {
			return err
		}
		row[i] = table[v]
	}
	return nil
}

// bits reads a bitmap's pixels, which need no space between them; 1 is black.
func (t *tokens) bits(row []uint8) error {
	for i := range row {
		if err := t.skip(); err != nil {
			return err
		}
		c := t.data[0]
		if c != '0' && c != '1' {
			return fmt.Errorf("%q stands where 0 or 1 should", c)
		}
		row[i] = c - '1'
		t.data = t.data[1:]
	}
	return nil
}
