package pickle

import (
	"errors"
	"fmt"
	"math"
)

var errUnderflow = errors.New("an instruction takes more objects than its stack holds")

// step executes one instruction: Decode's loop ends at the one that is not
// among these, STOP.
func (d *Decoder) step(op byte) error {
	switch op {
	case 0x80: // PROTO
		return d.protocol()
	case 0x95: // FRAME: how many bytes follow in one piece; not needed
		_, err := d.number(8)
		return err
	case '(':
		d.marks = append(d.marks, len(d.stack))
		if len(d.marks) > maxStack {
			return fmt.Errorf("its stack grows beyond %d marks", maxStack)
		}
		return nil
	case '0': // POP
		return d.pop()
	case '1': // POP_MARK
		_, err := d.popMark()
		return err
	case '2': // DUP
		return d.top(1, func(v []any) any { return v[0] })
	case 'q', 'r', 0x94:
		return d.put(op)
	case 'h', 'j':
		return d.get(op)
	case 'c', 0x93:
		return d.global(op)
	}
	if done, err := d.literal(op); done || err != nil {
		return err
	}
	return d.build(op)
}

func (d *Decoder) protocol() error {
	version, err := d.byte()
	if err == nil && version > 5 {
		return fmt.Errorf("it has the protocol %d, and Python's newest is 5", version)
	}
	return err
}

func (d *Decoder) push(v any) { d.stack = append(d.stack, v) }

// floor is the height of the stack that an instruction must not reach below.
func (d *Decoder) floor() int {
	if len(d.marks) == 0 {
		return 0
	}
	return d.marks[len(d.marks)-1]
}

func (d *Decoder) pop() error {
	if len(d.stack) > d.floor() {
		d.stack = d.stack[:len(d.stack)-1]
		return nil
	}
	if len(d.marks) > 0 { // as CPython does
		d.marks = d.marks[:len(d.marks)-1]
		return nil
	}
	return errUnderflow
}

// top pushes the result of f of the n topmost objects, which stay.
func (d *Decoder) top(n int, f func([]any) any) error {
	if len(d.stack)-n < d.floor() {
		return errUnderflow
	}
	d.push(f(d.stack[len(d.stack)-n:]))
	return nil
}

// popN removes the n topmost objects. They are valid until the next push.
func (d *Decoder) popN(n int) ([]any, error) {
	at := len(d.stack) - n
	if at < d.floor() {
		return nil, errUnderflow
	}
	v := d.stack[at:]
	d.stack = d.stack[:at]
	return v, nil
}

// popMark removes the objects above the last mark, and the mark. They are valid
// until the next push.
func (d *Decoder) popMark() ([]any, error) {
	if len(d.marks) == 0 {
		return nil, errors.New("an instruction looks for a mark that was not set")
	}
	at := d.floor()
	d.marks = d.marks[:len(d.marks)-1]
	v := d.stack[at:]
	d.stack = d.stack[:at]
	return v, nil
}

// put remembers the topmost object under a number.
func (d *Decoder) put(op byte) error {
	key := uint64(len(d.memo)) // MEMOIZE
	if op != 0x94 {
		var err error
		if key, err = d.number(map[byte]uint64{'q': 1, 'r': 4}[op]); err != nil {
			return err
		}
	}
	if len(d.stack) <= d.floor() {
		return errUnderflow
	}
	d.memo[int64(key)] = d.stack[len(d.stack)-1] // at most one for each instruction
	return nil
}

func (d *Decoder) get(op byte) error {
	key, err := d.number(map[byte]uint64{'h': 1, 'j': 4}[op])
	if err != nil {
		return err
	}
	v, ok := d.memo[int64(key)]
	if !ok {
		return fmt.Errorf("it looks up object %d, which it never stored", key)
	}
	d.push(v)
	return nil
}

// global imports a name, if that is allowed.
func (d *Decoder) global(op byte) error {
	var g Global
	if op == 'c' {
		var err error
		if g.Module, err = d.line(); err != nil {
			return err
		}
		if g.Name, err = d.line(); err != nil {
			return err
		}
	} else {
		v, err := d.popN(2)
		if err != nil {
			return err
		}
		var ok1, ok2 bool
		g.Module, ok1 = v[0].(string)
		g.Name, ok2 = v[1].(string)
		if !ok1 || !ok2 {
			return errors.New("it imports something that is not a name")
		}
	}
	if err := d.allow(g); err != nil {
		return err
	}
	d.push(g)
	return nil
}

// literal executes an instruction that pushes a constant, and reports whether it was
// one.
func (d *Decoder) literal(op byte) (bool, error) {
	switch op {
	case 'N':
		d.push(nil)
	case 0x88:
		d.push(true)
	case 0x89:
		d.push(false)
	case 'K', 'M', 'J':
		n, err := d.number(map[byte]uint64{'K': 1, 'M': 2, 'J': 4}[op])
		if err != nil {
			return false, err
		}
		v := int64(n)
		if op == 'J' {
			v = int64(int32(n))
		}
		d.push(v)
	case 'G': // big-endian, unlike all others
		b, err := d.bytes(8)
		if err != nil {
			return false, err
		}
		bits := uint64(0)
		for _, x := range b {
			bits = bits<<8 | uint64(x)
		}
		d.push(math.Float64frombits(bits))
	default:
		return d.stringLiteral(op)
	}
	return true, nil
}

// stringLiteral is literal for constants that follow their length.
func (d *Decoder) stringLiteral(op byte) (bool, error) {
	width, known := map[byte]uint64{
		0x8c: 1, 'X': 4, 0x8d: 8, // SHORT_BINUNICODE, BINUNICODE, BINUNICODE8
		'U': 1, 'T': 4, // SHORT_BINSTRING, BINSTRING: str of Python 2
		'C': 1, 'B': 4, 0x8e: 8, // SHORT_BINBYTES, BINBYTES, BINBYTES8
		0x8a: 1, 0x8b: 4, // LONG1, LONG4
	}[op]
	if !known {
		return false, nil
	}
	b, err := d.counted(width)
	if err != nil {
		return false, err
	}
	switch op {
	case 0x8a, 0x8b:
		if len(b) > 1<<8 {
			return false, fmt.Errorf("an integer has %d bytes", len(b))
		}
		d.push(long(b))
	case 'C', 'B', 0x8e:
		d.push(Bytes(b))
	default:
		d.push(string(b))
	}
	return true, nil
}
