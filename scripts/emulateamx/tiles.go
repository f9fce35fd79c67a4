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

// space is the memory of the program, of which rows that lie stride bytes apart are read or
// written.
type space interface {
	read(at, stride uintptr, to [][]byte) error
	write(at, stride uintptr, from [][]byte) error
}

// execute computes an instruction as the SDM's operation sections have it. An error is a
// fault, for which the program gets its signal.
func (u *unit) execute(in instruction, r *[16]uint64, m space) error {
	switch in.op {
	case loadConfig:
		var config [rowBytes]byte
		if err := m.read(uintptr(in.of(r)), 0, [][]byte{config[:]}); err != nil {
			return err
		}
		return u.configure(config)
	case storeConfig:
		return m.write(uintptr(in.of(r)), 0, [][]byte{u.config[:]})
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
	if err := m.read(uintptr(in.of(r)-in.stride(r)), uintptr(in.stride(r)), u.used(in.a, &tile)); err != nil {
		return err
	}
	u.tile[in.a] = tile
	return nil
}

func (u *unit) store(in instruction, r *[16]uint64, m space) error {
	return m.write(uintptr(in.of(r)-in.stride(r)), uintptr(in.stride(r)), u.used(in.a, &u.tile[in.a]))
}

// used returns the rows of a tile of t's shape.
func (u *unit) used(t int, tile *[maxRows][rowBytes]byte) (rows [][]byte) {
	for row := range u.rows(t) {
		rows = append(rows, tile[row][:u.bytes(t)])
	}
	return rows
}

var errShapes = errors.New("TDPBF16PS: the tiles' shapes do not match")

// product is TDPBF16PS. For each row and column the products of the even and of the odd
// elements are summed apart, from zero, fused and rounded to nearest; then both sums are
// added, and the result is added to the tile. Subnormal numbers are zero on the way in and
// out; MXCSR does not matter.
func (u *unit) product(in instruction) error {
	if u.usable(in.b) != nil || u.usable(in.c) != nil ||
		u.rows(in.a) != u.rows(in.b) || u.bytes(in.a) != u.bytes(in.c) || u.bytes(in.b) != 4*u.rows(in.c) || u.bytes(in.a)%4 != 0 {
		return errShapes
	}
	var x, w factors
	ordinary := x.decode(u.used(in.b, &u.tile[in.b]))
	ordinary = w.decode(u.used(in.c, &u.tile[in.c])) && ordinary
	columns, depth := u.bytes(in.a)/4, u.rows(in.c)
	for row := range u.rows(in.a) {
		var sums [rowBytes / 4]float32
		if ordinary {
			x.multiplyOrdinary(&w, row, depth, &sums)
		} else {
			x.multiply(&w, row, columns, depth, &sums)
		}
		dst := &u.tile[in.a][row]
		for column := range columns {
			at := dst[4*column:]
			sum := flush(flush(math.Float32frombits(binary.LittleEndian.Uint32(at))) + flush(sums[column]))
			binary.LittleEndian.PutUint32(at, math.Float32bits(sum))
		}
		clear(dst[u.bytes(in.a):])
	}
	clear(u.tile[in.a][u.rows(in.a):])
	return nil
}

// factors are a tile's bfloat16 values, zero where there are none.
type factors struct {
	even, odd [maxRows][rowBytes / 4]float32
}

// decode reads rows, and says whether all numbers are ordinary: zero, or so far from the
// largest and smallest that no product or sum of theirs can leave float32.
func (f *factors) decode(rows [][]byte) (ordinary bool) {
	ordinary = true
	for i, row := range rows {
		for k := range len(row) / 4 {
			even, odd := halves(row[4*k:])
			f.even[i][k], f.odd[i][k] = even, odd
			ordinary = ordinary && isOrdinary(even) && isOrdinary(odd)
		}
	}
	return ordinary
}

func isOrdinary(x float32) bool {
	exponent := math.Float32bits(x) >> 23 & 0xff
	return x == 0 || exponent > 127-50 && exponent < 127+50
}

// multiply sums the products of a row with each column, fused as the processor does.
func (f *factors) multiply(w *factors, row, columns, depth int, sums *[rowBytes / 4]float32) {
	for column := range columns {
		var even, odd float32
		for k := range depth {
			even, odd = fuse(f.even[row][k], w.even[k][column], even), fuse(f.odd[row][k], w.odd[k][column], odd)
		}
		sums[column] = even + odd
	}
}

// multiplyOrdinary is multiply of ordinary numbers, twenty times as fast: their products have
// sixteen bits and are exact in float32, and no sum is subnormal.
func (f *factors) multiplyOrdinary(w *factors, row, depth int, sums *[rowBytes / 4]float32) {
	var odd [rowBytes / 4]float32
	for k := range depth {
		xe, xo := f.even[row][k], f.odd[row][k]
		we, wo := &w.even[k], &w.odd[k]
		for column := range sums {
			sums[column] += float32(xe * we[column])
			odd[column] += float32(xo * wo[column])
		}
	}
	for column, v := range odd {
		sums[column] += v
	}
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
