package parquet

// leaf is a column of values in a file's schema.
type leaf struct {
	column         []byte // the root's child that it is, or is a part of
	nested         bool
	physical       int64 // Type of parquet.thrift
	maxDef, maxRep byte  // greatest levels
	micros         bool  // TIMESTAMP(MICROS)
}

// find returns the ordinal of the first leaf of a column, or -1.
func (f *footer) find(column string) int {
	for i := range f.leaves {
		if string(f.leaves[i].column) == column {
			return i
		}
	}
	return -1
}

// schemaGroup is a group of the schema whose children are being read.
type schemaGroup struct {
	left           int64 // children to come
	column         []byte
	maxDef, maxRep byte
}

// readSchema reads the list of SchemaElements, which stand depth first.
func (f *footer) readSchema(t *thriftReader) {
	var open []schemaGroup
	t.each(wireStruct, func(i int) {
		e := readSchemaElement(t)
		if i == 0 {
			open = append(open, schemaGroup{left: e.children})
			return
		}
		for len(open) > 0 && open[len(open)-1].left == 0 {
			open = open[:len(open)-1]
		}
		if len(open) == 0 || len(open) > maxNesting {
			t.fail()
			return
		}
		open[len(open)-1].left--
		g := open[len(open)-1]
		if len(open) == 1 {
			g.column = e.name
		}
		if e.repetition != required {
			g.maxDef++
		}
		if e.repetition == repeated {
			g.maxRep++
		}
		if e.children > 0 {
			g.left = e.children
			open = append(open, g)
		} else if e.physical >= 0 {
			f.leaves = append(f.leaves, leaf{g.column, len(open) > 1, e.physical, g.maxDef, g.maxRep, e.micros})
		}
	})
	for _, g := range open {
		if g.left != 0 {
			t.fail()
		}
	}
}

// FieldRepetitionType of parquet.thrift; 1 is optional.
const required, repeated = 0, 2

// schemaElement is a SchemaElement.
type schemaElement struct {
	name                           []byte
	physical, repetition, children int64
	micros                         bool
}

func readSchemaElement(t *thriftReader) schemaElement {
	e := schemaElement{physical: -1}
	seen := t.fields(func(id int64, wire wireType) bool {
		switch {
		case id == 1 && wire.isInteger():
			e.physical = t.integer()
		case id == 3 && wire.isInteger():
			e.repetition = t.integer()
		case id == 4 && wire == wireBinary:
			e.name = t.binary()
		case id == 5 && wire.isInteger():
			e.children = t.integer()
		case id == 10 && wire == wireStruct:
			e.micros = readMicros(t)
		default:
			return false
		}
		return true
	})
	t.require(seen, 4)
	return e
}

// readMicros reads a LogicalType and reports whether it is TIMESTAMP(MICROS).
func readMicros(t *thriftReader) (micros bool) {
	t.fields(func(id int64, wire wireType) bool {
		if id != 8 || wire != wireStruct { // union LogicalType: TIMESTAMP
			return false
		}
		t.fields(func(id int64, wire wireType) bool {
			if id != 2 || wire != wireStruct { // TimestampType.unit
				return false
			}
			t.fields(func(id int64, wire wireType) bool { // union TimeUnit: MICROS
				micros = id == 2
				return false
			})
			return true
		})
		return true
	})
	return micros
}
