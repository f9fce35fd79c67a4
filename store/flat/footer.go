package flat

import (
	"encoding/binary"
	"fmt"

	"cutpoint/store/thrift"
)

// Type is what a column's values are.
type Type uint8

// Types of columns.
const (
	Text   Type = iota // BYTE_ARRAY
	Int32              // INT32
	Int64              // INT64
	Micros             // INT64, TIMESTAMP in microseconds
)

// physical is Parquet's number for the type ("Type" in parquet.thrift).
func (t Type) physical() int64 { return [...]int64{Text: 6, Int32: 1, Int64: 2, Micros: 2}[t] }

// Field names a column at the root of a file's schema and says what is expected
// there.
type Field struct {
	Name     string
	Type     Type
	Optional bool // may hold nulls
}

// footer is what a file's footer says of the fields asked for.
type footer struct {
	rows   int64
	leaf   []int  // of each field, its ordinal among the schema's leaves; -1 until found
	defs   []bool // of each field, whether it has definition levels
	groups []group
	chunks []chunk // of each group, those of all fields
}

type group struct{ rows int64 }

// chunk is where a group's values of one column are.
type chunk struct {
	codec, values, start, size int64
}

// parse reads FileMetaData (parquet.thrift) of a file of size bytes.
func (f *footer) parse(b []byte, fields []Field, size int64) error {
	*f = footer{leaf: f.leaf[:0], defs: f.defs[:0], groups: f.groups[:0], chunks: f.chunks[:0], rows: -1}
	for range fields {
		f.leaf, f.defs = append(f.leaf, -1), append(f.defs, false)
	}
	t := thrift.NewReader(b)
	known := true
	t.Fields(func(id int64, wire thrift.Type) bool {
		switch {
		case id == 2 && wire == thrift.List:
			known = f.schema(t, fields) && known
		case id == 3 && wire == thrift.I64:
			f.rows = t.Integer()
		case id == 4 && wire == thrift.List: // the schema comes first, as all writers do
			t.Each(thrift.Struct, func(int) { f.group(t) })
		default:
			return false
		}
		return true
	})
	if t.Bad() || !known {
		return fmt.Errorf("%w: its footer", ErrForeign)
	}
	return f.check(size)
}

// check compares the footer's numbers with each other and the file's size.
func (f *footer) check(size int64) error {
	sum := int64(0)
	for i, g := range f.groups {
		if g.rows < 0 || g.rows > f.rows-sum {
			return fmt.Errorf("%w: its footer counts rows wrongly", ErrForeign)
		}
		sum += g.rows
		for _, c := range f.chunks[i*len(f.leaf) : (i+1)*len(f.leaf)] {
			if c.values != g.rows || c.start < 4 || c.start > size || c.size < 0 || c.size > size-c.start || c.size > maxChunk {
				return fmt.Errorf("%w: its footer places a column", ErrForeign)
			}
		}
	}
	if sum != f.rows {
		return fmt.Errorf("%w: its footer counts rows wrongly", ErrForeign)
	}
	return nil
}

// schema finds the fields among the schema's elements, which stand depth first:
// the root, and then its children. It reports whether all are as expected.
func (f *footer) schema(t *thrift.Reader, fields []Field) bool {
	leaf, found := 0, 0
	inside := int64(0) // elements that are still to come below a child of the root
	t.Each(thrift.Struct, func(i int) {
		e := readElement(t)
		top := inside == 0
		if i > 0 && !top {
			inside--
		}
		if i == 0 {
			return
		}
		if e.children > 0 {
			inside += min(e.children, 1<<20)
			return
		}
		for n, field := range fields {
			if top && string(e.name) == field.Name && f.leaf[n] < 0 && e.holds(field) {
				f.leaf[n], f.defs[n] = leaf, e.repetition == 1
				found++
			}
		}
		leaf++
	})
	return found == len(fields)
}

// element is a SchemaElement.
type element struct {
	name       []byte
	physical   int64
	repetition int64 // FieldRepetitionType: 0 required, 1 optional, 2 repeated
	children   int64
	micros     bool
}

func readElement(t *thrift.Reader) element {
	e := element{physical: -1}
	t.Fields(func(id int64, wire thrift.Type) bool {
		switch {
		case id == 1 && wire == thrift.I32:
			e.physical = t.Integer()
		case id == 3 && wire == thrift.I32:
			e.repetition = t.Integer()
		case id == 4 && wire == thrift.Binary:
			e.name = t.Binary()
		case id == 5 && wire == thrift.I32:
			e.children = t.Integer()
		case id == 10 && wire == thrift.Struct:
			e.micros = readMicros(t)
		default:
			return false
		}
		return true
	})
	return e
}

// readMicros reads a LogicalType and reports whether it is TIMESTAMP(MICROS).
func readMicros(t *thrift.Reader) (micros bool) {
	t.Fields(func(id int64, wire thrift.Type) bool {
		if id != 8 || wire != thrift.Struct { // union LogicalType: TIMESTAMP
			return false
		}
		t.Fields(func(id int64, wire thrift.Type) bool {
			if id != 2 || wire != thrift.Struct { // TimestampType.unit
				return false
			}
			t.Fields(func(id int64, wire thrift.Type) bool { // union TimeUnit: MICROS
				micros = id == 2
				return false
			})
			return true
		})
		return true
	})
	return micros
}

func (e element) holds(f Field) bool {
	return e.physical == f.Type.physical() && e.repetition <= 1 && e.micros == (f.Type == Micros)
}

// group reads a RowGroup.
func (f *footer) group(t *thrift.Reader) {
	g := group{rows: -1}
	at := len(f.chunks)
	for range f.leaf {
		f.chunks = append(f.chunks, chunk{start: -1})
	}
	t.Fields(func(id int64, wire thrift.Type) bool {
		switch {
		case id == 1 && wire == thrift.List:
			t.Each(thrift.Struct, func(leaf int) {
				c := readChunk(t)
				for n, l := range f.leaf {
					if l == leaf {
						f.chunks[at+n] = c
					}
				}
			})
		case id == 3 && wire == thrift.I64:
			g.rows = t.Integer()
		default:
			return false
		}
		return true
	})
	f.groups = append(f.groups, g)
}

// readChunk reads a ColumnChunk. One that is in another file, encrypted or has
// a dictionary has no start.
func readChunk(t *thrift.Reader) chunk {
	c := chunk{start: -1}
	elsewhere := false
	t.Fields(func(id int64, wire thrift.Type) bool {
		if id == 3 && wire == thrift.Struct {
			c = readChunkMeta(t)
			return true
		}
		elsewhere = elsewhere || id == 1 || id == 8
		return false
	})
	if elsewhere {
		c.start = -1
	}
	return c
}

// readChunkMeta reads a ColumnMetaData.
func readChunkMeta(t *thrift.Reader) chunk {
	c := chunk{start: -1}
	dictionary := false
	t.Fields(func(id int64, wire thrift.Type) bool {
		switch {
		case id == 4 && wire == thrift.I32:
			c.codec = t.Integer()
		case id == 5 && wire == thrift.I64:
			c.values = t.Integer()
		case id == 7 && wire == thrift.I64:
			c.size = t.Integer()
		case id == 9 && wire == thrift.I64:
			c.start = t.Integer()
		case id == 11 && wire == thrift.I64:
			dictionary = t.Integer() > 0 || dictionary
		default:
			return false
		}
		return true
	})
	if dictionary {
		c.start = -1
	}
	return c
}

const (
	magic      = "PAR1"
	footerTail = 8 // length of the footer, magic
)

// footerSize reads the length of the footer from the end of a file.
func footerSize(tail []byte) (int64, bool) {
	end := len(tail) - footerTail
	if end < 0 || string(tail[end+4:]) != magic {
		return 0, false
	}
	return int64(binary.LittleEndian.Uint32(tail[end:])), true
}
