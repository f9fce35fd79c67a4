package parquet

import (
	"fmt"
	"hash/crc32"
)

const (
	// maxHeader is far above what a page header with statistics takes.
	maxHeader = 1 << 20
	// maxPage bounds a page after decompression where this package decodes it,
	// unless a single vector is longer.
	maxPage = 64 << 20
)

// page is a page of a column chunk, as its PageHeader (parquet.thrift) describes it.
type page struct {
	offset  int64 // of its body in the file
	packed  int64 // bytes there
	size    int64 // bytes after decompression
	values  int64 // of a data page
	crc     uint32
	hasCRC  bool
	kind    int64    // PageType
	plain   bool     // values are PLAIN
	levels  [2]int64 // Encoding of definition and repetition levels
	version int      // 1 and 2: of a data page; 0: of none
}

// Encoding and PageType of parquet.thrift.
const (
	encodingPlain = 0
	encodingRLE   = 3
	dataPage      = 0
)

// isPlain reports whether a page is a version 1 data page of PLAIN values, its
// levels, where the leaf has some, in RLE: what this package decodes.
func (p *page) isPlain(l *leaf, limit int64) bool {
	return p.kind == dataPage && p.version == 1 && p.plain && p.size <= limit &&
		(l.maxDef == 0 || p.levels[0] == encodingRLE) && (l.maxRep == 0 || p.levels[1] == encodingRLE)
}

// checkCRC compares a page's bytes with the checksum of its header, if it has one.
func (p *page) checkCRC(body []byte) error {
	if p.hasCRC && crc32.ChecksumIEEE(body) != p.crc {
		return fmt.Errorf("%w: a page has not its checksum", ErrDamaged)
	}
	return nil
}

// eachPage calls visit with the pages of a chunk, in order. Only their headers are
// read, and checked so that no decoder makes room for more than a page can hold.
func (f *File) eachPage(c *chunk, visit func(page)) error {
	at, end, values := c.start, c.start+c.size, c.values
	for at < end {
		p, length, err := f.readPageHeader(at, end)
		if err != nil {
			return err
		}
		at += length
		if p.packed < 0 || p.packed > end-at || p.size < 0 || p.size/maxExpansion > p.packed ||
			p.values < 0 || p.values > values {
			return fmt.Errorf("%w: a page's header cannot be", ErrDamaged)
		}
		p.offset = at
		at, values = at+p.packed, values-p.values
		visit(p)
	}
	return nil
}

// readPageHeader reads the page header at an offset and returns its length.
func (f *File) readPageHeader(at, end int64) (p page, length int64, err error) {
	for window := int64(512); ; window = maxHeader {
		b, err := f.bytes(at, min(window, end-at), &f.header)
		if err != nil {
			return p, 0, err
		}
		if p, length, ok := parsePageHeader(b); ok {
			return p, length, nil
		}
		if window == maxHeader || window >= end-at {
			return p, 0, fmt.Errorf("%w: a page's header cannot be read", ErrDamaged)
		}
	}
}

// parsePageHeader reads the page header that b begins with.
func parsePageHeader(b []byte) (p page, length int64, ok bool) {
	p.kind = -1
	t := newThriftReader(b)
	seen := t.fields(func(id int64, wire wireType) bool {
		switch {
		case id == 1 && wire.isInteger():
			p.kind = t.integer()
		case id == 2 && wire.isInteger():
			p.size = t.integer()
		case id == 3 && wire.isInteger():
			p.packed = t.integer()
		case id == 4 && wire.isInteger():
			p.crc = uint32(t.integer())
			p.hasCRC = p.crc != 0 // some writers say 0 for none
		case id == 5 && wire == wireStruct:
			p.version = 1
			readDataPageHeader(t, &p)
		case id == 8 && wire == wireStruct:
			p.version = 2
			readDataPageHeader(t, &p)
		default:
			return false
		}
		return true
	})
	t.require(seen, 1, 2, 3)
	return p, int64(len(b) - len(t.rest())), !t.bad
}

// readDataPageHeader reads a DataPageHeader; of a DataPageHeaderV2, whose first
// field is the same, the number of values is right and the rest is not used.
func readDataPageHeader(t *thriftReader, p *page) {
	encoding := int64(-1)
	t.fields(func(id int64, wire wireType) bool {
		if !wire.isInteger() {
			return false
		}
		switch id {
		case 1:
			p.values = t.integer()
		case 2:
			encoding = t.integer()
		case 3, 4:
			p.levels[id-3] = t.integer()
		default:
			return false
		}
		return true
	})
	p.plain = encoding == encodingPlain
}
