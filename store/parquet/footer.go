package parquet

import (
	"encoding/binary"
	"fmt"
)

// Parquet's footer has no checksum, and readers make room for what it says. The
// checks here come first, so that a small file never asks for much memory,
// whatever its bytes are.
const (
	magic       = "PAR1" // begins and ends a file
	footerTail  = 8      // the footer's length, and magic
	maxFooter   = 16 << 20
	rowsPerByte = 64 // of a file; keys are unique, so that no writer comes near it
	// maxExpansion is how many bytes a byte of a page may unpack to: more than
	// any codec reaches (zstd: a run of 128 KB in 4 bytes).
	maxExpansion = 1 << 15
)

// footer is what a file's FileMetaData (parquet.thrift) says that readers need.
// Its byte slices share the memory that it was parsed from.
type footer struct {
	rows   int64
	leaves []leaf
	groups []rowGroup
	chunks []chunk // (groups, leaves)
	keys   []keyValue
}

// rowGroup is a RowGroup; columns is how many chunks it names.
type rowGroup struct {
	rows    int64
	columns int
}

// chunk is a ColumnChunk: where a row group's values of one leaf are.
type chunk struct {
	codec               Codec
	values, start, size int64
	elsewhere           bool // in another file, or encrypted
}

type keyValue struct{ key, value []byte }

// parse reads the footer of a file of size bytes and compares its numbers with
// each other and with size.
func (f *footer) parse(b []byte, size int64) error {
	*f = footer{leaves: f.leaves[:0], groups: f.groups[:0], chunks: f.chunks[:0], keys: f.keys[:0], rows: -1}
	t := newThriftReader(b)
	seen := t.fields(func(id int64, wire wireType) bool {
		switch {
		case id == 1 && wire.isInteger():
			t.integer() // the version, which says nothing
		case id == 2 && wire == wireList:
			f.readSchema(t)
		case id == 3 && wire.isInteger():
			f.rows = t.integer()
		case id == 4 && wire == wireList:
			t.each(wireStruct, func(int) { f.readGroup(t) })
		case id == 5 && wire == wireList:
			t.each(wireStruct, func(int) { f.readKeyValue(t) })
		default:
			return false
		}
		return true
	})
	t.require(seen, 1, 2, 3, 4)
	if t.bad {
		return fmt.Errorf("%w: its footer cannot be read", ErrDamaged)
	}
	return f.check(size)
}

// check refuses numbers that cannot be.
func (f *footer) check(size int64) error {
	rows, chunks, left := int64(0), f.chunks, size
	for _, g := range f.groups {
		if g.rows < 0 || g.rows > f.rows-rows {
			return fmt.Errorf("%w: its footer counts rows wrongly", ErrDamaged)
		}
		if g.columns != len(f.leaves) {
			return fmt.Errorf("%w: a row group has %d columns, its schema %d", ErrDamaged, g.columns, len(f.leaves))
		}
		rows += g.rows
		for i := range f.leaves {
			if err := chunks[i].check(g.rows, size); err != nil {
				return fmt.Errorf("column %s: %w", f.leaves[i].column, err)
			}
			// Else many chunks of the same bytes would multiply what they take.
			if left -= chunks[i].size; left < 0 {
				return fmt.Errorf("%w: its footer places columns over each other", ErrDamaged)
			}
		}
		chunks = chunks[len(f.leaves):]
	}
	if rows != f.rows || rows/rowsPerByte > size {
		return fmt.Errorf("%w: its footer counts rows wrongly", ErrDamaged)
	}
	return nil
}

func (c *chunk) check(rows, size int64) error {
	if c.values < rows || c.size < 0 || c.start < 0 || c.start > size || c.size > size-c.start {
		return fmt.Errorf("%w: its footer places it outside of the file", ErrDamaged)
	}
	// A list has more values than rows, of 4 bytes or more each.
	if c.values > rows && c.values/(maxExpansion/4) > c.size {
		return fmt.Errorf("%w: its footer gives it %d values in %d bytes", ErrDamaged, c.values, c.size)
	}
	if !readable(c.codec) {
		return fmt.Errorf("%w: compression %v", ErrUnsupported, c.codec)
	}
	return nil
}

// readGroup reads a RowGroup.
func (f *footer) readGroup(t *thriftReader) {
	g := rowGroup{rows: -1}
	seen := t.fields(func(id int64, wire wireType) bool {
		switch {
		case id == 1 && wire == wireList:
			t.each(wireStruct, func(int) {
				f.chunks = append(f.chunks, readChunk(t))
				g.columns++
			})
		case id == 3 && wire.isInteger():
			g.rows = t.integer()
		default:
			return false
		}
		return true
	})
	t.require(seen, 1, 3)
	f.groups = append(f.groups, g)
}

// readChunk reads a ColumnChunk.
func readChunk(t *thriftReader) (c chunk) {
	elsewhere := false
	t.fields(func(id int64, wire wireType) bool {
		if id == 3 && wire == wireStruct {
			c = readColumnMetaData(t)
			return true
		}
		const filePath, cryptoMetadata, encryptedMetadata = 1, 8, 9
		elsewhere = elsewhere || id == filePath || id == cryptoMetadata || id == encryptedMetadata
		return false
	})
	c.elsewhere = elsewhere
	return c
}

func readColumnMetaData(t *thriftReader) (c chunk) {
	data, dictionary := int64(0), int64(0) // offsets of the first page of each kind
	seen := t.fields(func(id int64, wire wireType) bool {
		if !wire.isInteger() {
			return false
		}
		switch id {
		case 4:
			c.codec = Codec(t.integer())
		case 5:
			c.values = t.integer()
		case 7:
			c.size = t.integer()
		case 9:
			data = t.integer()
		case 11:
			dictionary = t.integer()
		default:
			return false
		}
		return true
	})
	t.require(seen, 4, 5, 7, 9)
	c.start = data
	if dictionary > 0 {
		c.start = min(data, dictionary)
	}
	return c
}

func (f *footer) readKeyValue(t *thriftReader) {
	var kv keyValue
	t.fields(func(id int64, wire wireType) bool {
		switch {
		case id == 1 && wire == wireBinary:
			kv.key = t.binary()
		case id == 2 && wire == wireBinary:
			kv.value = t.binary()
		default:
			return false
		}
		return true
	})
	f.keys = append(f.keys, kv)
}

// lookup returns the value of a key.
func (f *footer) lookup(key string) (value string, ok bool) {
	for _, kv := range f.keys {
		if string(kv.key) == key {
			return string(kv.value), true
		}
	}
	return "", false
}

// footerSize reads the length of the footer from a file's last bytes.
func footerSize(tail []byte) (int64, bool) {
	end := len(tail) - footerTail
	if end < 0 || string(tail[end+4:]) != magic {
		return 0, false
	}
	return int64(binary.LittleEndian.Uint32(tail[end:])), true
}
