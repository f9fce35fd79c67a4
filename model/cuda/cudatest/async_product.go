package cudatest

import (
	"fmt"
	"slices"
	"strconv"
	"strings"

	"cutpoint/model/cuda/cudatest/tensor"
	"cutpoint/model/cuda/driver"
)

// productQueue holds a warp's part of wgmma products that have not been waited for. They read
// shared memory and write their accumulators at the wait, as late as they may.
type productQueue struct {
	list    []asyncProduct
	groups  uint32   // that are committed
	busy    []uint16 // products in flight that write a register
	touched []uint32 // the fence count when other instructions last used an accumulator, plus 1
	fences  uint32
	scratch []tensor.Warp
}

type asyncProduct struct {
	f          sharedProduct
	n          int
	a, b       uint64
	registers  []int
	accumulate bool
	group      uint32
	pc         int
}

func newProductQueue(registers int) productQueue {
	return productQueue{busy: make([]uint16, registers), touched: make([]uint32, registers), scratch: make([]tensor.Warp, 128)}
}

func (q *productQueue) reset() {
	q.list, q.groups, q.fences = q.list[:0], 0, 0
	clear(q.busy)
	for i := range q.touched {
		q.touched[i] = 1
	}
}

func (q *productQueue) pending() bool { return len(q.list) > 0 }

// touch notes that an instruction uses accumulators, which is a fault while a product is in
// flight that writes them.
func (w *warp) touch(in *instruction) bool {
	for _, r := range in.accumulators {
		if w.products.busy[r] > 0 {
			w.fail(0, driver.LaunchFailed, "an accumulator of a wgmma in flight is used before wgmma.wait_group")
			return false
		}
		w.products.touched[r] = w.products.fences + 1
	}
	return true
}

// sharedProduct is a product of matrices in shared memory.
type sharedProduct func(shared []byte, n int, a, b uint64, warp int, d []tensor.Warp, accumulate bool) error

// groupProduct is the wgmma family.
func groupProduct(c *compiler) (operation, error) {
	c.in.whole = true
	form := strings.Join(c.parts, ".")
	switch form {
	case "fence.sync.aligned":
		return func(w *warp, m uint32) { w.products.fences++ }, c.count(0)
	case "commit_group.sync.aligned":
		return func(w *warp, m uint32) { w.products.groups++ }, c.count(0)
	case "wait_group.sync.aligned":
		return c.waitProducts()
	}
	shape, ok := strings.CutPrefix(form, "mma_async.sync.aligned.m64n")
	shape, kind, _ := strings.Cut(shape, "k16")
	f := map[string]sharedProduct{".f32.bf16.bf16": tensor.WGMMA, ".f32.f16.f16": tensor.WGMMAF16}[kind]
	n, err := strconv.Atoi(shape)
	if !ok || f == nil || err != nil || n < 8 || n > 256 || n%8 != 0 {
		return nil, fmt.Errorf("this form is not supported")
	}
	return c.issueProduct(n, f)
}

// issueProduct is wgmma.mma_async d, a, b, accumulate, 1, 1, 0, 0: descriptors of K-major
// matrices, nothing negated.
func (c *compiler) issueProduct(n int, f sharedProduct) (operation, error) {
	if err := c.count(8); err != nil {
		return nil, err
	}
	for i, want := range []uint64{1, 1, 0, 0} {
		if o := c.s.args[4+i]; o.kind != immediate || o.value != want {
			return nil, fmt.Errorf("argument %d must be %d", 5+i, want)
		}
	}
	d, err := c.vector32(c.s.args[0], n/2, true)
	if err != nil {
		return nil, err
	}
	for _, r := range d {
		c.products[r] = true
	}
	c.touched = c.touched[:0] // a product may follow on another one
	r, err := c.list(double, operand{kind: sink}, c.s.args[1], c.s.args[2])
	if err != nil {
		return nil, err
	}
	a, b := r[1], r[2]
	scale := func(w *warp) bool { return true }
	switch o := c.s.args[3]; {
	case o.kind == immediate:
		yes := o.value != 0
		scale = func(w *warp) bool { return yes }
	default:
		p, not, err := c.flag(o)
		if err != nil {
			return nil, err
		}
		scale = func(w *warp) bool { return (w.flags[p]&1 != 0) != not }
	}
	return func(w *warp, m uint32) {
		if w.wide[a] != spread(w.wide[a][0]) || w.wide[b] != spread(w.wide[b][0]) {
			w.fail(0, driver.LaunchFailed, "a warp's lanes have different matrix descriptors")
			return
		}
		if w.complete("wgmma", m) {
			w.issueProduct(asyncProduct{f: f, n: n, a: w.wide[a][0], b: w.wide[b][0], registers: d, accumulate: scale(w), pc: w.pc})
		}
	}, nil
}

func (w *warp) issueProduct(p asyncProduct) {
	q := &w.products
	for _, r := range p.registers {
		if q.touched[r] == q.fences+1 {
			w.fail(0, driver.LaunchFailed, "wgmma on registers that were used after the last wgmma.fence")
			return
		}
	}
	for _, o := range q.list {
		if slices.Contains(o.registers, p.registers[0]) && !slices.Equal(o.registers, p.registers) {
			w.fail(0, driver.LaunchFailed, "wgmma in flight on overlapping registers in another order")
			return
		}
	}
	if !w.watchProduct(&p) {
		return
	}
	p.group = q.groups
	for _, r := range p.registers {
		q.busy[r]++
	}
	q.list = append(q.list, p)
}

// waitProducts is wgmma.wait_group n.
func (c *compiler) waitProducts() (operation, error) {
	if err := c.count(1); err != nil {
		return nil, err
	}
	n := c.s.args[0].value
	if c.s.args[0].kind != immediate || n > 7 {
		return nil, fmt.Errorf("the number of groups is not within 0 to 7")
	}
	return func(w *warp, m uint32) {
		q := &w.products
		done := 0
		for done < len(q.list) && q.list[done].group+uint32(n) < q.groups {
			if !w.multiplyNow(&q.list[done]) {
				return
			}
			done++
		}
		q.list = slices.Delete(q.list, 0, done)
	}, nil
}

// multiplyNow lets a product take effect.
func (w *warp) multiplyNow(p *asyncProduct) bool {
	q := &w.products
	d := q.scratch[:p.n/2]
	for i, r := range p.registers {
		d[i] = w.narrow[r]
	}
	if err := p.f(w.block.shared, p.n, p.a, p.b, w.index%4, d, p.accumulate); err != nil {
		w.pc = p.pc
		w.fail(0, driver.LaunchFailed, "%v", err)
		return false
	}
	for i, r := range p.registers {
		w.narrow[r] = d[i]
		q.busy[r]--
	}
	w.unwatchProduct(p)
	return true
}

// setRegisters is setmaxnreg.{inc,dec}.sync.aligned.u32 n.
func setRegisters(c *compiler) (operation, error) {
	if c.s.op != "setmaxnreg.inc.sync.aligned.u32" && c.s.op != "setmaxnreg.dec.sync.aligned.u32" {
		return nil, fmt.Errorf("this form is not supported")
	}
	if err := c.count(1); err != nil {
		return nil, err
	}
	if n := c.s.args[0].value; c.s.args[0].kind != immediate || n < 24 || n > 256 || n%8 != 0 {
		return nil, fmt.Errorf("%d registers: not a multiple of 8 from 24 to 256", n)
	}
	c.in.whole = true
	return func(*warp, uint32) {}, nil
}
