package object

import (
	"bytes"
	"errors"
	"fmt"
)

// tail is how much of a file's end is searched for its last "startxref".
const tail = 1024

// Open reads a file's cross-reference sections, the newest first (7.5.4–7.5.8).
func Open(data []byte) (*File, error) {
	if !bytes.HasPrefix(data, []byte("%PDF-")) {
		return nil, errors.New("the file does not begin with its header")
	}
	start := max(0, len(data)-tail)
	at := bytes.LastIndex(data[start:], []byte("startxref"))
	if at < 0 {
		return nil, errors.New("the file does not say where its objects are")
	}
	l := &Lexer{data: data, pos: start + at + len("startxref")}
	v, err := l.Next()
	next, ok := v.(int)
	if err != nil || !ok {
		return nil, errors.New("the file does not say where its objects are")
	}
	f := &File{data: data, budget: maxStructure}
	seen := map[int]bool{}
	for more := true; more; {
		if seen[next] || len(seen) > maxSections {
			return nil, errors.New("the cross-reference sections lead in a circle")
		}
		seen[next] = true
		if next, more, err = f.section(next); err != nil {
			return nil, err
		}
	}
	return f, nil
}

// section reads a section and returns where the one before it is.
func (f *File) section(at int) (previous int, more bool, err error) {
	if at <= 0 || at >= len(f.data) {
		return 0, false, errors.New("a cross-reference section lies beyond the file")
	}
	var trailer Dict
	l := &Lexer{data: f.data, pos: at, refs: true}
	l.space()
	if bytes.HasPrefix(f.data[l.pos:], []byte("xref")) {
		l.pos += len("xref")
		trailer, err = f.table(l)
	} else {
		trailer, err = f.crossReferences(at)
	}
	if err != nil {
		return 0, false, err
	}
	if _, encrypted := trailer["Encrypt"]; encrypted {
		return 0, false, errors.New("the file is encrypted")
	}
	if f.Trailer == nil {
		f.Trailer = trailer
	}
	v, more := trailer["Prev"]
	previous, ok := v.(int)
	if more && !ok {
		return 0, false, errors.New("a cross-reference section has no place")
	}
	return previous, more, nil
}

// enter notes where an object is, unless a newer section has said so.
func (f *File) enter(number int, e entry) error {
	if number >= maxObjects {
		return fmt.Errorf("%w: objects", ErrTooMuch)
	}
	if number >= len(f.entries) {
		f.entries = append(f.entries, make([]entry, number+1-len(f.entries))...)
	}
	if f.entries[number].kind == unknown {
		f.entries[number] = e
	}
	return nil
}
