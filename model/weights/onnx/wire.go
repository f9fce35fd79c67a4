package onnx

import (
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"math"
)

const (
	maxFields = 1 << 20 // of all messages together
	maxText   = 1 << 16
	maxTexts  = 32 << 20 // of all names together
)

// Wire types of protocol buffers.
const (
	varint   = 0
	fixed64  = 1
	counted  = 2
	fixed32  = 5
	chunkLen = 4 << 10
)

var errWire = errors.New("its protocol buffer fields do not fit together: the file is cut off or damaged, get it again")

// file reads small pieces of a large file through one buffer.
type file struct {
	r      io.ReaderAt
	fields int
	texts  int64
	at     int64
	chunk  []byte
}

// bytes returns up to n ≤ chunkLen bytes from an offset on, valid until the next
// call.
func (f *file) bytes(at, n int64) ([]byte, error) {
	if at < f.at || at+n > f.at+int64(len(f.chunk)) {
		if f.chunk == nil {
			f.chunk = make([]byte, 0, chunkLen)
		}
		got, err := f.r.ReadAt(f.chunk[:chunkLen], at)
		if err != nil && err != io.EOF {
			return nil, err
		}
		f.at, f.chunk = at, f.chunk[:got]
	}
	have := f.chunk[at-f.at:]
	return have[:min(n, int64(len(have)))], nil
}

// span is a message, a string or a row of numbers in the file.
type span struct{ at, end int64 }

func (s span) size() int64 { return s.end - s.at }

// field is one field of a message.
type field struct {
	number int
	kind   int
	value  uint64 // of a varint
	span          // of everything else
}

// each calls visit for every field of a message.
func (f *file) each(s span, visit func(field) error) error {
	for s.at < s.end {
		if f.fields++; f.fields > maxFields {
			return fmt.Errorf("it has more than %d fields: not a file this reads", maxFields)
		}
		v, err := f.next(&s)
		if err != nil {
			return err
		}
		if err := visit(v); err != nil {
			return err
		}
	}
	return nil
}

func (f *file) next(s *span) (field, error) {
	tag, err := f.varint(s)
	if err != nil {
		return field{}, err
	}
	v := field{number: int(tag >> 3 & math.MaxInt32), kind: int(tag & 7)}
	length := uint64(0)
	switch v.kind {
	case varint:
		v.value, err = f.varint(s)
		return v, err
	case fixed64:
		length = 8
	case fixed32:
		length = 4
	case counted:
		if length, err = f.varint(s); err != nil {
			return v, err
		}
	default:
		return v, errWire
	}
	if length > uint64(s.size()) {
		return v, errWire
	}
	v.span = span{s.at, s.at + int64(length)}
	s.at = v.end
	return v, nil
}

func (f *file) varint(s *span) (uint64, error) {
	b, err := f.bytes(s.at, min(s.size(), binary.MaxVarintLen64))
	if err != nil {
		return 0, err
	}
	v, n := binary.Uvarint(b)
	if n <= 0 {
		return 0, errWire
	}
	s.at += int64(n)
	return v, nil
}

// text reads a string field.
func (f *file) text(v field) (string, error) {
	if v.kind != counted {
		return "", errWire
	}
	if f.texts += v.size(); v.size() > maxText || f.texts > maxTexts {
		return "", errors.New("its names are too long for a network: not a file this reads")
	}
	b := make([]byte, v.size())
	if n, err := f.r.ReadAt(b, v.at); n < len(b) {
		if err == io.EOF {
			err = errWire
		}
		return "", err
	}
	return string(b), nil
}

// numbers appends the integers of a repeated field, packed or not.
func (f *file) numbers(to []int64, v field, limit int) ([]int64, error) {
	if v.kind == varint {
		to = append(to, int64(v.value))
	} else if v.kind != counted {
		return nil, errWire
	}
	for s := v.span; v.kind == counted && s.at < s.end && len(to) <= limit; {
		n, err := f.varint(&s)
		if err != nil {
			return nil, err
		}
		to = append(to, int64(n))
	}
	if len(to) > limit {
		return nil, fmt.Errorf("a list has more than %d numbers: not a file this reads", limit)
	}
	return to, nil
}
