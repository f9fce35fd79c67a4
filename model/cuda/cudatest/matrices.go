package cudatest

import (
	"fmt"
	"math/bits"
	"slices"
	"strings"

	"cutpoint/model/cuda/cudatest/tensor"
	"cutpoint/model/cuda/driver"
)

// vector32 compiles {a, b, …} of 32-bit registers.
func (c *compiler) vector32(o operand, n int, write bool) ([]int, error) {
	list := o.list
	if o.kind != vector {
		list = []operand{o}
	}
	if len(list) != n {
		return nil, fmt.Errorf("%d registers where %d are needed", len(list), n)
	}
	out := make([]int, n)
	for i, e := range list {
		var err error
		if write {
			out[i], err = c.destination(e, single)
		} else {
			out[i], err = c.source(e, single)
		}
		if err != nil {
			return nil, err
		}
	}
	return out, nil
}

// multiply is mma.sync.aligned.m16n8k16.row.col.f32.bf16.bf16.f32 d, a, b, c, and the same of
// IEEE halves.
func multiply(c *compiler) (operation, error) {
	product := map[string]func(d, c, a *[4]tensor.Warp, b *[2]tensor.Warp){
		"mma.sync.aligned.m16n8k16.row.col.f32.bf16.bf16.f32": tensor.MMA,
		"mma.sync.aligned.m16n8k16.row.col.f32.f16.f16.f32":   tensor.MMAF16,
	}[c.s.op]
	if product == nil {
		return nil, fmt.Errorf("this form is not supported")
	}
	if err := c.count(4); err != nil {
		return nil, err
	}
	c.in.whole = true
	var r [4][]int
	for i, n := range []int{4, 4, 2, 4} {
		var err error
		if r[i], err = c.vector32(c.s.args[i], n, i == 0); err != nil {
			return nil, err
		}
	}
	d, a, b, e := [4]int(r[0]), [4]int(r[1]), [2]int(r[2]), [4]int(r[3])
	return func(w *warp, m uint32) {
		if !w.complete("mma.sync", m) {
			return
		}
		f := &w.fragments
		for i := range 4 {
			f.a[i], f.c[i] = w.narrow[a[i]], w.narrow[e[i]]
		}
		f.b[0], f.b[1] = w.narrow[b[0]], w.narrow[b[1]]
		product(&f.c, &f.c, &f.a, &f.b)
		for i := range 4 {
			w.narrow[d[i]] = f.c[i]
		}
	}, nil
}

// fragments are the operands of a product while it is computed.
type fragments struct {
	a, c [4]tensor.Warp
	b    [2]tensor.Warp
}

// complete is false, and a fault, where some of a warp's 32 lanes have ended or never were.
func (w *warp) complete(what string, m uint32) bool {
	if m != all {
		w.fail(0, driver.LaunchFailed, "%s by lanes %#x of a warp", what, m)
	}
	return m == all
}

// matrixForm reads sync.aligned.m8n8.xN{.trans}.shared.b16.
func (c *compiler) matrixForm() (n int, transposed bool, err error) {
	p := slices.Clone(c.parts)
	if i := slices.Index(p, "trans"); i == 4 {
		transposed, p = true, slices.Delete(p, i, i+1)
	}
	form := strings.ReplaceAll(strings.Join(p, "."), "shared::cta", "shared")
	n = map[string]int{"sync.aligned.m8n8.x1.shared.b16": 1, "sync.aligned.m8n8.x2.shared.b16": 2, "sync.aligned.m8n8.x4.shared.b16": 4}[form]
	if n == 0 {
		return 0, false, fmt.Errorf("this form is not supported")
	}
	c.in.whole = true
	return n, transposed, c.count(2)
}

// loadMatrix is ldmatrix.
func loadMatrix(c *compiler) (operation, error) {
	n, transposed, err := c.matrixForm()
	if err != nil {
		return nil, err
	}
	d, err := c.vector32(c.s.args[0], n, true)
	if err != nil {
		return nil, err
	}
	p, err := c.pointer(c.s.args[1], "shared")
	if err != nil {
		return nil, err
	}
	return func(w *warp, m uint32) {
		if !w.complete("ldmatrix", m) {
			return
		}
		var v [4]tensor.Warp
		at := w.sharedAddresses(p, m)
		if err := tensor.LoadMatrix(w.block.shared, &at, n, transposed, &v); err != nil {
			w.fail(0, driver.IllegalAddress, "%v", err)
			return
		}
		for i, a := range at[:8*n] {
			if !w.sharedRead(int(a), 16, i) {
				return
			}
		}
		for i, slot := range d {
			w.narrow[slot] = v[i]
		}
	}, nil
}

// storeMatrix is stmatrix.
func storeMatrix(c *compiler) (operation, error) {
	n, transposed, err := c.matrixForm()
	if err != nil {
		return nil, err
	}
	p, err := c.pointer(c.s.args[0], "shared")
	if err != nil {
		return nil, err
	}
	a, err := c.vector32(c.s.args[1], n, false)
	if err != nil {
		return nil, err
	}
	return func(w *warp, m uint32) {
		if !w.complete("stmatrix", m) {
			return
		}
		var v [4]tensor.Warp
		for i, slot := range a {
			v[i] = w.narrow[slot]
		}
		at := w.sharedAddresses(p, m)
		if err := tensor.StoreMatrix(w.block.shared, &at, n, transposed, &v); err != nil {
			w.fail(0, driver.IllegalAddress, "%v", err)
			return
		}
		for i, a := range at[:8*n] {
			if !w.sharedWrite(int(a), 16, i, w.now()) {
				return
			}
		}
	}, nil
}

// sharedAddresses are a pointer's values as addresses of shared memory. What is no such
// address becomes one that is out of bounds.
func (w *warp) sharedAddresses(p pointer, m uint32) (out tensor.Warp) {
	for ; m != 0; m &= m - 1 {
		i := bits.TrailingZeros32(m)
		out[i] = uint32(min(p.at(w, i), 0xfffffff0))
	}
	return out
}
