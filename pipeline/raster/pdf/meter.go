package pdf

import (
	"context"
	"encoding/binary"
	"errors"

	"github.com/tetratelabs/wazero/api"
	"github.com/tetratelabs/wazero/experimental"
)

// interval is how many rounds of its loops a sandbox runs before it looks whether it is
// to go on: a fraction of a millisecond.
const interval = 1 << 16

// meter adds to a module what lets it be stopped, and lets Go's scheduler and garbage
// collector have their turn, since compiled code cannot be preempted: a count of the
// rounds of all loops, and a function that is called when it has gone down to 0. The
// function starts the count again; a pause is attached to it. wazero's own way,
// WithCloseOnContextDone, leaves the compiled code in every round of every loop, so that
// pages take four times as long.
type meter struct {
	module cursor
	out    []byte
	types  int // how many the module has
	global int // how many it has, and so the count's index
	pause  int // how many functions it has, and so the function's index
}

// metered returns the module with the meter, and the index of the function to which a
// pause is to be attached.
func metered(module []byte) (out []byte, function uint32, err error) {
	const header = 8 // magic number and version
	m := meter{module: cursor{data: module}}
	m.module.skip(header)
	m.out = append(make([]byte, 0, len(module)+len(module)/16), module[:m.module.at]...)
	for m.module.at < len(module) && m.module.err == nil {
		id := m.module.byte()
		content := m.module.take(m.module.number())
		m.section(id, content)
	}
	if m.module.err == nil && m.global == 0 {
		m.module.fail(errors.New("the module has no global variables"))
	}
	return m.out, uint32(m.pause), m.module.err
}

// section copies a section with what the meter adds to it.
func (m *meter) section(id byte, content []byte) {
	c := cursor{data: content}
	switch id {
	case typeSection:
		m.types = c.number()
		content = withOneMore(m.types, c.rest(), 0x60, 0, 0) // a function without parameters and results
	case importSection:
		m.pause = c.importedFunctions()
	case functionSection:
		n := c.number()
		m.pause += n
		content = withOneMore(n, c.rest(), unsigned(m.types)...)
	case globalSection:
		m.global = c.number()
		content = withOneMore(m.global, c.rest(), append(append([]byte{typeI32, 1}, constant...), end)...)
	case codeSection:
		content = m.code(&c)
	}
	if c.err != nil {
		m.module.fail(c.err)
	}
	m.out = append(append(m.out, id), unsigned(len(content))...)
	m.out = append(m.out, content...)
}

// constant puts interval, in signed LEB128, on the stack.
var constant = []byte{i32Const, 0x80, 0x80, 0x04}

// code returns the functions with a check at the head of every loop, and one more.
func (m *meter) code(c *cursor) []byte {
	n := c.number()
	out := append(make([]byte, 0, len(c.data)+len(c.data)/16), unsigned(n+1)...)
	check := m.check()
	var body []byte
	for range n {
		f := cursor{data: c.take(c.number())}
		body = f.withChecks(body[:0], check)
		if f.err != nil {
			c.fail(f.err)
			return nil
		}
		out = append(append(out, unsigned(len(body))...), body...)
	}
	restart := append([]byte{0}, constant...) // no local variables
	restart = append(append(restart, globalSet), unsigned(m.global)...)
	restart = append(restart, end)
	return append(append(out, unsigned(len(restart))...), restart...)
}

// check takes one round from the count and calls the function when none is left.
func (m *meter) check() (code []byte) {
	count := unsigned(m.global)
	code = append(append(code, globalGet), count...)
	code = append(code, i32Const, 1, 0x6b) // i32.sub
	code = append(append(code, globalSet), count...)
	code = append(append(code, globalGet), count...)
	code = append(code, 0x45, 0x04, 0x40, call) // i32.eqz, if without a result
	code = append(code, unsigned(m.pause)...)
	return append(code, end)
}

// withChecks appends a function's body to dst with a check in every loop.
func (c *cursor) withChecks(dst, check []byte) []byte {
	for range c.number() { // groups of local variables
		c.numbers(1)
		c.skip(1)
	}
	from := 0
	for c.at < len(c.data) {
		if c.instruction() == loop {
			dst = append(append(dst, c.data[from:c.at]...), check...)
			from = c.at
		}
	}
	return append(dst, c.data[from:]...)
}

// withOneMore returns a vector of n items with one more.
func withOneMore(n int, items []byte, item ...byte) []byte {
	return append(append(unsigned(n+1), items...), item...)
}

func unsigned(n int) []byte { return binary.AppendUvarint(nil, uint64(n)) }

// pause ends a call into the sandbox whose context is done.
type pause struct{ function uint32 }

// NewFunctionListener attaches the pause to the function that the meter added.
func (p pause) NewFunctionListener(f api.FunctionDefinition) experimental.FunctionListener {
	if f.Index() != p.function {
		return nil
	}
	return p
}

// Before is called when the count has gone down to 0. The panic becomes the call's error.
func (pause) Before(ctx context.Context, _ api.Module, _ api.FunctionDefinition, _ []uint64, _ experimental.StackIterator) {
	if ctx.Err() != nil {
		panic(errStopped)
	}
}

func (pause) After(context.Context, api.Module, api.FunctionDefinition, []uint64) {}

func (pause) Abort(context.Context, api.Module, api.FunctionDefinition, error) {}
