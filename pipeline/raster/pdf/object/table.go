package object

import (
	"errors"
	"strconv"
)

// record is the length of an entry in a table.
const record = 20

// table reads a cross-reference table and its trailer. What a table calls free may be in
// the stream that a hybrid file has besides (7.5.8.4).
func (f *File) table(l *Lexer) (Dict, error) {
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
		if !ok {
			return nil, errTable
		}
		if freed, err = f.subsection(l, first, freed); err != nil {
			return nil, err
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

var errTable = errors.New("a cross-reference table is broken")

// subsection reads the entries of consecutive numbers and appends those that are free.
func (f *File) subsection(l *Lexer, first int, freed []int) ([]int, error) {
	v, err := l.Next()
	count, ok := v.(int)
	l.space()
	if err != nil || !ok || first < 0 || count < 0 || count > (len(f.data)-l.pos)/record {
		return nil, errTable
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
	return freed, nil
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
		return e, errTable
	}
	switch r[17] {
	case 'n':
		return entry{int64(at), int32(generation), plain}, nil
	case 'f':
		return entry{kind: free}, nil
	}
	return e, errTable
}
