package parquet

import "encoding/binary"

// wireType is the type of a field or of a collection's elements in Thrift's
// compact protocol, in which Parquet's footers and page headers are written:
// https://github.com/apache/thrift/blob/master/doc/specs/thrift-compact-protocol.md
type wireType byte

// Types of the compact protocol. An integer field is wireI16, wireI32 or wireI64.
const (
	wireStop   wireType = 0
	wireTrue   wireType = 1 // a field's header is its value; an element takes a byte
	wireFalse  wireType = 2
	wireByte   wireType = 3
	wireI16    wireType = 4
	wireI32    wireType = 5
	wireI64    wireType = 6
	wireDouble wireType = 7
	wireBinary wireType = 8
	wireList   wireType = 9
	wireSet    wireType = 10
	wireMap    wireType = 11
	wireStruct wireType = 12
	wireUUID   wireType = 13
)

const (
	// maxNesting bounds nesting; Parquet's structs are eight deep.
	maxNesting = 16
	// minStruct is what the smallest struct of Parquet's lists takes: a column's
	// order. A decoder makes room for a hundred times as much.
	minStruct = 3
)

// thriftReader reads values one after another. After the first thing that cannot be,
// bad is true, every read returns zero and nothing is left.
type thriftReader struct {
	b     []byte
	bad   bool
	depth int
}

// newThriftReader returns a thriftReader of b, which its results share memory with.
func newThriftReader(b []byte) *thriftReader { return &thriftReader{b: b} }

// wholeStruct reports whether b begins with a struct whose every length and count is of
// bytes that are there.
func wholeStruct(b []byte) bool {
	r := newThriftReader(b)
	r.skip(wireStruct)
	return !r.bad
}

// rest returns the bytes that were not read yet.
func (r *thriftReader) rest() []byte { return r.b }

func (r *thriftReader) fail() { r.b, r.bad = nil, true }

func (r *thriftReader) take(n uint64) []byte {
	if n > uint64(len(r.b)) {
		r.fail()
		return nil
	}
	v := r.b[:n]
	r.b = r.b[n:]
	return v
}

func (r *thriftReader) byte() byte {
	if b := r.take(1); b != nil {
		return b[0]
	}
	return 0
}

func (r *thriftReader) uvarint() uint64 {
	v, n := binary.Uvarint(r.b)
	if n <= 0 {
		r.fail()
		return 0
	}
	r.b = r.b[n:]
	return v
}

// isInteger reports whether an integer, of whichever width, is written as t: all
// are the same varint.
func (t wireType) isInteger() bool { return t == wireI16 || t == wireI32 || t == wireI64 }

// integer reads an integer of any width.
func (r *thriftReader) integer() int64 {
	v := r.uvarint()
	return int64(v>>1) ^ -int64(v&1) // zigzag
}

// binary reads a string's bytes.
func (r *thriftReader) binary() []byte { return r.take(r.uvarint()) }

// fields calls visit for each field of a struct. What visit does not read, for
// which it returns false, is skipped. In seen the bits of what it read are set.
func (r *thriftReader) fields(visit func(id int64, t wireType) (read bool)) (seen uint64) {
	if r.depth++; r.depth > maxNesting {
		r.fail()
	}
	id := int64(0)
	for {
		head := r.byte()
		t := wireType(head & 15)
		if t == wireStop { // also at the end of the input
			break
		}
		if delta := int64(head >> 4); delta != 0 {
			id += delta
		} else {
			id = r.integer()
		}
		if visit(id, t) {
			seen |= 1 << uint64(id) // no more than 63 are read
		} else if t != wireTrue && t != wireFalse {
			r.skip(t)
		}
	}
	r.depth--
	return seen
}

// require fails unless a struct had fields of these numbers, by the bits in seen.
func (r *thriftReader) require(seen uint64, ids ...int) {
	for _, id := range ids {
		if seen>>id&1 == 0 {
			r.fail()
		}
	}
}

// each calls visit for each element of a list or set, if they have the type
// wanted; visit must read it.
func (r *thriftReader) each(want wireType, visit func(i int)) {
	t, n := r.listHead()
	if n > 0 && t != want {
		r.fail()
	}
	for i := 0; i < n && !r.bad; i++ {
		visit(i)
	}
}

// listHead returns the elements' type and number.
func (r *thriftReader) listHead() (t wireType, n int) {
	head := r.byte()
	count := uint64(head >> 4)
	if count == 15 {
		count = r.uvarint()
	}
	if t = wireType(head & 15); !r.fits(count, t) {
		return 0, 0
	}
	return t, int(count)
}

// fits fails unless there can be count elements: each takes a byte at least.
func (r *thriftReader) fits(count uint64, t wireType) bool {
	least := uint64(1)
	if t == wireStruct {
		least = minStruct
	}
	if count > uint64(len(r.b))/least {
		r.fail()
		return false
	}
	return true
}

// skip passes over an element of a collection, or over a field that is no bool.
func (r *thriftReader) skip(t wireType) {
	switch t {
	case wireTrue, wireFalse, wireByte:
		r.take(1)
	case wireI16, wireI32, wireI64:
		r.uvarint()
	case wireDouble:
		r.take(8)
	case wireUUID:
		r.take(16)
	case wireBinary:
		r.binary()
	case wireList, wireSet:
		element, n := r.listHead()
		r.skipElements(n, element)
	case wireMap:
		r.skipMap()
	case wireStruct:
		r.fields(func(int64, wireType) bool { return false })
	default:
		r.fail()
	}
}

func (r *thriftReader) skipMap() {
	count := r.uvarint()
	if count == 0 {
		return
	}
	types := r.byte()
	if r.fits(count, wireByte) {
		r.skipElements(int(count), wireType(types>>4), wireType(types&15))
	}
}

// skipElements passes over n times a value of each type.
func (r *thriftReader) skipElements(n int, types ...wireType) {
	if r.depth++; r.depth > maxNesting {
		r.fail()
	}
	for ; n > 0 && !r.bad; n-- {
		for _, t := range types {
			r.skip(t)
		}
	}
	r.depth--
}
