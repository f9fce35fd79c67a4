package hdf5

import (
	"errors"
	"fmt"
	"io"
	"math"
)

// undefined stands for no address ("undefined address").
const undefined = math.MaxUint64

// wide is the size of addresses and lengths. The superblock may ask for others,
// which no known writer does.
const wide = 8

// file gives bounded access to the metadata.
type file struct {
	r      io.ReaderAt
	size   int64
	base   uint64 // where address 0 lies
	budget int64  // bytes of metadata that may still be read
}

// block reads n bytes at an address.
func (f *file) block(addr, n uint64) ([]byte, error) {
	at, err := f.locate(addr, n)
	if err != nil {
		return nil, err
	}
	if int64(n) > f.budget {
		return nil, fmt.Errorf("the file has more than %d bytes of metadata: not a file of weights", maxMetadata)
	}
	f.budget -= int64(n)
	b := make([]byte, n)
	if got, err := f.r.ReadAt(b, at); got < len(b) {
		return nil, fmt.Errorf("read %d bytes at %d: %w", n, at, err)
	}
	return b, nil
}

// locate turns the address of n bytes into an offset in the file.
func (f *file) locate(addr, n uint64) (int64, error) {
	if addr == undefined {
		return 0, errors.New("an address is undefined: the file is damaged")
	}
	size := uint64(f.size)
	if f.base > size || addr > size-f.base || n > size-f.base-addr {
		return 0, fmt.Errorf("%d bytes at address %d lie outside of the file's %d: the file is damaged or cut off", n, addr, f.size)
	}
	return int64(f.base + addr), nil
}

// cursor takes little-endian fields from a block. Reading past the end gives zeros
// and sets short.
type cursor struct {
	b     []byte
	short bool
}

func (c *cursor) uint(n int) uint64 {
	var v uint64
	for i, b := range c.next(n) {
		v |= uint64(b) << (8 * i)
	}
	return v
}

func (c *cursor) addr() uint64   { return c.uint(wide) }
func (c *cursor) length() uint64 { return c.uint(wide) }
func (c *cursor) skip(n int)     { c.next(n) }

// next returns the next n bytes, or nil and sets short.
func (c *cursor) next(n int) []byte {
	if n > len(c.b) {
		c.short, c.b = true, nil
		return nil
	}
	b := c.b[:n]
	c.b = c.b[n:]
	return b
}

func (c *cursor) signature(want string) error {
	if got := c.next(len(want)); string(got) != want {
		return fmt.Errorf("want a block %s, found %q: the file is damaged", want, got)
	}
	return nil
}
