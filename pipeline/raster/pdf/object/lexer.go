package object

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"strconv"
)

// Lexer reads values from bytes.
type Lexer struct {
	data     []byte
	pos      int
	elements int  // that are left to this object
	refs     bool // "1 0 R" is a reference
}

// NewLexer reads a content stream, which has no references.
func NewLexer(data []byte) *Lexer { return &Lexer{data: data} }

// errEnd is the end of an array or a dictionary.
var errEnd = errors.New("a bracket closes what was not opened")

// Next returns the next value or keyword; io.EOF at the end.
func (l *Lexer) Next() (any, error) {
	l.elements = maxElements
	return l.value(0)
}

func isSpace(c byte) bool {
	return c == ' ' || c == '\n' || c == '\r' || c == '\t' || c == '\f' || c == 0
}

func isDelimiter(c byte) bool { return bytes.IndexByte([]byte("()<>[]{}/%"), c) >= 0 }

// space skips white space and comments.
func (l *Lexer) space() {
	for l.pos < len(l.data) {
		switch c := l.data[l.pos]; {
		case isSpace(c):
			l.pos++
		case c == '%':
			for l.pos < len(l.data) && l.data[l.pos] != '\n' && l.data[l.pos] != '\r' {
				l.pos++
			}
		default:
			return
		}
	}
}

// word returns what reaches to the next space or delimiter.
func (l *Lexer) word() []byte {
	start := l.pos
	for l.pos < len(l.data) && !isSpace(l.data[l.pos]) && !isDelimiter(l.data[l.pos]) {
		l.pos++
	}
	return l.data[start:l.pos]
}

func (l *Lexer) value(depth int) (any, error) {
	l.space()
	if l.elements--; l.elements < 0 || depth > maxDepth {
		return nil, fmt.Errorf("%w: an object of too many parts", ErrTooMuch)
	}
	rest := l.data[l.pos:]
	switch {
	case len(rest) == 0:
		return nil, io.EOF
	case rest[0] == '/':
		l.pos++
		return name(l.word())
	case rest[0] == '(':
		return l.literal()
	case bytes.HasPrefix(rest, []byte("<<")):
		l.pos += 2
		return l.dict(depth)
	case rest[0] == '<':
		return l.hex()
	case rest[0] == '[':
		l.pos++
		return l.array(depth)
	case rest[0] == ']':
		l.pos++
		return nil, errEnd
	case bytes.HasPrefix(rest, []byte(">>")):
		l.pos += 2
		return nil, errEnd
	case isDelimiter(rest[0]):
		return nil, fmt.Errorf("%q is out of place", rest[0])
	}
	return l.bare()
}

// bare reads a number, a reference or a keyword.
func (l *Lexer) bare() (any, error) {
	w := l.word()
	switch string(w) {
	case "true":
		return true, nil
	case "false":
		return false, nil
	case "null":
		return nil, nil
	}
	if c := w[0]; c != '+' && c != '-' && c != '.' && (c < '0' || c > '9') {
		return Keyword(w), nil
	}
	v, err := number(w)
	if n, whole := v.(int); whole && l.refs && n > 0 {
		if r, ok := l.reference(n); ok {
			return r, nil
		}
	}
	return v, err
}

// The digits that a number may have: more than an int of a file needs, and than a double
// is written with.
const (
	maxDigits     = 15
	maxRealDigits = 40
)

// number reads digits with at most a sign and a point: other spellings are taken
// differently by different readers.
func number(w []byte) (any, error) {
	digits, point := 0, false
	for i, c := range w {
		switch {
		case c >= '0' && c <= '9':
			digits++
		case c == '.' && !point:
			point = true
		case (c == '-' || c == '+') && i == 0:
		default:
			return nil, fmt.Errorf("%.20q is no number", w)
		}
	}
	if digits == 0 || digits > maxRealDigits || digits > maxDigits && !point {
		return nil, fmt.Errorf("%.20q is no number", w)
	}
	if !point {
		return strconv.Atoi(string(w))
	}
	return strconv.ParseFloat(string(w), 64)
}

// reference reads the rest of a reference, if it is one.
func (l *Lexer) reference(n int) (Ref, bool) {
	ahead := *l
	ahead.space()
	generation, err := strconv.ParseUint(string(ahead.word()), 10, 16)
	if err != nil {
		return Ref{}, false
	}
	ahead.space()
	if string(ahead.word()) != "R" {
		return Ref{}, false
	}
	l.pos = ahead.pos
	return Ref{n, int(generation)}, true
}

func (l *Lexer) array(depth int) (Array, error) {
	a := Array{}
	for {
		v, err := l.value(depth + 1)
		if err == errEnd && l.data[l.pos-1] == ']' {
			return a, nil
		}
		if err != nil {
			return nil, unexpected(err)
		}
		if _, bare := v.(Keyword); bare {
			return nil, fmt.Errorf("%q in an array", v)
		}
		a = append(a, v)
	}
}

func (l *Lexer) dict(depth int) (Dict, error) {
	d := Dict{}
	for {
		k, err := l.value(depth + 1)
		if err == errEnd && l.data[l.pos-1] == '>' {
			return d, nil
		}
		if err != nil {
			return nil, unexpected(err)
		}
		key, ok := k.(Name)
		if _, double := d[key]; !ok || double {
			return nil, fmt.Errorf("%v is no key, or is there twice", k)
		}
		v, err := l.value(depth + 1)
		if err != nil {
			return nil, unexpected(err)
		}
		if _, bare := v.(Keyword); bare {
			return nil, fmt.Errorf("%q in a dictionary", v)
		}
		d[key] = v
	}
}

func unexpected(err error) error {
	if err == io.EOF {
		return io.ErrUnexpectedEOF
	}
	return err
}
