package object

import (
	"bytes"
	"errors"
	"fmt"
)

// File is a file whose cross-reference sections have been read. It serves one goroutine
// at a time.
type File struct {
	Trailer Dict // of the newest section
	data    []byte
	entries []entry        // by object number
	packed  map[int]packed // object streams that were unpacked, by number
	held    int            // their bytes
	budget  int            // bytes that structure may still be unpacked to
}

// kind says where an object is.
type kind uint8

const (
	unknown  kind = iota
	free          // it is not there
	plain         // at an offset
	inStream      // in an object stream
)

// entry is where an object is: at an offset, or in an object stream at an index.
type entry struct {
	at   int64 // or the number of the stream
	more int32 // the generation, or the index
	kind kind
}

// packed is an object stream that has been unpacked.
type packed struct {
	data    []byte
	numbers []int // of its objects
	offsets []int
}

var errReference = errors.New("a reference leads nowhere")

// Resolve follows a reference; other values it returns as they are. What a file does not
// have is nil.
func (f *File) Resolve(v any) (any, error) {
	r, ok := v.(Ref)
	if !ok {
		return v, nil
	}
	v, err := f.object(r)
	if _, chained := v.(Ref); err == nil && chained {
		err = errReference
	}
	return v, err
}

func (f *File) object(r Ref) (any, error) {
	if r.Number >= len(f.entries) {
		return nil, nil
	}
	switch e := f.entries[r.Number]; {
	case e.kind == plain && int(e.more) == r.Generation:
		v, _, err := f.plain(r, int(e.at))
		return v, err
	case e.kind == plain || e.kind == inStream && r.Generation != 0:
		return nil, errReference
	case e.kind == inStream:
		return f.unpacked(r.Number, int(e.at), int(e.more))
	}
	return nil, nil
}

// plain reads an object at an offset, which must be this one, and returns where it ends.
func (f *File) plain(r Ref, at int) (any, int, error) {
	if at < 0 || at >= len(f.data) {
		return nil, 0, errReference
	}
	l := &Lexer{data: f.data, pos: at, elements: maxElements, refs: true}
	head := make([]any, 3)
	for i := range head {
		var err error
		if head[i], err = l.value(0); err != nil {
			return nil, 0, unexpected(err)
		}
	}
	if head[0] != r.Number || head[1] != r.Generation || head[2] != Keyword("obj") {
		return nil, 0, fmt.Errorf("there is no object %d where it should be", r.Number)
	}
	v, err := l.value(0)
	if err != nil {
		return nil, 0, unexpected(err)
	}
	l.space()
	switch d, isDict := v.(Dict); {
	case isDict && bytes.HasPrefix(l.data[l.pos:], []byte("stream")):
		l.pos += len("stream")
		return f.stream(l, d)
	case bytes.HasPrefix(l.data[l.pos:], []byte("endobj")):
		return v, l.pos, nil
	}
	return nil, 0, fmt.Errorf("object %d has no end", r.Number)
}

// stream reads what follows the keyword. Its length must be right.
func (f *File) stream(l *Lexer, d Dict) (any, int, error) {
	rest := l.data[l.pos:]
	switch {
	case bytes.HasPrefix(rest, []byte("\r\n")):
		rest = rest[2:]
	case bytes.HasPrefix(rest, []byte("\n")):
		rest = rest[1:]
	default:
		return nil, 0, errors.New("a stream begins without the end of a line")
	}
	n, err := f.length(d["Length"])
	if err != nil {
		return nil, 0, err
	}
	if n < 0 || n > len(rest) {
		return nil, 0, errors.New("a stream is longer than the file")
	}
	end := bytes.TrimLeft(rest[n:min(len(rest), n+len("\r\nendstream"))], "\r\n")
	if !bytes.HasPrefix(end, []byte("endstream")) {
		return nil, 0, errors.New("a stream's length is wrong")
	}
	if _, external := d["F"]; external {
		return nil, 0, errors.New("a stream is in another file")
	}
	return &Stream{d, rest[:n:n]}, len(l.data) - len(rest) + n, nil
}

// length returns a stream's length, which may stand in an object of its own, but not in
// one that has to be unpacked: that could lead in a circle.
func (f *File) length(v any) (int, error) {
	if r, ok := v.(Ref); ok {
		if r.Number >= len(f.entries) || f.entries[r.Number].kind != plain {
			return 0, errors.New("a stream's length is not to be had")
		}
		l := &Lexer{data: f.data, pos: int(f.entries[r.Number].at), elements: maxElements}
		for i, want := range []any{r.Number, r.Generation, Keyword("obj")} {
			if v, err := l.value(0); err != nil || v != want {
				return 0, fmt.Errorf("a stream's length is not where it should be (%d)", i)
			}
		}
		var err error
		if v, err = l.value(0); err != nil {
			return 0, unexpected(err)
		}
	}
	n, ok := v.(int)
	if !ok {
		return 0, errors.New("a stream has no length")
	}
	return n, nil
}

// unpacked reads an object from an object stream (7.5.7).
func (f *File) unpacked(number, stream, index int) (any, error) {
	p, ok := f.packed[stream]
	if !ok {
		var err error
		if p, err = f.unpack(stream); err != nil {
			return nil, err
		}
		if f.held += len(p.data); f.packed == nil || f.held > maxHeld {
			f.packed, f.held = map[int]packed{}, len(p.data)
		}
		f.packed[stream] = p
	}
	if index >= len(p.numbers) || p.numbers[index] != number {
		return nil, fmt.Errorf("object %d is not in its stream", number)
	}
	l := &Lexer{data: p.data, pos: p.offsets[index], elements: maxElements, refs: true}
	v, err := l.value(0)
	return v, unexpected(err)
}

func (f *File) unpack(number int) (p packed, err error) {
	if number <= 0 || number >= len(f.entries) || f.entries[number].kind != plain {
		return p, errReference
	}
	s, err := Get[*Stream](f, Ref{number, int(f.entries[number].more)})
	if err != nil {
		return p, err
	}
	if s.Dict["Type"] != Name("ObjStm") {
		return p, errors.New("an object stream is something else")
	}
	count, ok := s.Dict["N"].(int)
	first, also := s.Dict["First"].(int)
	if !ok || !also || count < 0 || first < 0 || count > maxElements {
		return p, errors.New("an object stream has no head")
	}
	if p.data, err = f.structure(s); err != nil {
		return p, err
	}
	l := &Lexer{data: p.data[:min(first, len(p.data))]}
	for range count {
		number, err1 := l.Next()
		offset, err2 := l.Next()
		n, ok := number.(int)
		at, also := offset.(int)
		if err1 != nil || err2 != nil || !ok || !also || at < 0 || first+at >= len(p.data) {
			return p, errors.New("an object stream's head is broken")
		}
		p.numbers, p.offsets = append(p.numbers, n), append(p.offsets, first+at)
	}
	return p, nil
}

// structure unpacks a stream at the expense of the file's budget.
func (f *File) structure(s *Stream) ([]byte, error) {
	chain, err := f.Filters(s.Dict)
	if err != nil {
		return nil, err
	}
	data, err := chain.Unpack(s.Raw, f.budget)
	f.budget -= len(data)
	return data, err
}
