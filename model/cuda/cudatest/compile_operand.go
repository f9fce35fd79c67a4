package cudatest

import "fmt"

// count is an error unless the instruction has n arguments.
func (c *compiler) count(n int) error {
	if len(c.s.args) != n {
		return fmt.Errorf("%d arguments where %d are needed", len(c.s.args), n)
	}
	return nil
}

// classOf is the class of an argument that is a register.
func (c *compiler) classOf(o operand) (class, error) {
	if o.kind == special {
		return single, nil
	}
	if o.kind != register {
		return 0, fmt.Errorf("an argument that is no register")
	}
	return c.text.registers[o.reg], nil
}

// destination is the index of a register that is written.
func (c *compiler) destination(o operand, class class) (int, error) {
	if o.kind == sink {
		return c.slot(class), nil
	}
	if o.kind != register || o.not {
		return 0, fmt.Errorf("the result is no register")
	}
	if got := c.text.registers[o.reg]; got != class {
		return 0, fmt.Errorf("a register of %d bits where one of %d is due", 8*got.bytes(), 8*class.bytes())
	}
	return c.use(c.slots[o.reg], class), nil
}

// use notes that the statement touches a register.
func (c *compiler) use(slot int, class class) int {
	if class == half || class == single {
		c.touched = append(c.touched, slot)
	}
	return slot
}

// source is the index of a register that is read; constants get a register of their own.
func (c *compiler) source(o operand, class class) (int, error) {
	switch {
	case o.not:
		return 0, fmt.Errorf("! before an argument that is no predicate")
	case o.kind == register:
		return c.destination(o, class)
	case o.kind == special && class == single:
		return c.special(o.name)
	case o.kind == immediate && class != predicate:
		return c.constant(o, class)
	}
	return 0, fmt.Errorf("an argument that is neither register nor number")
}

func (c *compiler) constant(o operand, class class) (int, error) {
	if o.float != 0 && int(o.float) != class.bytes() {
		return 0, fmt.Errorf("a number of %d bits where one of %d is due", 8*o.float, 8*class.bytes())
	}
	return c.value(o.value, class), nil
}

// value is the index of a register that holds a constant.
func (c *compiler) value(v uint64, class class) int {
	v &= 1<<(8*class.bytes()) - 1
	key := constant{class, v}
	if slot, ok := c.constants[key]; ok {
		return slot
	}
	slot := c.slot(class)
	if class == double {
		c.kernel.wide[slot] = spread(v)
	} else {
		c.kernel.narrow[slot] = spread(uint32(v))
	}
	c.constants[key] = slot
	return slot
}

var specialRegisters = map[string]bool{
	"%tid.x": true, "%tid.y": true, "%tid.z": true, "%ntid.x": true, "%ntid.y": true, "%ntid.z": true,
	"%ctaid.x": true, "%ctaid.y": true, "%ctaid.z": true, "%nctaid.x": true, "%nctaid.y": true, "%nctaid.z": true,
	"%laneid": true, "%warpid": true, "%nwarpid": true, "%smid": true, "%cluster_ctarank": true,
}

// special is the index of the register that holds %tid.x and its like.
func (c *compiler) special(name string) (int, error) {
	if !specialRegisters[name] {
		return 0, fmt.Errorf("%s is not supported", name)
	}
	slot, ok := c.kernel.specials[name]
	if !ok {
		slot = c.slot(single)
		c.kernel.specials[name] = slot
	}
	return slot, nil
}

// flag is the index of a predicate, and whether it is negated.
func (c *compiler) flag(o operand) (int, bool, error) {
	if o.kind != register || c.text.registers[o.reg] != predicate {
		return 0, false, fmt.Errorf("an argument that is no predicate")
	}
	return c.slots[o.reg], o.not, nil
}

// pointer is where an instruction finds addresses.
type pointer struct {
	slot   int
	wide   bool
	offset uint64
}

// pointer compiles an address. Names of variables are allowed in the spaces given.
func (c *compiler) pointer(o operand, spaces ...string) (pointer, error) {
	if o.kind != address {
		return pointer{}, fmt.Errorf("an argument that is no address")
	}
	base := o.list[0]
	p := pointer{offset: o.value}
	switch base.kind {
	case register:
		class := c.text.registers[base.reg]
		if class != single && class != double {
			return p, fmt.Errorf("an address in a register of %d bits", 8*class.bytes())
		}
		p.slot, p.wide = c.use(c.slots[base.reg], class), class == double
		return p, nil
	case immediate:
		p.slot, p.wide = c.value(base.value, double), true
		return p, nil
	case symbol:
		l, ok := c.symbols[base.name]
		if !ok {
			return p, fmt.Errorf("%s is not declared", base.name)
		}
		for _, space := range spaces {
			if l.space == space {
				p.slot, p.wide = c.value(l.address+base.value, double), true
				return p, nil
			}
		}
		return p, fmt.Errorf("%s is in %s memory", base.name, l.space)
	}
	return p, fmt.Errorf("not an address")
}

// at is a lane's address.
func (p pointer) at(w *warp, lane int) uint64 {
	if p.wide {
		return w.wide[p.slot][lane] + p.offset
	}
	return uint64(w.narrow[p.slot][lane] + uint32(p.offset))
}
