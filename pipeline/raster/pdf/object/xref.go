package object

import (
	"bytes"
	"errors"
	"fmt"
	"strconv"
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
	if bytes.HasPrefix(f.data[at:], []byte("xref")) {
		trailer, err = f.table(at)
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

// record is the length of an entry in a table.
const record = 20

// table reads a cross-reference table and its trailer. What a table calls free may be in
// the stream that a hybrid file has besides (7.5.8.4).
func (f *File) table(at int) (Dict, error) {
	l := &Lexer{data: f.data, pos: at + len("xref"), refs: true}
	var freed []int
	for {
		v, err := l.Next()
		if err != nil {
			return nil, unexpected(err)
		}
		if v == Keyword("trailer") {
			break
		}
		first, ok := v.(int)
		w, err := l.Next()
		count, also := w.(int)
		if err != nil || !ok || !also || first < 0 || count < 0 || count > maxObjects {
			return nil, errors.New("a cross-reference table is broken")
		}
		l.space()
		if count > (len(f.data)-l.pos)/record {
			return nil, errors.New("a cross-reference table is cut short")
		}
		for i := range count {
			e, err := tableEntry(f.data[l.pos:][:record])
			if err != nil {
				return nil, err
			}
			l.pos += record
			if e.kind == free {
				freed = append(freed, first+i)
			} else if err := f.enter(first+i, e); err != nil {
				return nil, err
			}
		}
	}
	trailer, err := l.trailer()
	if err != nil {
		return nil, err
	}
	if v, hybrid := trailer["XRefStm"]; hybrid {
		at, _ := v.(int)
		if _, err := f.crossReferences(at); err != nil {
			return nil, err
		}
	}
	for _, number := range freed {
		if err := f.enter(number, entry{kind: free}); err != nil {
			return nil, err
		}
	}
	return trailer, nil
}

func (l *Lexer) trailer() (Dict, error) {
	v, err := l.Next()
	d, ok := v.(Dict)
	if err == nil && !ok {
		err = errors.New("the trailer is no dictionary")
	}
	return d, unexpected(err)
}

// tableEntry reads "nnnnnnnnnn ggggg n" and the end of a line.
func tableEntry(r []byte) (e entry, err error) {
	at, err1 := strconv.ParseUint(string(r[:10]), 10, 40)
	generation, err2 := strconv.ParseUint(string(r[11:16]), 10, 17)
	if err1 != nil || err2 != nil || r[10] != ' ' || r[16] != ' ' || !isSpace(r[18]) || !isSpace(r[19]) {
		return e, errors.New("an entry of a cross-reference table is broken")
	}
	switch r[17] {
	case 'n':
		return entry{int64(at), int32(generation), plain}, nil
	case 'f':
		return entry{kind: free}, nil
	}
	return e, errors.New("an entry of a cross-reference table is broken")
}

// crossReferences reads a cross-reference stream (7.5.8) and returns its dictionary.
func (f *File) crossReferences(at int) (Dict, error) {
	if at <= 0 || at >= len(f.data) {
		return nil, errors.New("a cross-reference stream lies beyond the file")
	}
	l := &Lexer{data: f.data, pos: at}
	number, err1 := l.Next()
	generation, err2 := l.Next()
	n, ok := number.(int)
	g, also := generation.(int)
	if err1 != nil || err2 != nil || !ok || !also {
		return nil, errors.New("there is no cross-reference stream where it should be")
	}
	v, _, err := f.plain(Ref{n, g}, at)
	if err != nil {
		return nil, err
	}
	s, ok := v.(*Stream)
	if !ok || s.Dict["Type"] != Name("XRef") {
		return nil, errors.New("a cross-reference stream is something else")
	}
	data, err := f.structure(s)
	if err != nil {
		return nil, err
	}
	return s.Dict, f.enterAll(s.Dict, data)
}

// enterAll reads the entries of a cross-reference stream.
func (f *File) enterAll(d Dict, data []byte) error {
	widths, ok := ints(d["W"], 3)
	size, also := d["Size"].(int)
	if !ok || !also || widths[0] > 1 || widths[1] > 5 || widths[2] > 3 {
		return errors.New("a cross-reference stream has no form that is read")
	}
	index, ok := ints(d["Index"], -1)
	if d["Index"] == nil {
		index, ok = []int{0, size}, true
	}
	if !ok || len(index)%2 != 0 {
		return errors.New("a cross-reference stream's index is broken")
	}
	take := func(width, otherwise int) (v int) {
		if width == 0 {
			return otherwise
		}
		for _, c := range data[:width] {
			v = v<<8 | int(c)
		}
		data = data[width:]
		return v
	}
	each := widths[0] + widths[1] + widths[2]
	for ; len(index) > 0; index = index[2:] {
		for i := range index[1] {
			if len(data) < each || each == 0 {
				return errors.New("a cross-reference stream is cut short")
			}
			of, at, more := take(widths[0], 1), take(widths[1], 0), take(widths[2], 0)
			if of > 2 {
				return errors.New("a cross-reference stream has an unknown entry")
			}
			if err := f.enter(index[0]+i, entry{int64(at), int32(more), [...]kind{free, plain, inStream}[of]}); err != nil {
				return err
			}
		}
	}
	return nil
}

// ints returns an array of n numbers, or of any, that are not negative.
func ints(v any, n int) ([]int, bool) {
	array, ok := v.(Array)
	if !ok || n >= 0 && len(array) != n {
		return nil, false
	}
	var list []int
	for _, v := range array {
		i, ok := v.(int)
		if !ok || i < 0 || i > maxObjects {
			return nil, false
		}
		list = append(list, i)
	}
	return list, true
}
