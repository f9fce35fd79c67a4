//go:build linux && amd64

package main

import (
	"encoding/binary"
	"errors"
)

// instruction is one of AMX: Intel's Software Developer's Manual (SDM), volume 2.
type instruction struct {
	op      operation
	length  int // in bytes
	a, b, c int // tiles: the one written or stored; a product's factors
	address
}

type operation uint8

const (
	loadConfig operation = iota + 1
	storeConfig
	release
	zero
	load // with and without the hint T1
	store
	product // of bfloat16
)

// address is base + index·scale + displacement, from general registers; −1 is none.
type address struct {
	base, index  int
	scale        uint64
	displacement int64
}

func (a address) of(r *[16]uint64) uint64 {
	at := uint64(a.displacement)
	if a.base >= 0 {
		at += r[a.base]
	}
	return at + a.stride(r)
}

// stride is what the index adds; for tiles it is the distance of rows.
func (a address) stride(r *[16]uint64) uint64 {
	if a.index < 0 {
		return 0
	}
	return r[a.index] * a.scale
}

// maxLength is that of the longest instruction here: VEX, opcode, ModRM, SIB, four bytes
// of displacement.
const maxLength = 10

var errOther = errors.New("not an instruction of AMX")

// The prefix that VEX's pp stands for.
const (
	noPrefix = iota
	prefix66
	prefixF3
	prefixF2
)

// decode reads code's first instruction: all have three bytes of VEX with map 0F38, W0
// and 128 bits.
func decode(code []byte) (in instruction, err error) {
	if len(code) < maxLength || code[0] != 0xc4 || code[1]&0x1f != 2 || code[2]&0x84 != 0 {
		return in, errOther
	}
	v := vex{r: int(^code[1]>>7&1) << 3, x: int(^code[1]>>6&1) << 3, b: int(^code[1]>>5&1) << 3, v: int(^code[2] >> 3 & 15), prefix: int(code[2] & 3)}
	modrm := code[4]
	mod, reg, rm := modrm>>6, int(modrm>>3&7)|v.r, int(modrm&7)|v.b
	in.length, in.a = 5, reg
	switch op := code[3]; {
	case op == 0x49 && modrm == 0xc0 && v.prefix == noPrefix:
		in.op, in.a = release, 0
	case op == 0x49 && mod == 3 && rm == 0 && v.prefix == prefixF2:
		in.op = zero
	case op == 0x49 && mod != 3 && reg == 0 && v.prefix == noPrefix:
		in.op = loadConfig
	case op == 0x49 && mod != 3 && reg == 0 && v.prefix == prefix66:
		in.op = storeConfig
	case op == 0x4b && mod != 3 && modrm&7 == 4 && (v.prefix == prefixF2 || v.prefix == prefix66):
		in.op = load
	case op == 0x4b && mod != 3 && modrm&7 == 4 && v.prefix == prefixF3:
		in.op = store
	case op == 0x5c && mod == 3 && v.prefix == prefixF3:
		in.op, in.b, in.c = product, rm, v.v
		return in, in.check(v)
	default:
		return in, errOther
	}
	if in.op != release && in.op != zero {
		var length int
		if in.address, length = v.address(code[4:]); length == 0 {
			return in, errOther
		}
		in.length = 4 + length
	}
	if v.v != 0 {
		return in, errOther
	}
	return in, in.check(v)
}

// vex has the upper bits of the registers' numbers, the third operand and the prefix.
type vex struct{ r, x, b, v, prefix int }

// check refuses tiles that do not exist, and a product of a tile with itself.
func (in instruction) check(v vex) error {
	if in.a > 7 || in.b > 7 || in.c > 7 || in.op == product && (in.a == in.b || in.a == in.c || in.b == in.c) {
		return errOther
	}
	return nil
}

// address reads ModRM, SIB and displacement, and returns how many bytes those are.
func (v vex) address(code []byte) (a address, length int) {
	mod, rm := code[0]>>6, code[0]&7
	a, length = address{base: int(rm) | v.b, index: -1}, 1
	if rm == 4 {
		sib := code[1]
		a.base, a.scale, length = int(sib&7)|v.b, 1<<(sib>>6), 2
		if index := int(sib>>3&7) | v.x; index != 4 {
			a.index = index
		}
		rm = sib & 7
	}
	switch {
	case mod == 1:
		a.displacement, length = int64(int8(code[length])), length+1
	case mod == 2 || rm == 5 && mod == 0:
		if mod == 0 && length == 1 {
			return a, 0 // relative to RIP, which nothing here uses
		} else if mod == 0 {
			a.base = -1
		}
		a.displacement, length = int64(int32(binary.LittleEndian.Uint32(code[length:]))), length+4
	}
	return a, length
}
