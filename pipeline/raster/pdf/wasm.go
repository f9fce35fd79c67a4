package pdf

import (
	"bytes"
	"encoding/binary"
	"errors"
	"fmt"
)

// Sections of a module (WebAssembly Core Specification 2.0, 5.5.2).
const (
	typeSection     = 1
	importSection   = 2
	functionSection = 3
	globalSection   = 6
	exportSection   = 7
	codeSection     = 10
)

// Bytes of instructions and types (5.3, 5.4).
const (
	loop       = 0x03
	ifNoResult = 0x04 // followed by 0x40
	end        = 0x0b
	call       = 0x10
	localGet   = 0x20
	localTee   = 0x22
	globalGet  = 0x23
	globalSet  = 0x24
	i32Store   = 0x36
	memoryGrow = 0x40
	i32Const   = 0x41
	i32Eq      = 0x46
	i32LeS     = 0x4c
	i32Sub     = 0x6b
	i32ShrU    = 0x76
	typeI32    = 0x7f
	prefixFC   = 0xfc // followed by one of these
	memoryCopy = 10
	memoryFill = 11
)

var errModule = errors.New("the module is cut short")

// cursor reads a module. Its first error stays, and everything read after it is 0.
type cursor struct {
	data []byte
	at   int
	err  error
}

func (c *cursor) skip(n int) {
	if n < 0 || n > len(c.data)-c.at {
		c.fail(errModule)
		return
	}
	c.at += n
}

// take returns the next n bytes.
func (c *cursor) take(n int) []byte {
	from := c.at
	c.skip(n)
	if c.err != nil {
		return nil
	}
	return c.data[from:c.at]
}

func (c *cursor) rest() []byte { return c.data[c.at:] }

// fail ends the reading.
func (c *cursor) fail(err error) {
	if c.err == nil {
		c.err = err
	}
	c.at = len(c.data)
}

func (c *cursor) byte() byte {
	if c.at >= len(c.data) {
		c.fail(errModule)
		return 0
	}
	c.at++
	return c.data[c.at-1]
}

// number reads an unsigned number in LEB128.
func (c *cursor) number() int {
	if c.at < len(c.data) && c.data[c.at] < 0x80 { // nearly all of them
		c.at++
		return int(c.data[c.at-1])
	}
	v, n := binary.Uvarint(c.data[c.at:])
	if n <= 0 || v > 1<<32 {
		c.fail(errModule)
		return 0
	}
	c.at += n
	return int(v)
}

// numbers skips n numbers in LEB128, signed or not.
func (c *cursor) numbers(n int) {
	for range n {
		for c.byte() >= 0x80 {
		}
		if c.err != nil {
			return
		}
	}
}

// vector skips a vector of numbers.
func (c *cursor) vector() { c.numbers(c.number()) }

// importedFunctions reads a section of imports and returns how many are functions (5.5.5).
func (c *cursor) importedFunctions() (n int) {
	for range c.number() {
		if c.err != nil {
			return 0
		}
		c.skip(c.number()) // module
		c.skip(c.number()) // name
		switch c.byte() {
		case 0: // a function
			n++
			c.numbers(1)
		case 1: // a table
			c.skip(1)
			c.limits()
		case 2: // a memory
			c.limits()
		case 4: // a tag, of the proposal for exceptions
			c.skip(1)
			c.numbers(1)
		default:
			c.fail(errors.New("the module imports what is not known"))
		}
	}
	return n
}

// exportedFunctions reads a section of exports (5.5.10).
func (c *cursor) exportedFunctions() map[string]int {
	functions := map[string]int{}
	for range c.number() {
		name := c.take(c.number())
		kind, index := c.byte(), c.number()
		if c.err != nil {
			return nil
		}
		if kind == 0 {
			functions[string(name)] = index
		}
	}
	return functions
}

// limits skips the size of a table or memory, with or without an upper bound.
func (c *cursor) limits() { c.numbers(1 + int(c.byte()&1)) }

// instruction skips an instruction and returns its opcode (5.4).
func (c *cursor) instruction() byte {
	op := c.byte()
	switch {
	case op == 0x0e: // br_table
		c.vector()
		c.numbers(1)
	case op == 0x1f: // try_table, of the proposal for exceptions
		c.numbers(1)
		for range c.number() {
			if kind := c.byte(); kind < 2 {
				c.numbers(2)
			} else {
				c.numbers(1)
			}
		}
	case op == 0x11 || op == 0x13: // call_indirect, return_call_indirect
		c.numbers(2)
	case op == 0x1c: // select with types
		c.vector()
	case op == 0x02 || op == 0x03 || op == 0x04, // block, loop, if
		op == 0x08, op == 0x0c || op == 0x0d, op == 0x10 || op == 0x12, // throw, br, br_if, call, return_call
		op >= 0x20 && op <= 0x26, op >= 0x3f && op <= 0x42, // variables, tables, memory's size, i32.const, i64.const
		op == 0xd0, op == 0xd2: // ref.null, ref.func
		c.numbers(1)
	case op >= 0x28 && op <= 0x3e: // loads and stores
		c.numbers(2)
	case op == 0x43: // f32.const
		c.skip(4)
	case op == 0x44: // f64.const
		c.skip(8)
	case op == prefixFC:
		c.bulk()
	case op == 0xfd:
		c.vectorial()
	case op <= 0x01, op == 0x05, op == 0x0a, op == 0x0b, op == 0x0f, op == 0x1a, op == 0x1b,
		op >= 0x45 && op <= 0xc4, op == 0xd1: // without operands
	default:
		c.fail(fmt.Errorf("the module has the unknown instruction %#x", op))
	}
	return op
}

// bulk skips what follows the prefix 0xfc: operations on memory and tables.
func (c *cursor) bulk() {
	switch op := c.number(); {
	case op <= 7: // saturating conversions
	case op == 8 || op == 10 || op == 12 || op == 14: // init and copy
		c.numbers(2)
	case op <= 17:
		c.numbers(1)
	default:
		c.fail(fmt.Errorf("the module has the unknown instruction 0xfc %#x", op))
	}
}

// vectorial skips what follows the prefix 0xfd: operations on vectors of 128 bits.
func (c *cursor) vectorial() {
	switch op := c.number(); {
	case op <= 11 || op == 92 || op == 93: // loads and stores
		c.numbers(2)
	case op == 12 || op == 13: // v128.const, i8x16.shuffle
		c.skip(16)
	case op >= 21 && op <= 34: // a lane
		c.skip(1)
	case op >= 84 && op <= 91: // loads and stores of a lane
		c.numbers(2)
		c.skip(1)
	case op > 0xff:
		c.fail(fmt.Errorf("the module has the unknown instruction 0xfd %#x", op))
	}
}

// withMore returns a vector of n items with more.
func withMore(n int, items []byte, more ...[]byte) []byte {
	return append(append(unsigned(n+len(more)), items...), bytes.Join(more, nil)...)
}

func unsigned(n int) []byte { return binary.AppendUvarint(nil, uint64(n)) }
