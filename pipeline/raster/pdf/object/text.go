package object

import (
	"bytes"
	"errors"
	"fmt"
	"io"
)

// name undoes the escapes of a name (7.3.5).
func name(w []byte) (Name, error) {
	if bytes.IndexByte(w, '#') < 0 {
		return Name(w), nil
	}
	var out []byte
	for i := 0; i < len(w); i++ {
		c := w[i]
		if c == '#' {
			if i+2 >= len(w) {
				return "", fmt.Errorf("the name %.40q ends in an escape", w)
			}
			high, low := digit(w[i+1]), digit(w[i+2])
			if high < 0 || low < 0 {
				return "", fmt.Errorf("the name %.40q has a broken escape", w)
			}
			c = byte(high<<4 | low)
			i += 2
		}
		out = append(out, c)
	}
	return Name(out), nil
}

// digit returns the value of a hexadecimal digit, or -1.
func digit(c byte) int {
	switch {
	case c >= '0' && c <= '9':
		return int(c - '0')
	case c >= 'a' && c <= 'f':
		return int(c-'a') + 10
	case c >= 'A' && c <= 'F':
		return int(c-'A') + 10
	}
	return -1
}

// hex reads a string in hexadecimal digits (7.3.4.3).
func (l *Lexer) hex() (String, error) {
	end := bytes.IndexByte(l.data[l.pos:], '>')
	if end < 0 {
		return nil, io.ErrUnexpectedEOF
	}
	out, err := unhex(l.data[l.pos+1 : l.pos+end])
	l.pos += end + 1
	return out, err
}

func unhex(data []byte) ([]byte, error) {
	out := make([]byte, 0, len(data)/2+1)
	half := -1
	for _, c := range data {
		d := digit(c)
		switch {
		case isSpace(c):
		case d < 0:
			return nil, fmt.Errorf("%q is no hexadecimal digit", c)
		case half < 0:
			half = d
		default:
			out = append(out, byte(half<<4|d))
			half = -1
		}
	}
	if half >= 0 {
		out = append(out, byte(half<<4))
	}
	return out, nil
}

var errString = errors.New("a string has no end")

// literal reads a string in parentheses (7.3.4.2).
func (l *Lexer) literal() (String, error) {
	l.pos++
	out := String{}
	for open := 1; l.pos < len(l.data); {
		c := l.data[l.pos]
		l.pos++
		switch c {
		case '(':
			open++
		case ')':
			if open--; open == 0 {
				return out, nil
			}
		case '\\':
			out = l.escape(out)
			continue
		case '\r': // every end of a line is one
			if l.pos < len(l.data) && l.data[l.pos] == '\n' {
				l.pos++
			}
			c = '\n'
		}
		out = append(out, c)
	}
	return nil, errString
}

// escape appends what a backslash and what follows it stand for.
func (l *Lexer) escape(out String) String {
	if l.pos >= len(l.data) {
		return out
	}
	c := l.data[l.pos]
	l.pos++
	if i := bytes.IndexByte([]byte("nrtbf"), c); i >= 0 {
		return append(out, "\n\r\t\b\f"[i])
	}
	switch {
	case c == '\r' && l.pos < len(l.data) && l.data[l.pos] == '\n':
		l.pos++
		return out
	case c == '\r' || c == '\n':
		return out
	case c >= '0' && c <= '7':
		code := int(c - '0')
		for n := 0; n < 2 && l.pos < len(l.data) && l.data[l.pos] >= '0' && l.data[l.pos] <= '7'; n++ {
			code = code<<3 | int(l.data[l.pos]-'0')
			l.pos++
		}
		return append(out, byte(code))
	}
	return append(out, c)
}
