package pdf

import (
	"context"
	"errors"

	"github.com/tetratelabs/wazero/api"
	"github.com/tetratelabs/wazero/experimental"
)

// guard adds to a module what keeps it within its limits.
//
// Compiled code cannot be preempted: neither is it stopped when its time is over, nor do
// Go's scheduler and garbage collector have their turn. So the rounds of all loops are
// counted, and a function is called when the count has gone down to 0, which starts it
// again. wazero's own way, WithCloseOnContextDone, leaves the compiled code in every round
// of every loop, so that pages take four times as long.
//
// An instruction that copies or fills memory counts as a round for every 64 bytes.
//
// A module that gets no more memory goes on without an image, or crashes somewhere. So
// another function is called then.
//
// Listeners of the two functions end the call into the module.
type guard struct {
	module  cursor
	out     []byte
	exports map[string]int // functions by name

	types, imported, defined, count int // how many types, functions and variables the module has
}

// guarded returns the module with the guard, and which functions are to be listened to.
func guarded(module []byte) (out []byte, l listeners, err error) {
	const header = 8 // magic number and version
	g := guard{module: cursor{data: module}}
	g.module.skip(header)
	g.out = append(make([]byte, 0, len(module)+len(module)/16), module[:g.module.at]...)
	for g.module.at < len(module) && g.module.err == nil {
		id := g.module.byte()
		content := g.module.take(g.module.number())
		g.section(id, content)
	}
	if g.module.err == nil && g.count == 0 {
		g.module.fail(errors.New("the module has no global variables"))
	}
	return g.out, listeners{uint32(g.pause()): errStopped, uint32(g.full()): errFull}, g.module.err
}

// The functions that are added, after all others.
func (g *guard) pause() int { return g.imported + g.defined }
func (g *guard) full() int  { return g.pause() + 1 }
func (g *guard) grow() int  { return g.pause() + 2 }
func (g *guard) copy() int  { return g.pause() + 3 }
func (g *guard) fill() int  { return g.pause() + 4 }

// section copies a section with what is added to it.
func (g *guard) section(id byte, content []byte) {
	c := cursor{data: content}
	switch id {
	case typeSection: // functions () → (), i32 → i32 and (i32, i32, i32) → ()
		g.types = c.number()
		content = withMore(g.types, c.rest(), []byte{0x60, 0, 0}, []byte{0x60, 1, typeI32, 1, typeI32}, []byte{0x60, 3, typeI32, typeI32, typeI32, 0})
	case importSection:
		g.imported = c.importedFunctions()
	case functionSection:
		g.defined = c.number()
		content = withMore(g.defined, c.rest(), unsigned(g.types), unsigned(g.types), unsigned(g.types+1), unsigned(g.types+2), unsigned(g.types+2))
	case globalSection:
		g.count = c.number()
		content = withMore(g.count, c.rest(), append(append([]byte{typeI32, 1}, constant...), end))
	case exportSection:
		g.exports = c.exportedFunctions()
	case codeSection:
		content = g.code(&c)
	}
	if c.err != nil {
		g.module.fail(c.err)
	}
	g.out = append(append(g.out, id), unsigned(len(content))...)
	g.out = append(g.out, content...)
}

// constant puts on the stack how many rounds of its loops a sandbox runs before it looks
// whether it is to go on, 65,536 in signed LEB128: a fraction of a millisecond.
var constant = []byte{i32Const, 0x80, 0x80, 0x04}

// code returns all functions.
func (g *guard) code(c *cursor) []byte {
	n := c.number()
	restart := append(append([]byte{0}, constant...), globalSet) // no local variables
	restart = append(append(restart, unsigned(g.count)...), end)
	added := [][]byte{restart, {0, end}, g.growing(), g.moving(memoryCopy, 0, 0), g.moving(memoryFill, 0)}
	out := append(make([]byte, 0, len(c.data)+len(c.data)/16), unsigned(n+len(added))...)
	check := g.check([]byte{i32Const, 1})
	var body []byte
	for i := range n {
		f := cursor{data: c.take(c.number())}
		body = g.guarded(&f, body[:0], check)
		if at, ok := g.exports["FPDF_FORMFILLINFO_Create"]; ok && at == g.imported+i {
			body = formInfo(g.exports["calloc"])
		}
		if f.err != nil {
			c.fail(f.err)
			return nil
		}
		out = append(append(out, unsigned(len(body))...), body...)
	}
	for _, f := range added {
		out = append(append(out, unsigned(len(f))...), f...)
	}
	return out
}

// check takes rounds, which code puts on the stack, from the count and calls pause when
// none is left.
func (g *guard) check(rounds []byte) (code []byte) {
	count := unsigned(g.count)
	code = append(append(code, globalGet), count...)
	code = append(append(append(code, rounds...), i32Sub, globalSet), count...)
	code = append(append(code, globalGet), count...)
	code = append(code, i32Const, 0, i32LeS, ifNoResult, 0x40, call)
	code = append(code, unsigned(g.pause())...)
	return append(code, end)
}

// growing is memory.grow as a function: it calls full where that returns -1.
func (g *guard) growing() []byte {
	code := []byte{0, localGet, 0, memoryGrow, 0, localTee, 0, i32Const, 0x7f, i32Eq, ifNoResult, 0x40, call}
	code = append(code, unsigned(g.full())...)
	return append(code, end, localGet, 0, end)
}

// moving is memory.copy or memory.fill as a function, whose last operand is how many bytes.
func (g *guard) moving(op byte, memories ...byte) []byte {
	const bytesOfRound = 6 // as a power of two
	code := append([]byte{0}, g.check([]byte{localGet, 2, i32Const, bytesOfRound, i32ShrU})...)
	code = append(code, localGet, 0, localGet, 1, localGet, 2, prefixFC, op)
	return append(append(code, memories...), end)
}

// guarded appends a function's body to dst, with a check in every loop, and calls of our
// functions in place of instructions on memory.
func (g *guard) guarded(c *cursor, dst, check []byte) []byte {
	for range c.number() { // groups of local variables
		c.numbers(1)
		c.skip(1)
	}
	from := 0
	for c.at < len(c.data) {
		at, function := c.at, 0
		switch op := c.instruction(); {
		case op == loop:
			dst = append(append(dst, c.data[from:c.at]...), check...)
			from = c.at
			continue
		case op == memoryGrow:
			function = g.grow()
		case op == prefixFC && c.err == nil && c.data[at+1] == memoryCopy:
			function = g.copy()
		case op == prefixFC && c.err == nil && c.data[at+1] == memoryFill:
			function = g.fill()
		default:
			continue
		}
		dst = append(append(dst, c.data[from:at]...), call)
		dst = append(dst, unsigned(function)...)
		from = c.at
	}
	return append(dst, c.data[from:]...)
}

// listeners are what ends a call into the module, by the function that was called there:
// errStopped if its context is done, another error in any case.
type listeners map[uint32]error

// NewFunctionListener returns the listener of a function, or nil.
func (l listeners) NewFunctionListener(f api.FunctionDefinition) experimental.FunctionListener {
	if err, ok := l[f.Index()]; ok {
		return listener{err}
	}
	return nil
}

type listener struct{ err error }

// Before is called before the function. Its panic becomes the error of the call.
func (l listener) Before(ctx context.Context, _ api.Module, _ api.FunctionDefinition, _ []uint64, _ experimental.StackIterator) {
	if l.err != errStopped || ctx.Err() != nil {
		panic(l.err)
	}
}

func (listener) After(context.Context, api.Module, api.FunctionDefinition, []uint64) {}

func (listener) Abort(context.Context, api.Module, api.FunctionDefinition, error) {}
