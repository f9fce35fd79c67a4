// Package thrift reads Thrift's compact protocol out of memory: the footers and
// page headers of Parquet files, which have no checksum. A general decoder makes
// room for as many elements as a list claims to have; here nothing is made, and
// no length or count is believed before its bytes are there.
//
// https://github.com/apache/thrift/blob/master/doc/specs/thrift-compact-protocol.md
package thrift

import "encoding/binary"

// Type is that of a field or of a collection's elements.
type Type byte

// Types of the compact protocol. An integer field is I16, I32 or I64.
const (
	stop   Type = 0
	True   Type = 1 // a field's header is its value; an element takes a byte
	False  Type = 2
	Byte   Type = 3
	I16    Type = 4
	I32    Type = 5
	I64    Type = 6
	Double Type = 7
	Binary Type = 8
	List   Type = 9
	Set    Type = 10
	Map    Type = 11
	Struct Type = 12
	UUID   Type = 13
)

const (
	// maxDepth bounds nesting; Parquet's structs are eight deep.
	maxDepth = 16
	// minStruct is what the smallest struct of Parquet's lists takes: a column's
	// order. A decoder makes room for a hundred times as much.
	minStruct = 3
)

// Reader reads values one after another. After the first thing that cannot be,
// Bad reports true, every read returns zero and nothing is left.
type Reader struct {
	b     []byte
	bad   bool
	depth int
}

// NewReader returns a Reader of b, which its results share memory with.
func NewReader(b []byte) *Reader { return &Reader{b: b} }

// Whole reports whether b begins with a struct whose every length and count is of
// bytes that are there.
func Whole(b []byte) bool {
	r := NewReader(b)
	r.Skip(Struct)
	return !r.bad
}

// Bad reports whether something could not be.
func (r *Reader) Bad() bool { return r.bad }

// Rest returns the bytes that were not read yet.
func (r *Reader) Rest() []byte { return r.b }

func (r *Reader) fail() { r.b, r.bad = nil, true }

func (r *Reader) take(n uint64) []byte {
	if n > uint64(len(r.b)) {
		r.fail()
		return nil
	}
	v := r.b[:n]
	r.b = r.b[n:]
	return v
}

func (r *Reader) byte() byte {
	if b := r.take(1); b != nil {
		return b[0]
	}
	return 0
}

func (r *Reader) uvarint() uint64 {
	v, n := binary.Uvarint(r.b)
	if n <= 0 {
		r.fail()
		return 0
	}
	r.b = r.b[n:]
	return v
}

// Integer reads an I16, I32 or I64.
func (r *Reader) Integer() int64 {
	v := r.uvarint()
	return int64(v>>1) ^ -int64(v&1) // zigzag
}

// Binary reads a string's bytes.
func (r *Reader) Binary() []byte { return r.take(r.uvarint()) }

// Fields calls visit for each field of a struct. What visit does not read, for
// which it returns false, is skipped.
func (r *Reader) Fields(visit func(id int64, t Type) (read bool)) {
	if r.depth++; r.depth > maxDepth {
		r.fail()
	}
	id := int64(0)
	for {
		head := r.byte()
		t := Type(head & 15)
		if t == stop { // also at the end of the input
			break
		}
		if delta := int64(head >> 4); delta != 0 {
			id += delta
		} else {
			id = r.Integer()
		}
		if !visit(id, t) && t != True && t != False {
			r.Skip(t)
		}
	}
	r.depth--
}

// Each calls visit for each element of a list or set, if they have the type
// wanted; visit must read it.
func (r *Reader) Each(want Type, visit func(i int)) {
	t, n := r.listHead()
	if n > 0 && t != want {
		r.fail()
	}
	for i := 0; i < n && !r.bad; i++ {
		visit(i)
	}
}

// listHead returns the elements' type and number.
func (r *Reader) listHead() (t Type, n int) {
	head := r.byte()
	count := uint64(head >> 4)
	if count == 15 {
		count = r.uvarint()
	}
	if t = Type(head & 15); !r.fits(count, t) {
		return 0, 0
	}
	return t, int(count)
}

// fits fails if there cannot be so many elements: each takes a byte at least.
func (r *Reader) fits(count uint64, t Type) bool {
	least := uint64(1)
	if t == Struct {
		least = minStruct
	}
	if count > uint64(len(r.b))/least {
		r.fail()
		return false
	}
	return true
}

// Skip passes over an element of a collection, or over a field that is no bool.
func (r *Reader) Skip(t Type) {
	switch t {
	case True, False, Byte:
		r.take(1)
	case I16, I32, I64:
		r.uvarint()
	case Double:
		r.take(8)
	case UUID:
		r.take(16)
	case Binary:
		r.Binary()
	case List, Set:
		element, n := r.listHead()
		r.skipElements(n, element)
	case Map:
		r.skipMap()
	case Struct:
		r.Fields(func(int64, Type) bool { return false })
	default:
		r.fail()
	}
}

func (r *Reader) skipMap() {
	count := r.uvarint()
	if count == 0 {
		return
	}
	types := r.byte()
	if r.fits(count, Byte) {
		r.skipElements(int(count), Type(types>>4), Type(types&15))
	}
}

// skipElements passes over n times a value of each type.
func (r *Reader) skipElements(n int, types ...Type) {
	if r.depth++; r.depth > maxDepth {
		r.fail()
	}
	for ; n > 0 && !r.bad; n-- {
		for _, t := range types {
			r.Skip(t)
		}
	}
	r.depth--
}
