package cudatest

import (
	"fmt"
	"slices"
	"strings"

	"cutpoint/model/cuda/cudatest/tensor"
)

// kernel is an entry point ready to run.
type kernel struct {
	text      *kernelText
	code      []instruction
	narrow    []tensor.Warp // what the 16- and 32-bit registers start as, constants included
	wide      [][32]uint64  // the same of 64-bit registers
	flags     int           // predicates
	specials  map[string]int
	static    int // bytes of shared memory that are declared with a size
	dynamicAt int // where shared memory without a size begins
	maximum   int // dynamic shared memory that FuncSetAttribute allowed
}

// instruction is a statement ready to run.
type instruction struct {
	run    operation
	kind   instructionKind
	not    bool
	whole  bool  // only for a whole warp that has not diverged
	guard  int32 // predicate, or -1
	member int32 // register with the mask of lanes that must take part, or -1
	target int32 // of a branch
	line   int32
	// The accumulators of asynchronous products (registers) that this instruction touches.
	accumulators []int32
}

type instructionKind uint8

const (
	plain instructionKind = iota
	jump
	exit
)

// compiler turns a kernel's statements into instructions.
type compiler struct {
	kernel    *kernel
	text      *kernelText
	slots     []int // register → index in its bank
	constants map[constant]int
	symbols   map[string]location
	s         *statement
	parts     []string // of the instruction's name, behind the first
	in        instruction
	touched   []int // 32-bit registers of the statement
	products  map[int]bool
}

type constant struct {
	class class
	bits  uint64
}

// location is what a variable's name stands for.
type location struct {
	space   string
	address uint64
}

// builder makes an instruction of the compiler's statement.
type builder func(c *compiler) (operation, error)

// Garbage that registers start with: not a number as float32, bfloat16 and float64, and far
// from everything as an address.
const garbage = 0x7fff7fff7fff7fff

// compile makes a kernel of its text. globals are the addresses of the module's variables.
func compile(p *program, text *kernelText, globals map[string]location) (*kernel, error) {
	c := &compiler{
		kernel: &kernel{text: text, specials: map[string]int{}}, text: text,
		constants: map[constant]int{}, symbols: map[string]location{}, products: map[int]bool{},
	}
	for name, l := range globals {
		c.symbols[name] = l
	}
	c.layOut(p)
	c.slots = make([]int, len(text.registers))
	for i, class := range text.registers {
		c.slots[i] = c.slot(class)
	}
	for i := range text.body {
		if err := c.statement(&text.body[i]); err != nil {
			return nil, fmt.Errorf("line %d: %s: %w", text.body[i].line, text.body[i].op, err)
		}
	}
	c.kernel.code = append(c.kernel.code, instruction{kind: exit, guard: -1, member: -1, line: int32(text.line)})
	c.markAccumulators()
	return c.kernel, nil
}

// layOut gives parameters and shared variables their places.
func (c *compiler) layOut(p *program) {
	offset := 0
	for _, v := range c.text.params {
		offset = roundUp(offset, v.align)
		c.symbols[v.name] = location{"param", uint64(offset)}
		offset += v.size
	}
	align, shared := 16, 0
	for _, table := range []map[string]*variable{p.shared, c.text.shared} {
		for _, name := range sortedNames(table) {
			if v := table[name]; v.size > 0 && !v.external {
				shared = roundUp(shared, v.align)
				c.symbols[name] = location{"shared", uint64(shared)}
				shared += v.size
			} else {
				align = max(align, v.align)
			}
		}
	}
	c.kernel.static, c.kernel.dynamicAt = shared, roundUp(shared, align)
	for name, v := range p.shared {
		if v.size == 0 || v.external {
			c.symbols[name] = location{"shared", uint64(c.kernel.dynamicAt)}
		}
	}
}

func sortedNames(table map[string]*variable) []string {
	names := make([]string, 0, len(table))
	for name := range table {
		names = append(names, name)
	}
	slices.Sort(names)
	return names
}

// slot is a new register.
func (c *compiler) slot(class class) int {
	k := c.kernel
	switch class {
	case predicate:
		k.flags++
		return k.flags - 1
	case double:
		k.wide = append(k.wide, spread[uint64](garbage))
		return len(k.wide) - 1
	}
	start := uint32(garbage & 0xffffffff)
	if class == half {
		start = garbage & 0xffff
	}
	k.narrow = append(k.narrow, spread(start))
	return len(k.narrow) - 1
}

func spread[A cell](v A) (out [32]A) {
	for i := range out {
		out[i] = v
	}
	return out
}

func (c *compiler) statement(s *statement) error {
	c.s, c.touched = s, c.touched[:0]
	parts := strings.Split(s.op, ".")
	c.parts = parts[1:]
	c.in = instruction{guard: -1, member: -1, not: s.not, line: int32(s.line), target: int32(s.target)}
	if s.guard >= 0 {
		c.in.guard = int32(c.slots[s.guard])
	}
	build := scalarInstructions[s.op]
	if build == nil {
		build = families[parts[0]]
	}
	if build == nil {
		return fmt.Errorf("this instruction is not supported")
	}
	var err error
	if c.in.run, err = build(c); err != nil {
		return err
	}
	for _, r := range c.touched {
		c.in.accumulators = append(c.in.accumulators, int32(r))
	}
	c.kernel.code = append(c.kernel.code, c.in)
	return nil
}

// markAccumulators keeps of every instruction's registers those that asynchronous products
// write: others need no watching.
func (c *compiler) markAccumulators() {
	for i := range c.kernel.code {
		in := &c.kernel.code[i]
		in.accumulators = slices.DeleteFunc(in.accumulators, func(r int32) bool { return !c.products[int(r)] })
		slices.Sort(in.accumulators)
		in.accumulators = slices.Compact(in.accumulators)
		if len(in.accumulators) == 0 {
			in.accumulators = nil
		}
	}
}
