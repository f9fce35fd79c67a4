//go:build linux && amd64

package main

import (
	"encoding/binary"
	"errors"
	"fmt"
	"math"
)

// Palette 1: eight tiles of at most sixteen rows of 64 bytes.
const (
	tiles    = 8
	maxRows  = 16
	rowBytes = 64
)

// unit is what one thread has of AMX.
type unit struct {
	configured bool
	config     [rowBytes]byte // as LDTILECFG took it
	tile       [tiles][maxRows][rowBytes]byte
}

func (u *unit) rows(t int) int  { return int(u.config[48+t]) }
func (u *unit) bytes(t int) int { return int(binary.LittleEndian.Uint16(u.config[16+2*t:])) }

// space is the memory of the program.
type space interface {
	read(at uintptr, to []byte) error
	write(at uintptr, from []byte) error
}

// execute computes an instruction as the SDM's operation sections have it. An error is a
// fault: the program's signal is then due.
func (u *unit) execute(in instruction, r *[16]uint64, m space) error {
	switch in.op {
	case loadConfig:
		var config [rowBytes]byte
		if err := m.read(uintptr(in.of(r)), config[:]); err != nil {
			return err
		}
		return u.configure(config)
	case storeConfig:
		return m.write(uintptr(in.of(r)), u.config[:])
	case release:
		*u = unit{}
		return nil
	}
	if err := u.usable(in.a); err != nil {
		return err
	}
	switch in.op {
	case zero:
		u.tile[in.a] = [maxRows][rowBytes]byte{}
		return nil
	case load:
		return u.load(in, r, m)
	case store:
		return u.store(in, r, m)
	}
	return u.product(in)
}

// configure is LDTILECFG with palette 0 or 1. All tiles become zero.
func (u *unit) configure(config [rowBytes]byte) error {
	next := unit{configured: config[0] == 1, config: config}
	if config[0] == 0 {
		*u = unit{}
		return nil
	}
	if config[0] != 1 || config[1] != 0 {
		return fmt.Errorf("LDTILECFG: palette %d from row %d; only palette 1 from row 0 is emulated", config[0], config[1])
	}
	for i, b := range config {
		if reserved := i >= 2 && i < 16 || i >= 32 && i < 48 || i >= 56; reserved && b != 0 {
			return fmt.Errorf("LDTILECFG: reserved byte %d is %d", i, b)
		}
	}
	for t := range tiles {
		if next.rows(t) > maxRows || next.bytes(t) > rowBytes || (next.rows(t) == 0) != (next.bytes(t) == 0) {
			return fmt.Errorf("LDTILECFG: tile %d of %d rows of %d bytes", t, next.rows(t), next.bytes(t))
		}
	}
	*u = next
	return nil
}

// usable refuses tiles that are not configured.
func (u *unit) usable(t int) error {
	if !u.configured || u.rows(t) == 0 {
		return fmt.Errorf("tile %d is not configured", t)
	}
	return nil
}

// load fills a tile row by row; what is beyond its rows and bytes becomes zero.
func (u *unit) load(in instruction, r *[16]uint64, m space) error {
	var tile [maxRows][rowBytes]byte
	start := in.of(r) - in.stride(r)
	for row := range u.rows(in.a) {
		if err := m.read(uintptr(start+uint64(row)*in.stride(r)), tile[row][:u.bytes(in.a)]); err != nil {
			return err
		}
	}
	u.tile[in.a] = tile
	return nil
}

func (u *unit) store(in instruction, r *[16]uint64, m space) error {
	start := in.of(r) - in.stride(r)
	for row := range u.rows(in.a) {
		if err := m.write(uintptr(start+uint64(row)*in.stride(r)), u.tile[in.a][row][:u.bytes(in.a)]); err != nil {
			return err
		}
	}
	return nil
}

var errShapes = errors.New("TDPBF16PS: the tiles' shapes do not go together")

// product is TDPBF16PS. For each row and column the products of the even and of the odd
// elements are summed apart, from zero, fused and rounded to nearest; then both sums are
// added, and the result is added to the tile. Subnormal numbers are zero on the way in and
// out; MXCSR does not matter.
func (u *unit) product(in instruction) error {
	if u.usable(in.b) != nil || u.usable(in.c) != nil ||
		u.rows(in.a) != u.rows(in.b) || u.bytes(in.a) != u.bytes(in.c) || u.bytes(in.b) != 4*u.rows(in.c) || u.bytes(in.a)%4 != 0 {
		return errShapes
	}
	dst, x, w := &u.tile[in.a], &u.tile[in.b], &u.tile[in.c]
	for row := range u.rows(in.a) {
		for column := range u.bytes(in.a) / 4 {
			var even, odd float32
			for k := range u.rows(in.c) {
				xe, xo := halves(x[row][4*k:])
				we, wo := halves(w[k][4*column:])
				even, odd = fuse(xe, we, even), fuse(xo, wo, odd)
			}
			at := dst[row][4*column:]
			sum := flush(flush(math.Float32frombits(binary.LittleEndian.Uint32(at))) + flush(even+odd))
			binary.LittleEndian.PutUint32(at, math.Float32bits(sum))
		}
		clear(dst[row][u.bytes(in.a):])
	}
	clear(dst[u.rows(in.a):])
	return nil
}

// halves returns the two bfloat16 of four bytes.
func halves(b []byte) (even, odd float32) {
	bits := binary.LittleEndian.Uint32(b)
	return flush(math.Float32frombits(bits << 16)), flush(math.Float32frombits(bits &^ 0xffff))
}

// fuse is x·y + z with one rounding to float32. The product of two bfloat16 is exact in
// float64; where float64's sum is not, rounding twice matters only if it lands halfway
// between two float32, which rounding to odd avoids.
func fuse(x, y, z float32) float32 {
	p, c := float64(x)*float64(y), float64(z)
	s := p + c
	if b := s - p; !math.IsInf(s, 0) && s == s {
		if lost := (p - (s - b)) + (c - b); lost != 0 && math.Float64bits(s)&1 == 0 {
			if (lost > 0) == (s > 0) {
				s = math.Float64frombits(math.Float64bits(s) + 1)
			} else {
				s = math.Float64frombits(math.Float64bits(s) - 1)
			}
		}
	}
	return flush(float32(s))
}

// flush returns zero of the same sign for a subnormal number.
func flush(x float32) float32 {
	if bits := math.Float32bits(x); bits&0x7f800000 == 0 {
		return math.Float32frombits(bits & 0x80000000)
	}
	return x
}
