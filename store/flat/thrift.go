package flat

import "encoding/binary"

// Types of fields and list elements in Thrift's compact protocol
// (thrift-compact-protocol.md, "Struct encoding").
const (
	wireStop   = 0
	wireTrue   = 1
	wireFalse  = 2
	wireByte   = 3
	wireI16    = 4
	wireI32    = 5
	wireI64    = 6
	wireDouble = 7
	wireBinary = 8
	wireList   = 9
	wireSet    = 10
	wireStruct = 12
)

// maxDepth bounds nesting; Parquet's structures are eight deep.
const maxDepth = 32

// thrift reads Thrift's compact protocol out of memory. After the first thing
// that cannot be, bad is set, every read returns zero and nothing is left.
type thrift struct {
	b   []byte
	bad bool
}

func (t *thrift) fail() { t.b, t.bad = nil, true }

func (t *thrift) byte() byte {
	if len(t.b) == 0 {
		t.fail()
		return 0
	}
	c := t.b[0]
	t.b = t.b[1:]
	return c
}

func (t *thrift) uvarint() uint64 {
	v, n := binary.Uvarint(t.b)
	if n <= 0 {
		t.fail()
		return 0
	}
	t.b = t.b[n:]
	return v
}

// integer reads an i16, i32 or i64.
func (t *thrift) integer() int64 {
	v := t.uvarint()
	return int64(v>>1) ^ -int64(v&1) // zigzag
}

// binary returns a string's bytes, in the memory of the input.
func (t *thrift) binary() []byte {
	n := t.uvarint()
	if n > uint64(len(t.b)) {
		t.fail()
		return nil
	}
	v := t.b[:n]
	t.b = t.b[n:]
	return v
}

// fields calls visit for each field of a struct. What visit does not read, for
// which it returns false, is skipped.
func (t *thrift) fields(depth int, visit func(id int64, wire byte) (read bool)) {
	id := int64(0)
	for {
		head := t.byte()
		wire := head & 15
		if wire == wireStop {
			return // also at the end of the input
		}
		if delta := int64(head >> 4); delta != 0 {
			id += delta
		} else {
			id = t.integer()
		}
		if !visit(id, wire) {
			t.skip(wire, depth+1)
		}
	}
}

// list calls visit for each element of a list or set, if they have the type
// wanted; visit must read it.
func (t *thrift) list(want byte, visit func(i int)) {
	wire, n := t.listHead()
	if n > 0 && wire != want {
		t.fail()
	}
	for i := 0; i < n && !t.bad; i++ {
		visit(i)
	}
}

// listHead returns the elements' type and number. Each takes a byte at least.
func (t *thrift) listHead() (wire byte, n int) {
	head := t.byte()
	count := uint64(head >> 4)
	if count == 15 {
		count = t.uvarint()
	}
	if count > uint64(len(t.b)) {
		t.fail()
		return 0, 0
	}
	return head & 15, int(count)
}

// skip passes over a value.
func (t *thrift) skip(wire byte, depth int) {
	if depth > maxDepth {
		t.fail()
		return
	}
	switch wire {
	case wireTrue, wireFalse: // in the field's head
	case wireByte:
		t.byte()
	case wireI16, wireI32, wireI64:
		t.uvarint()
	case wireDouble:
		if len(t.b) < 8 {
			t.fail()
			return
		}
		t.b = t.b[8:]
	case wireBinary:
		t.binary()
	case wireList, wireSet:
		element, n := t.listHead()
		for ; n > 0 && !t.bad; n-- {
			t.skipElement(element, depth+1)
		}
	case wireStruct:
		t.fields(depth, func(int64, byte) bool { return false })
	default: // Parquet has no maps
		t.fail()
	}
}

// skipElement passes over an element of a list, where a bool takes a byte.
func (t *thrift) skipElement(wire byte, depth int) {
	if wire == wireTrue || wire == wireFalse {
		t.byte()
		return
	}
	t.skip(wire, depth)
}
