package cudatest

import (
	"fmt"
	"math/bits"
	"slices"
	"strings"

	"cutpoint/model/cuda/cudatest/tensor"
	"cutpoint/model/cuda/driver"
)

// memoryBarrier is the mbarrier family. How strong an access is and for whom (release, cta)
// makes no difference here.
func memoryBarrier(c *compiler) (operation, error) {
	form := strings.Join(slices.DeleteFunc(slices.Clone(c.parts), func(p string) bool {
		return slices.Contains([]string{"release", "acquire", "relaxed", "cta", "cluster", "shared", "shared::cta"}, p)
	}), ".")
	switch form {
	case "init.b64":
		return c.barrierCount(0, func(b *block, at, n uint32) error { return tensor.BarrierInit(b.shared, at, n) })
	case "inval.b64":
		return c.invalidate()
	case "arrive.b64":
		return c.barrierArrive()
	case "arrive.expect_tx.b64":
		return c.barrierCount(1, func(b *block, at, n uint32) error {
			if err := tensor.BarrierExpect(b.shared, at, n); err != nil {
				return err
			}
			_, err := tensor.BarrierArrive(b.shared, at, 1)
			return err
		})
	case "expect_tx.b64":
		return c.barrierCount(0, func(b *block, at, n uint32) error { return tensor.BarrierExpect(b.shared, at, n) })
	case "complete_tx.b64":
		return c.barrierCount(0, func(b *block, at, n uint32) error { return tensor.BarrierComplete(b.shared, at, n) })
	case "try_wait.parity.b64", "test_wait.parity.b64":
		return c.barrierWait(c.parts[0] == "try_wait")
	}
	return nil, fmt.Errorf("this form is not supported")
}

// barrierCount is an operation with a number; skip is 1 where a state is returned, which must
// go to the sink.
func (c *compiler) barrierCount(skip int, f func(b *block, at, n uint32) error) (operation, error) {
	if err := c.count(skip + 2); err != nil {
		return nil, err
	}
	if skip == 1 && c.s.args[0].kind != sink {
		return nil, fmt.Errorf("the barrier's state is not supported; use _")
	}
	p, err := c.pointer(c.s.args[skip], "shared")
	if err != nil {
		return nil, err
	}
	n, err := c.source(c.s.args[skip+1], single)
	if err != nil {
		return nil, err
	}
	return onBarrier(p, func(b *block, at uint32, w *warp, lane int) error { return f(b, at, w.narrow[n][lane]) }), nil
}

// barrierArrive is mbarrier.arrive _, [barrier]{, count}.
func (c *compiler) barrierArrive() (operation, error) {
	if len(c.s.args) == 2 {
		c.s.args = append(slices.Clone(c.s.args), operand{kind: immediate, value: 1})
	}
	return c.barrierCount(1, func(b *block, at, n uint32) error {
		_, err := tensor.BarrierArrive(b.shared, at, n)
		return err
	})
}

func (c *compiler) invalidate() (operation, error) {
	if err := c.count(1); err != nil {
		return nil, err
	}
	p, err := c.pointer(c.s.args[0], "shared")
	return onBarrier(p, func(b *block, at uint32, _ *warp, _ int) error {
		if _, err := tensor.BarrierDone(b.shared, at, 0); err != nil {
			return err
		}
		fill(b.shared[at : at+8])
		return nil
	}), err
}

// onBarrier runs f for each lane, and wakes the groups that wait.
func onBarrier(p pointer, f func(b *block, at uint32, w *warp, lane int) error) operation {
	return func(w *warp, m uint32) {
		for ; m != 0; m &= m - 1 {
			i := bits.TrailingZeros32(m)
			at := uint32(p.at(w, i))
			w.releaseTo(at)
			if err := f(w.block, at, w, i); err != nil {
				w.fail(i, driver.LaunchFailed, "%v", err)
				return
			}
			w.block.barrierPhase(at)
		}
		w.block.version++
	}
}

// barrierWait is mbarrier.try_wait.parity p, [barrier], parity{, time}. A group whose barrier
// is not done rests until some barrier of the block has changed.
func (c *compiler) barrierWait(rests bool) (operation, error) {
	if n := len(c.s.args); n != 3 && (n != 4 || !rests) {
		return nil, fmt.Errorf("%d arguments", n)
	}
	d, err := c.destination(c.s.args[0], predicate)
	if err != nil {
		return nil, err
	}
	p, err := c.pointer(c.s.args[1], "shared")
	if err != nil {
		return nil, err
	}
	for _, o := range c.s.args[2:] {
		if _, err := c.source(o, single); err != nil {
			return nil, err
		}
	}
	parity, err := c.source(c.s.args[2], single)
	return func(w *warp, m uint32) {
		for rest := m; rest != 0; rest &= rest - 1 {
			i := bits.TrailingZeros32(rest)
			done, err := tensor.BarrierDone(w.block.shared, uint32(p.at(w, i)), w.narrow[parity][i])
			if err != nil {
				w.fail(i, driver.LaunchFailed, "%v", err)
				return
			}
			w.flags[d] &^= 1 << i
			if done {
				w.acquireFrom(uint32(p.at(w, i)))
				w.flags[d] |= 1 << i
			}
		}
		if rests && w.flags[d]&m == 0 {
			w.stop = polling
			w.current.version = w.block.version
		}
	}, err
}
