package flat

import (
	"encoding/binary"
	"fmt"
	"hash/crc32"
	"math"

	"github.com/klauspost/compress/s2"

	"cutpoint/store/thrift"
)

// Column hands out the values of one column in their order. After an error it
// hands out zeros, and Err returns it.
type Column struct {
	reader *Reader
	field  Field
	err    error

	raw   []byte // pages to come
	codec int64
	defs  bool  // pages have definition levels
	left  int64 // values to come in raw

	inPage int64  // values to come of this page
	levels levels // of them, if defs
	body   []byte // of this page, PLAIN
	at     int    // position in it
	text   string // body, if it was asked for as strings

	file, plain []byte // buffers for raw and body
}

// start begins with a chunk.
func (c *Column) start(raw []byte, ch chunk, defs bool) {
	c.raw, c.codec, c.left, c.defs, c.err = raw, ch.codec, ch.values, defs, nil
	c.inPage, c.body, c.at, c.text = 0, nil, 0, ""
}

func (c *Column) fail(what string) {
	if c.err == nil {
		c.err = fmt.Errorf("%w: %s", ErrForeign, what)
	}
	c.left, c.inPage, c.body, c.at, c.text = 0, 0, nil, 0, ""
}

// next steps to the next value and reports whether there is one that is not null.
func (c *Column) next() bool {
	for c.inPage == 0 {
		if c.left == 0 {
			c.fail("its values end early")
			return false
		}
		if !c.page() {
			return false
		}
	}
	c.inPage--
	if !c.defs {
		return true
	}
	defined, ok := c.levels.next()
	if !ok {
		c.fail("its definition levels")
	} else if !defined && !c.field.Optional {
		c.fail("it has nulls")
	}
	return ok && defined
}

// take returns the place of n bytes of the body.
func (c *Column) take(n int) (at int, ok bool) {
	if n > len(c.body)-c.at {
		c.fail("a page is too short for its values")
		return 0, false
	}
	at = c.at
	c.at += n
	return at, true
}

// span returns the place of a BYTE_ARRAY's bytes ("Plain": length, bytes).
func (c *Column) span() (from, to int, ok bool) {
	if !c.next() {
		return 0, 0, false
	}
	at, ok := c.take(4)
	if !ok {
		return 0, 0, false
	}
	n := binary.LittleEndian.Uint32(c.body[at:])
	if n > math.MaxInt32 {
		c.fail("a string is too long")
		return 0, 0, false
	}
	from, ok = c.take(int(n))
	return from, from + int(n), ok
}

// Bytes returns the next value of a Text column, valid until the next call. A
// null is nil.
func (c *Column) Bytes() []byte {
	from, to, ok := c.span()
	if !ok {
		return nil
	}
	return c.body[from:to:to]
}

// Text returns the next value of a Text column and whether it is not null.
// Strings of a page share memory.
func (c *Column) Text() (s string, ok bool) {
	from, to, ok := c.span()
	if !ok {
		return "", false
	}
	if c.text == "" {
		c.text = string(c.body)
	}
	return c.text[from:to], true
}

// Int returns the next value of an integer column; a null is zero.
func (c *Column) Int() int64 {
	if !c.next() {
		return 0
	}
	if c.field.Type == Int32 {
		if at, ok := c.take(4); ok {
			return int64(int32(binary.LittleEndian.Uint32(c.body[at:])))
		}
		return 0
	}
	if at, ok := c.take(8); ok {
		return int64(binary.LittleEndian.Uint64(c.body[at:]))
	}
	return 0
}

// page begins with the next page.
func (c *Column) page() bool {
	if len(c.body) != c.at {
		c.fail("a page is too long for its values")
		return false
	}
	t := thrift.NewReader(c.raw)
	h := readPageHeader(t)
	c.raw = t.Rest()
	// 0: PageType DATA_PAGE, Encoding PLAIN. 3: Encoding RLE.
	if t.Bad() || h.kind != 0 || h.encoding != 0 || c.defs && h.levels != 3 ||
		h.size < 0 || h.size > int64(len(c.raw)) || h.plain < 0 || h.plain > maxPage || h.values < 1 || h.values > c.left {
		c.fail("a page's header")
		return false
	}
	body := c.raw[:h.size]
	c.raw = c.raw[h.size:]
	if h.hasCRC && crc32.ChecksumIEEE(body) != uint32(h.crc) {
		c.fail("a page's checksum")
		return false
	}
	body, ok := c.decompress(body, h.plain)
	if ok && c.defs {
		c.levels, body, ok = cutLevels(body)
	}
	if !ok {
		c.fail("a page's bytes")
		return false
	}
	c.left -= h.values
	c.inPage, c.body, c.at, c.text = h.values, body, 0, ""
	return true
}

// decompress returns a page's bytes, of which there must be size.
func (c *Column) decompress(b []byte, size int64) ([]byte, bool) {
	switch c.codec { // CompressionCodec of parquet.thrift
	case 0:
		return b, int64(len(b)) == size
	case 1: // SNAPPY
		if n, err := s2.DecodedLen(b); err != nil || int64(n) != size {
			return nil, false
		}
		c.plain = resize(c.plain, size)
		out, err := s2.Decode(c.plain, b)
		return out, err == nil && int64(len(out)) == size
	case 6: // ZSTD
		d, err := c.reader.decoder()
		if err != nil {
			return nil, false
		}
		c.plain = resize(c.plain, size)
		out, err := d.DecodeAll(b, c.plain[:0:size])
		return out, err == nil && int64(len(out)) == size
	}
	return nil, false
}

// pageHeader is a PageHeader with its DataPageHeader.
type pageHeader struct {
	kind, size, plain, crc, values, encoding, levels int64
	hasCRC                                           bool
}

func readPageHeader(t *thrift.Reader) pageHeader {
	h := pageHeader{kind: -1, size: -1, plain: -1, encoding: -1, levels: -1}
	t.Fields(func(id int64, wire thrift.Type) bool {
		switch {
		case id == 1 && wire == thrift.I32:
			h.kind = t.Integer()
		case id == 2 && wire == thrift.I32:
			h.plain = t.Integer()
		case id == 3 && wire == thrift.I32:
			h.size = t.Integer()
		case id == 4 && wire == thrift.I32:
			h.crc, h.hasCRC = t.Integer(), true
		case id == 5 && wire == thrift.Struct:
			t.Fields(func(id int64, wire thrift.Type) bool {
				switch {
				case id == 1 && wire == thrift.I32:
					h.values = t.Integer()
				case id == 2 && wire == thrift.I32:
					h.encoding = t.Integer()
				case id == 3 && wire == thrift.I32:
					h.levels = t.Integer()
				default:
					return false
				}
				return true
			})
		default:
			return false
		}
		return true
	})
	return h
}
