package wide

import (
	"encoding/binary"
	"errors"
	"fmt"
	"io"
)

const (
	// maxFooter bounds a footer: some 200 bytes a column of a row group.
	maxFooter = 16 << 20
	// maxDepth bounds the nesting of a footer's structures; Parquet's is six.
	maxDepth = 16
)

// CheckFooter walks through the footer of a Parquet file of size bytes without
// keeping anything of it. General decoders make room for as many elements as a
// list claims to have before they read one: a few damaged bits could ask for
// more memory than there is. An error wraps ErrDamaged, if reading itself works.
func CheckFooter(file io.ReaderAt, size int64) error {
	var tail [8]byte
	if size < int64(len(magic)+len(tail)) {
		return fmt.Errorf("%w: %d bytes are no Parquet file", ErrDamaged, size)
	}
	if _, err := file.ReadAt(tail[:], size-8); err != nil && !errors.Is(err, io.EOF) {
		return err
	}
	if string(tail[4:]) != magic {
		return fmt.Errorf("%w: its end is not that of a Parquet file", ErrDamaged)
	}
	n := int64(binary.LittleEndian.Uint32(tail[:]))
	if n > min(size-12, maxFooter) {
		return fmt.Errorf("%w: a footer of %d bytes", ErrDamaged, n)
	}
	b := make([]byte, n)
	if _, err := file.ReadAt(b, size-8-n); err != nil && !errors.Is(err, io.EOF) {
		return err
	}
	w := compactWalk{b}
	if !w.structure(0) {
		return fmt.Errorf("%w: its footer does not decode", ErrDamaged)
	}
	return nil
}

// compactWalk skips values of Thrift's compact protocol (thrift, "Compact
// protocol encoding"). Its methods report whether the bytes hold what they say.
type compactWalk struct{ b []byte }

// Types of the compact protocol.
const (
	compactTrue, compactFalse       = 1, 2
	compactByte, compactInt64       = 3, 6 // 16 and 32 bits are between
	compactDouble, compactBinary    = 7, 8
	compactList, compactSet         = 9, 10
	compactMap, compactStruct, uuid = 11, 12, 13
)

func (w *compactWalk) structure(depth int) bool {
	if depth > maxDepth {
		return false
	}
	for {
		header, ok := w.one()
		if !ok || header == 0 { // 0 ends a structure
			return ok
		}
		if header>>4 == 0 { // the field's number follows
			if _, ok := w.number(); !ok {
				return false
			}
		}
		kind := header & 15
		if kind == compactTrue || kind == compactFalse { // the header is the value
			continue
		}
		if !w.value(kind, depth) {
			return false
		}
	}
}

// value skips a value, or an element of a list or map.
func (w *compactWalk) value(kind byte, depth int) bool {
	switch kind {
	case compactTrue, compactFalse, compactByte:
		return w.skip(1)
	case compactByte + 1, compactByte + 2, compactInt64:
		_, ok := w.number()
		return ok
	case compactDouble:
		return w.skip(8)
	case uuid:
		return w.skip(16)
	case compactBinary:
		n, ok := w.number()
		return ok && w.skip(n)
	case compactList, compactSet:
		return w.list(depth)
	case compactMap:
		return w.mapping(depth)
	case compactStruct:
		return w.structure(depth + 1)
	}
	return false
}

func (w *compactWalk) list(depth int) bool {
	header, ok := w.one()
	if !ok {
		return false
	}
	n, kind := uint64(header>>4), header&15
	if n == 15 {
		if n, ok = w.number(); !ok {
			return false
		}
	}
	// The smallest structure in a footer's lists, a column's order, has three.
	if n > uint64(len(w.b)) || kind == compactStruct && n > uint64(len(w.b))/3 {
		return false
	}
	return w.elements(n, depth, kind)
}

func (w *compactWalk) mapping(depth int) bool {
	n, ok := w.number()
	if !ok || n == 0 {
		return ok
	}
	kinds, ok := w.one()
	return ok && n <= uint64(len(w.b)) && w.elements(n, depth, kinds>>4, kinds&15)
}

// elements skips n times a value of each kind.
func (w *compactWalk) elements(n uint64, depth int, kinds ...byte) bool {
	if depth >= maxDepth {
		return false
	}
	for range n {
		for _, kind := range kinds {
			if !w.value(kind, depth+1) {
				return false
			}
		}
	}
	return true
}

func (w *compactWalk) one() (byte, bool) {
	if len(w.b) == 0 {
		return 0, false
	}
	b := w.b[0]
	w.b = w.b[1:]
	return b, true
}

func (w *compactWalk) number() (uint64, bool) {
	v, n := binary.Uvarint(w.b)
	if n <= 0 {
		return 0, false
	}
	w.b = w.b[n:]
	return v, true
}

func (w *compactWalk) skip(n uint64) bool {
	if n > uint64(len(w.b)) {
		return false
	}
	w.b = w.b[n:]
	return true
}
