package cudatest

import (
	"fmt"
	"math/bits"
)

// move is mov.type: of registers, numbers and addresses, and to and from vectors.
func move(c *compiler) (operation, error) {
	if len(c.parts) != 1 || typeBytes(c.parts[0]) < 2 {
		return nil, fmt.Errorf("this form is not supported")
	}
	if err := c.count(2); err != nil {
		return nil, err
	}
	class := classFor(c.parts[0])
	d, a := c.s.args[0], c.s.args[1]
	switch {
	case d.kind == vector:
		return c.unpack(d.list, a, class)
	case a.kind == vector:
		return c.pack(d, a.list, class)
	case a.kind == symbol:
		return c.addressOf(d, a, class)
	case a.kind == special && (a.name == "%clock" || a.name == "%clock64" || a.name == "%globaltimer"):
		return c.clock(d, class)
	}
	r, err := c.registers(class, class)
	if err != nil {
		return nil, err
	}
	to, from := r[0], r[1]
	if class == double {
		return func(w *warp, m uint32) { copyLanes(&w.wide[to], &w.wide[from], m) }, nil
	}
	return func(w *warp, m uint32) { copyLanes(&w.narrow[to], &w.narrow[from], m) }, nil
}

// addressOf moves a variable's address in its own space.
func (c *compiler) addressOf(d, a operand, class class) (operation, error) {
	l, ok := c.symbols[a.name]
	if !ok {
		return nil, fmt.Errorf("%s is not declared", a.name)
	}
	if class == half || class == single && l.space == "global" {
		return nil, fmt.Errorf("an address in a register of %d bits", 8*class.bytes())
	}
	to, err := c.destination(d, class)
	if err != nil {
		return nil, err
	}
	from := c.value(l.address+a.value, class)
	if class == double {
		return func(w *warp, m uint32) { copyLanes(&w.wide[to], &w.wide[from], m) }, nil
	}
	return func(w *warp, m uint32) { copyLanes(&w.narrow[to], &w.narrow[from], m) }, nil
}

// clock counts the warp's instructions.
func (c *compiler) clock(d operand, class class) (operation, error) {
	to, err := c.destination(d, class)
	if err != nil {
		return nil, err
	}
	if class == double {
		return func(w *warp, m uint32) { v := spread(w.executed); copyLanes(&w.wide[to], &v, m) }, nil
	}
	return func(w *warp, m uint32) { v := spread(uint32(w.executed)); copyLanes(&w.narrow[to], &v, m) }, nil
}

// pieces compiles the elements of a vector that together have class's bits.
func (c *compiler) pieces(list []operand, whole class, write bool) ([]int, class, error) {
	part := half
	switch {
	case whole.bytes() == 2*single.bytes() && len(list) == 2:
		part = single
	case whole.bytes() != len(list)*half.bytes() || len(list) == 1:
		return nil, part, fmt.Errorf("a vector of %d for %d bits", len(list), 8*whole.bytes())
	}
	slots := make([]int, len(list))
	for i, o := range list {
		var err error
		if write {
			slots[i], err = c.destination(o, part)
		} else {
			slots[i], err = c.source(o, part)
		}
		if err != nil {
			return nil, part, err
		}
	}
	return slots, part, nil
}

// unpack is mov.b64 {a, b}, d, lowest bits first.
func (c *compiler) unpack(list []operand, from operand, class class) (operation, error) {
	slots, part, err := c.pieces(list, class, true)
	if err != nil {
		return nil, err
	}
	a, err := c.source(from, class)
	if err != nil {
		return nil, err
	}
	size := 8 * part.bytes()
	return func(w *warp, m uint32) {
		for ; m != 0; m &= m - 1 {
			i := bits.TrailingZeros32(m)
			v := w.value(class, a, i)
			for k, slot := range slots {
				w.narrow[slot][i] = uint32(v>>(k*size)) & (1<<size - 1)
			}
		}
	}, nil
}

// pack is mov.b64 d, {a, b}.
func (c *compiler) pack(to operand, list []operand, class class) (operation, error) {
	slots, part, err := c.pieces(list, class, false)
	if err != nil {
		return nil, err
	}
	d, err := c.destination(to, class)
	if err != nil {
		return nil, err
	}
	size := 8 * part.bytes()
	return func(w *warp, m uint32) {
		for ; m != 0; m &= m - 1 {
			i := bits.TrailingZeros32(m)
			v := uint64(0)
			for k, slot := range slots {
				v |= uint64(w.narrow[slot][i]) << (k * size)
			}
			w.set(class, d, i, v)
		}
	}, nil
}
