package parquet

import (
	"encoding/binary"
	"fmt"
)

// plainColumn reads a column that is not nested and whose pages are all plain, as
// page.isPlain says. Strings of a page share memory.
type plainColumn struct {
	f     *File
	leaf  int
	kind  kind
	pages plainPages

	to     []page // of this row group, not read yet
	codec  Codec
	maxDef byte

	left   int // values to come of this page
	levels levelStream
	body   []byte // PLAIN values
	text   string // body again, if they are strings

	packed, raw []byte // buffers
}

// openPlain reads the headers of a column's pages. It returns false for a column
// that this reader does not know.
func (f *File) openPlain(ordinal int, k kind, c *plainColumn) (ok bool, err error) {
	l := &f.footer.leaves[ordinal]
	if l.nested || l.maxRep > 0 || l.physical != k.physical() || l.micros != (k == micros) {
		return false, nil
	}
	*c = plainColumn{f: f, leaf: ordinal, kind: k, maxDef: l.maxDef, pages: c.pages, packed: c.packed, raw: c.raw}
	return f.plainPages(ordinal, maxPage, &c.pages)
}

// plainPages are the pages of a leaf, all of which are plain.
type plainPages struct {
	pages  []page
	groups []int // each row group's first page, and the number of pages
}

// group returns the pages of a row group.
func (p *plainPages) group(i int) []page { return p.pages[p.groups[i]:p.groups[i+1]] }

// plainPages reads the page headers of a leaf. It returns false if a page is not
// plain or, unpacked, larger than limit.
func (f *File) plainPages(ordinal int, limit int64, dst *plainPages) (plain bool, err error) {
	l := &f.footer.leaves[ordinal]
	*dst = plainPages{dst.pages[:0], append(dst.groups[:0], 0)}
	for i := range f.footer.groups {
		c := f.chunk(i, ordinal)
		if c.elsewhere || !unpacks(c.codec) || l.maxRep == 0 && c.values != f.footer.groups[i].rows {
			return false, nil
		}
		plain, values := true, int64(0)
		err := f.eachPage(c, func(p page) {
			plain = plain && p.isPlain(l, limit)
			values += p.values
			dst.pages = append(dst.pages, p)
		})
		if err == nil && plain && values != c.values {
			err = fmt.Errorf("%w: its pages have %d values, the footer says %d", ErrDamaged, values, c.values)
		}
		if err != nil {
			return false, fmt.Errorf("column %s: %w", l.column, err)
		}
		if !plain {
			return false, nil
		}
		dst.groups = append(dst.groups, len(dst.pages))
	}
	return true, nil
}

func (c *plainColumn) startGroup(group int) error {
	c.to, c.left = c.pages.group(group), 0
	c.codec = c.f.chunk(group, c.leaf).codec
	return nil
}

func (c *plainColumn) close() {}

// read fills the batch with the next n values.
func (c *plainColumn) read(b *batch, n int) error {
	for done := 0; done < n; {
		if c.left == 0 {
			if err := c.nextPage(); err != nil {
				return err
			}
		}
		count, defined := min(n-done, c.left), true
		if c.maxDef > 0 {
			level, run, err := c.levels.next(count)
			if err == nil && level > c.maxDef {
				err = errLevel
			}
			if err != nil {
				return err
			}
			count, defined = run, level == c.maxDef
		}
		if !defined {
			b.setNull(done, done+count)
		} else if err := c.values(b, done, done+count); err != nil {
			return err
		}
		done += count
		if c.left -= count; c.left == 0 && len(c.body) > 0 {
			return fmt.Errorf("%w: a page is too long for its values", ErrDamaged)
		}
	}
	return nil
}

var errLevel = fmt.Errorf("%w: a definition level is too great", ErrDamaged)

var errShortPage = fmt.Errorf("%w: a page is too short for its values", ErrDamaged)

// values decodes values from … to-1 of the batch ("Plain" of Parquet's Encodings).
func (c *plainColumn) values(b *batch, from, to int) error {
	clear(b.null[from:to])
	switch c.kind {
	case text:
		return c.strings(b.texts[from:to])
	case integer:
		if len(c.body) < 4*(to-from) {
			return errShortPage
		}
		for i := from; i < to; i++ {
			b.numbers[i] = int64(int32(binary.LittleEndian.Uint32(c.body)))
			c.body = c.body[4:]
		}
	default:
		if len(c.body) < 8*(to-from) {
			return errShortPage
		}
		for i := from; i < to; i++ {
			b.numbers[i] = int64(binary.LittleEndian.Uint64(c.body))
			c.body = c.body[8:]
		}
	}
	return nil
}

// strings decodes strings, each after its length.
func (c *plainColumn) strings(dst []string) error {
	from, at := len(c.text)-len(c.body), 0
	for i := range dst {
		if len(c.body)-at < 4 {
			return errShortPage
		}
		n := uint64(binary.LittleEndian.Uint32(c.body[at:]))
		if at += 4; n > uint64(len(c.body)-at) {
			return errShortPage
		}
		dst[i] = c.text[from+at : from+at+int(n)]
		at += int(n)
	}
	c.body = c.body[at:]
	return nil
}

// nextPage unpacks the next page.
func (c *plainColumn) nextPage() error {
	for len(c.to) > 0 && c.to[0].values == 0 {
		c.to = c.to[1:]
	}
	if len(c.to) == 0 {
		return fmt.Errorf("%w: its values end early", ErrDamaged)
	}
	p := c.to[0]
	c.to = c.to[1:]
	packed, err := c.f.bytes(p.offset, p.packed, &c.packed)
	if err != nil {
		return err
	}
	if err := p.checkCRC(packed); err != nil {
		return err
	}
	body, err := c.f.unpack.decompress(c.codec, c.raw, packed, int(p.size))
	if err != nil {
		return err
	}
	if c.codec != Uncompressed {
		c.raw = body
	}
	if c.maxDef > 0 {
		var stream []byte
		if stream, body, err = cutLevels(body); err != nil {
			return err
		}
		c.levels = levelStream{b: stream, width: 1}
	}
	if c.left, c.body = int(p.values), body; c.kind == text {
		c.text = string(body)
	}
	return nil
}
