package hdf5

import (
	"errors"
	"fmt"
	"io"
	"slices"
)

const signature = "\x89HDF\r\n\x1a\n"

// Is reports whether the file begins as HDF5 does, at its first byte or behind a
// user block of 512, 1024, … bytes (section II.A).
func Is(r io.ReaderAt, size int64) bool {
	_, ok := find(r, size)
	return ok
}

func find(r io.ReaderAt, size int64) (int64, bool) {
	var b [len(signature)]byte
	for at := int64(0); at <= size-int64(len(b)); at = max(512, 2*at) {
		if n, _ := r.ReadAt(b[:], at); n == len(b) && string(b[:]) == signature {
			return at, true
		}
	}
	return 0, false
}

// superblock reads section II.A, "Disk Format: Level 0A", and returns the address
// of the root group's object header.
func (f *file) superblock() (root uint64, err error) {
	at, ok := find(f.r, f.size)
	if !ok {
		return 0, ErrNotHDF5
	}
	// The longest superblock, version 1, has 100 bytes.
	b, err := f.block(uint64(at), uint64(min(100, f.size-at)))
	if err != nil {
		return 0, err
	}
	c := &cursor{b: b}
	c.skip(len(signature))
	version := c.uint(1)
	var sizes []byte
	var end uint64
	switch version {
	case 0, 1:
		c.skip(4) // versions of free space, root group, reserved, shared messages
		sizes = c.next(2)
		c.skip(1 + 2 + 2 + 4) // reserved, leaf and internal K, consistency flags
		if version == 1 {
			c.skip(4) // indexed storage K
		}
		f.base = c.addr()
		c.skip(wide) // free space
		end = c.addr()
		c.skip(wide + wide) // driver information; the root entry's link name
		root = c.addr()
	case 2, 3:
		sizes = c.next(2)
		c.skip(1) // consistency flags
		f.base = c.addr()
		c.skip(wide) // superblock extension
		end = c.addr()
		root = c.addr()
	default:
		return 0, fmt.Errorf("HDF5 superblock version %d is not known", version)
	}
	switch {
	case c.short:
		return 0, errors.New("the file ends in its HDF5 superblock: it is cut off, get it again")
	case !slices.Equal(sizes, []byte{wide, wide}):
		return 0, fmt.Errorf("the HDF5 file has addresses and lengths of %v bytes, and only 8 is read", sizes)
	case end != undefined && end > uint64(f.size):
		return 0, fmt.Errorf("the file has %d bytes of %d: it is cut off, get it again", f.size, end)
	}
	return root, nil
}
