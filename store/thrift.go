package store

import (
	"encoding/binary"
	"errors"
	"fmt"
)

// thriftWalk goes through a struct in Thrift's compact protocol, in which Parquet
// writes its footer and page headers, and checks that every length and count is
// of bytes that are there. The decoder of parquet-go makes room for what a length
// says before it looks for the bytes.
// https://github.com/apache/thrift/blob/master/doc/specs/thrift-compact-protocol.md
type thriftWalk struct {
	b     []byte
	at    int
	depth int
	// visit is called with every whole number in the struct itself (outer is 0)
	// and in the structs in it (outer is their field id).
	visit func(outer, id int16, value int64)
}

// errThriftShort says that a struct goes on after the last byte.
var errThriftShort = errors.New("cut short")

// Types of the compact protocol.
const (
	thriftTrue   = 1
	thriftFalse  = 2
	thriftByte   = 3
	thriftI16    = 4
	thriftI64    = 6
	thriftDouble = 7
	thriftBinary = 8
	thriftList   = 9
	thriftSet    = 10
	thriftMap    = 11
	thriftStruct = 12

	// thriftDepth is more than any struct of Parquet nests.
	thriftDepth = 16
)

// structure walks a struct, which is field number outer of another.
func (w *thriftWalk) structure(outer int16) error {
	if w.depth++; w.depth > thriftDepth {
		return fmt.Errorf("%w: structs nest too deep", ErrDamaged)
	}
	defer func() { w.depth-- }()
	id := int16(0)
	for {
		header, err := w.byte()
		if err != nil || header == 0 {
			return err
		}
		if delta := int16(header >> 4); delta != 0 {
			id += delta
		} else {
			long, err := w.integer()
			if err != nil {
				return err
			}
			id = int16(long)
		}
		value, err := w.value(header&0xf, id)
		if err != nil {
			return err
		}
		if w.visit != nil && w.depth <= 2 {
			w.visit(outer, id, value)
		}
	}
}

// value walks the value of field id, and returns it if it is a whole number.
func (w *thriftWalk) value(kind byte, id int16) (int64, error) {
	switch {
	case kind == thriftTrue || kind == thriftFalse:
		return 0, nil
	case kind == thriftByte:
		return 0, w.skip(1)
	case kind >= thriftI16 && kind <= thriftI64:
		return w.integer()
	case kind == thriftDouble:
		return 0, w.skip(8)
	case kind == thriftBinary:
		n, err := w.unsigned()
		if err != nil {
			return 0, err
		}
		return 0, w.skip(n)
	case kind == thriftList || kind == thriftSet:
		return 0, w.list()
	case kind == thriftMap:
		return 0, w.pairs()
	case kind == thriftStruct:
		return 0, w.structure(id)
	}
	return 0, fmt.Errorf("%w: unknown Thrift type %d", ErrDamaged, kind)
}

func (w *thriftWalk) list() error {
	header, err := w.byte()
	if err != nil {
		return err
	}
	n := uint64(header >> 4)
	if n == 0xf {
		if n, err = w.unsigned(); err != nil {
			return err
		}
	}
	return w.elements(n, header&0xf)
}

func (w *thriftWalk) pairs() error {
	n, err := w.unsigned()
	if err != nil || n == 0 {
		return err
	}
	kinds, err := w.byte()
	if err != nil {
		return err
	}
	return w.elements(n, kinds>>4, kinds&0xf)
}

// elements walks n elements of a collection, each a value of every kind. None
// takes less than a byte.
func (w *thriftWalk) elements(n uint64, kinds ...byte) error {
	if n > uint64(len(w.b)-w.at) {
		return errThriftShort
	}
	for range n {
		for _, kind := range kinds {
			if kind == thriftTrue || kind == thriftFalse {
				kind = thriftByte // in a struct, the field's header says it
			}
			if _, err := w.value(kind, -1); err != nil {
				return err
			}
		}
	}
	return nil
}

func (w *thriftWalk) byte() (byte, error) {
	if w.at >= len(w.b) {
		return 0, errThriftShort
	}
	w.at++
	return w.b[w.at-1], nil
}

func (w *thriftWalk) skip(n uint64) error {
	if n > uint64(len(w.b)-w.at) {
		return errThriftShort
	}
	w.at += int(n)
	return nil
}

func (w *thriftWalk) unsigned() (uint64, error) {
	v, n := binary.Uvarint(w.b[w.at:])
	if n == 0 {
		return 0, errThriftShort
	}
	if n < 0 {
		return 0, fmt.Errorf("%w: a number takes more than 64 bits", ErrDamaged)
	}
	w.at += n
	return v, nil
}

// integer reads a signed number, whose sign is its last bit ("zigzag").
func (w *thriftWalk) integer() (int64, error) {
	v, err := w.unsigned()
	return int64(v>>1) ^ -int64(v&1), err
}
