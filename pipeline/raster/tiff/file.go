// Package tiff reads TIFF 6.0 and BigTIFF files: the directories of the chain are the
// pages, in its order, but for reduced copies and masks; sub-directories are none. It
// returns samples of eight bits; what they mean as colours is for the caller. Where
// data is damaged it shows what libtiff 4.7 shows, or fails where that fails.
package tiff

import (
	"encoding/binary"
	"errors"
	"fmt"
)

// ErrTooLarge is wrapped by errors about limits.
var ErrTooLarge = errors.New("beyond the limit")

// UnsupportedError names a variant that is not read.
type UnsupportedError string

func (e UnsupportedError) Error() string {
	return string(e) + " is not read; convert the page to 8-bit grey or RGB with LZW compression"
}

// Limits bound what a file may cost.
type Limits struct {
	Pages  int
	Pixels int64 // of a page, and of a tile; four samples are allowed for each
}

// File is an opened file.
type File struct {
	data   []byte
	order  binary.ByteOrder
	big    bool
	limits Limits
	pages  []directory // nil stands for one that is broken
	broken error       // why
}

// directory maps tags to their fields.
type directory map[uint16]field

// field is a directory entry: count values of a type, at an offset in the file.
type field struct {
	kind  uint16
	count uint64
	at    uint64
	far   bool // the values do not stand in the entry
}

// Open reads the chain of directories. A chain that comes back to itself ends
// there: all its pages have been seen. A chain that breaks after its first page
// ends with a page that cannot be decoded, so that those before it still can.
func Open(data []byte, limits Limits) (*File, error) {
	if len(data) < 8 {
		return nil, errors.New("the header is cut short")
	}
	f := &File{data: data, order: binary.LittleEndian, limits: limits}
	if data[0] == 'M' {
		f.order = binary.BigEndian
	}
	next, err := f.header()
	if err != nil {
		return nil, err
	}
	seen := map[uint64]bool{}
	for !f.isEnd(next) && !seen[next] && f.broken == nil {
		if len(f.pages) == 2*limits.Pages { // each may have a thumbnail
			return nil, fmt.Errorf("%w: more than %d directories", ErrTooLarge, 2*limits.Pages)
		}
		seen[next] = true
		var d directory
		if d, next, err = f.directory(next); err != nil {
			f.broken = fmt.Errorf("directory %d: %w", len(f.pages), err)
		}
		f.pages = append(f.pages, d)
	}
	if err := f.keepPages(); err != nil {
		return nil, err
	}
	switch {
	case len(f.pages) == 0:
		return nil, errors.New("there is no page")
	case len(f.pages) > limits.Pages:
		return nil, fmt.Errorf("%w: more than %d pages", ErrTooLarge, limits.Pages)
	case len(f.pages) == 1 && f.broken != nil:
		return nil, f.broken
	}
	return f, nil
}

// isEnd: a chain ends with 0, or with all ones as some writers have it.
func (f *File) isEnd(next uint64) bool {
	return next == 0 || next >= uint64(len(f.data)) && (next == 1<<16-1 || next == 1<<32-1)
}

// Pages returns the number of pages, a broken last one included.
func (f *File) Pages() int { return len(f.pages) }

// header returns the first directory's offset (TIFF 6.0, section 2; BigTIFF adds
// 64-bit offsets).
func (f *File) header() (uint64, error) {
	f.big = f.order.Uint16(f.data[2:]) == 43
	if !f.big {
		return uint64(f.order.Uint32(f.data[4:])), nil
	}
	if len(f.data) < 16 || f.order.Uint16(f.data[4:]) != 8 {
		return 0, errors.New("the BigTIFF header is broken")
	}
	return f.order.Uint64(f.data[8:]), nil
}

// bytes returns n bytes at an offset, or an error if the file does not hold them.
func (f *File) bytes(at, n uint64) ([]byte, error) {
	if size := uint64(len(f.data)); at > size || n > size-at {
		return nil, fmt.Errorf("%d bytes at %d lie outside the file of %d: it is cut short or broken", n, at, size)
	}
	return f.data[at : at+n], nil
}

func (f *File) directory(at uint64) (directory, uint64, error) {
	countSize, entrySize, linkSize := uint64(2), uint64(12), uint64(4)
	if f.big {
		countSize, entrySize, linkSize = 8, 20, 8
	}
	b, err := f.bytes(at, countSize)
	if err != nil {
		return nil, 0, err
	}
	count := f.number(b)
	if count > 4096 {
		return nil, 0, fmt.Errorf("it would have %d entries", count)
	}
	at += countSize
	entries, err := f.bytes(at, count*entrySize)
	if err != nil {
		return nil, 0, err
	}
	d := directory{}
	for i := range count {
		e := entries[i*entrySize:][:entrySize]
		if tag := f.order.Uint16(e); isRead(tag) { // what is kept of a hostile file stays small
			d[tag] = f.entry(e, at+i*entrySize)
		}
	}
	link, err := f.bytes(at+count*entrySize, linkSize)
	if err != nil { // some writers leave the last link out
		return d, 0, nil
	}
	return d, f.number(link), nil
}

// number reads an unsigned integer of 2, 4 or 8 bytes.
func (f *File) number(b []byte) uint64 {
	switch len(b) {
	case 2:
		return uint64(f.order.Uint16(b))
	case 4:
		return uint64(f.order.Uint32(b))
	}
	return f.order.Uint64(b)
}

// entry reads a directory entry; values that fit stand in the entry itself.
func (f *File) entry(e []byte, at uint64) field {
	v := field{kind: f.order.Uint16(e[2:])}
	inline := uint64(4)
	if f.big {
		inline = 8
		v.count = f.order.Uint64(e[4:])
		v.at = at + 12
	} else {
		v.count = uint64(f.order.Uint32(e[4:]))
		v.at = at + 8
	}
	if v.count > inline || v.count*typeSize(v.kind) > inline {
		v.at = f.number(e[len(e)-int(inline):])
		v.far = true
	}
	return v
}

const (
	typeByte      = 1
	typeASCII     = 2
	typeRational  = 5
	typeUndefined = 7
)

// typeSize is the size of a field type in bytes (TIFF 6.0, page 15); 0 for those
// that are not needed here.
func typeSize(kind uint16) uint64 {
	switch kind {
	case 1, 2, 6, 7: // BYTE, ASCII, SBYTE, UNDEFINED
		return 1
	case 3, 8: // SHORT
		return 2
	case 4, 9, 13: // LONG, IFD
		return 4
	case 16, 17, 18, typeRational: // LONG8, IFD8
		return 8
	}
	return 0
}

// maxValues is more than any list has but those of strips and tiles.
const maxValues = 3 << 16

// values returns a field's integers, of which there may be maxValues; nil if the tag is
// absent.
func (f *File) values(d directory, tag uint16) ([]uint64, error) { return f.list(d, tag, maxValues) }

// list returns the first n of a field's integers.
func (f *File) list(d directory, tag uint16, n int) ([]uint64, error) {
	v, ok := d[tag]
	if !ok {
		return nil, nil
	}
	return f.integers(tag, v, uint64(n))
}

// integers returns the first n integers of a field.
func (f *File) integers(tag uint16, v field, n uint64) ([]uint64, error) {
	size := typeSize(v.kind)
	if size == 0 || v.kind == typeRational || v.count > uint64(len(f.data)) {
		return nil, fmt.Errorf("tag %d has type %d and %d values", tag, v.kind, v.count)
	}
	b, err := f.bytes(v.at, v.count*size)
	if err != nil {
		return nil, fmt.Errorf("tag %d: %w", tag, err)
	}
	out := make([]uint64, min(n, v.count))
	for i := range out {
		if size == 1 {
			out[i] = uint64(b[i])
			continue
		}
		out[i] = f.number(b[uint64(i)*size:][:size])
	}
	return out, nil
}

// one returns a field's first integer, or what stands for an absent one.
func (f *File) one(d directory, tag uint16, absent int) (int, error) {
	field, ok := d[tag]
	if !ok {
		return absent, nil
	}
	v, err := f.integers(tag, field, 1)
	if err != nil || len(v) == 0 {
		return absent, err
	}
	if v[0] > 1<<31-1 {
		return 0, fmt.Errorf("tag %d is %d", tag, v[0])
	}
	return int(v[0]), nil
}

// opaque returns a field's bytes; none if the tag is absent.
func (f *File) opaque(d directory, tag uint16) ([]byte, error) {
	v, ok := d[tag]
	if !ok {
		return nil, nil
	}
	if typeSize(v.kind) != 1 {
		return nil, fmt.Errorf("tag %d has type %d", tag, v.kind)
	}
	b, err := f.bytes(v.at, v.count)
	if err != nil {
		return nil, fmt.Errorf("tag %d: %w", tag, err)
	}
	return b, nil
}
