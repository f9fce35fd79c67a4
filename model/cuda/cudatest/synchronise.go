package cudatest

import (
	"fmt"
	"math/bits"
	"slices"
	"strings"

	"cutpoint/model/cuda/driver"
)

// branchTo is bra.
func branchTo(c *compiler) (operation, error) {
	if c.s.op != "bra" && c.s.op != "bra.uni" {
		return nil, fmt.Errorf("this form is not supported")
	}
	c.in.kind = jump
	return nil, nil
}

// leave is ret or exit: kernels call nothing, so both end the thread.
func leave(c *compiler) (operation, error) {
	if len(c.parts) > 0 {
		return nil, fmt.Errorf("this form is not supported")
	}
	c.in.kind = exit
	return nil, c.count(0)
}

// trap ends the launch.
func trap(c *compiler) (operation, error) {
	if len(c.parts) > 0 {
		return nil, fmt.Errorf("this form is not supported")
	}
	return func(w *warp, m uint32) {
		w.fail(bits.TrailingZeros32(m), driver.LaunchFailed, "trap")
	}, c.count(0)
}

// blockBarrier is bar.sync, bar.arrive and barrier.sync; bar.warp.sync needs no more than
// that all lanes are here.
func blockBarrier(c *compiler) (operation, error) {
	form := strings.Join(slices.DeleteFunc(slices.Clone(c.parts), func(p string) bool { return p == "cta" || p == "aligned" }), ".")
	c.in.whole = true
	switch form {
	case "warp.sync":
		return c.warpBarrier()
	case "sync", "arrive":
	default:
		return nil, fmt.Errorf("this form is not supported")
	}
	if n := len(c.s.args); n != 2 && (n != 1 || form == "arrive") {
		return nil, fmt.Errorf("%d arguments", n)
	}
	id, err := c.source(c.s.args[0], single)
	if err != nil {
		return nil, err
	}
	due := -1
	if len(c.s.args) == 2 {
		if due, err = c.source(c.s.args[1], single); err != nil {
			return nil, err
		}
	}
	return func(w *warp, m uint32) {
		i := bits.TrailingZeros32(m)
		if m != w.born {
			w.fail(i, driver.LaunchFailed, "a barrier by lanes %#x of %#x: the others have ended", m, w.born)
			return
		}
		threads := 32 * len(w.block.warps)
		if due >= 0 {
			threads = int(int32(w.narrow[due][i]))
		}
		if !uniform(&w.narrow[id], m) {
			w.fail(i, illegalInstruction, "a warp's lanes name different barriers")
			return
		}
		w.arrive(int(int32(w.narrow[id][i])), threads, form == "sync")
	}, nil
}

func uniform(v *[32]uint32, m uint32) bool {
	first := v[bits.TrailingZeros32(m)&31]
	for ; m != 0; m &= m - 1 {
		if v[bits.TrailingZeros32(m)&31] != first {
			return false
		}
	}
	return true
}

func (c *compiler) warpBarrier() (operation, error) {
	if err := c.count(1); err != nil {
		return nil, err
	}
	member, err := c.source(c.s.args[0], single)
	c.in.member = int32(member)
	return func(*warp, uint32) {}, err
}

// nothing is what fences, hints and sleeps do here: a warp's accesses take effect in order.
func nothing(args int, forms ...string) builder {
	return func(c *compiler) (operation, error) {
		if !slices.Contains(forms, c.s.op) {
			return nil, fmt.Errorf("this form is not supported")
		}
		return func(*warp, uint32) {}, c.count(args)
	}
}

// shuffle is shfl.sync.mode.b32 d{|p}, a, lane, clamp, members.
func shuffle(c *compiler) (operation, error) {
	if len(c.parts) != 3 || c.parts[0] != "sync" || c.parts[2] != "b32" {
		return nil, fmt.Errorf("this form is not supported")
	}
	if err := c.count(5); err != nil {
		return nil, err
	}
	mode := c.parts[1]
	if !slices.Contains([]string{"up", "down", "bfly", "idx"}, mode) {
		return nil, fmt.Errorf("mode %s is not supported", mode)
	}
	first := c.s.args[0]
	p := -1
	var err error
	if first.second != nil {
		if p, err = c.destination(*first.second, predicate); err != nil {
			return nil, err
		}
	}
	first.second = nil
	r, err := c.list(single, first, c.s.args[1], c.s.args[2], c.s.args[3], c.s.args[4])
	if err != nil {
		return nil, err
	}
	c.in.whole, c.in.member = true, int32(r[4])
	return func(w *warp, m uint32) {
		a := w.narrow[r[1]]
		valid := uint32(0)
		for rest := m; rest != 0; rest &= rest - 1 {
			i := bits.TrailingZeros32(rest)
			from, ok := shuffleLane(mode, i, int(w.narrow[r[2]][i]&31), w.narrow[r[3]][i])
			if m>>from&1 == 0 {
				w.fail(i, driver.LaunchFailed, "shfl from lane %d, which does not take part", from)
				return
			}
			w.narrow[r[0]][i] = a[from]
			if ok {
				valid |= 1 << i
			}
		}
		if p >= 0 {
			w.flags[p] = w.flags[p]&^m | valid
		}
	}, nil
}

// shuffleLane is the lane that lane i reads, itself if that lane is out of its segment.
func shuffleLane(mode string, i, b int, c uint32) (int, bool) {
	clamp, segment := int(c&31), int(c>>8&31)
	low := i & segment
	high := low | clamp&^segment
	j, ok := 0, false
	switch mode {
	case "up":
		j, ok = i-b, i-b >= high
	case "down":
		j, ok = i+b, i+b <= high
	case "bfly":
		j, ok = i^b, i^b <= high
	case "idx":
		j = low | b&^segment
		ok = j <= high
	}
	if !ok {
		j = i
	}
	return j, ok
}

// list compiles a result and sources of one class.
func (c *compiler) list(class class, args ...operand) ([]int, error) {
	out := make([]int, len(args))
	for i, o := range args {
		var err error
		if i == 0 {
			out[i], err = c.destination(o, class)
		} else {
			out[i], err = c.source(o, class)
		}
		if err != nil {
			return nil, err
		}
	}
	return out, nil
}

// vote is vote.sync.mode d, p, members.
func vote(c *compiler) (operation, error) {
	form := strings.Join(c.parts, ".")
	class, ok := map[string]class{"sync.any.pred": predicate, "sync.all.pred": predicate, "sync.uni.pred": predicate, "sync.ballot.b32": single}[form]
	if !ok {
		return nil, fmt.Errorf("this form is not supported")
	}
	if err := c.count(3); err != nil {
		return nil, err
	}
	d, err := c.destination(c.s.args[0], class)
	if err != nil {
		return nil, err
	}
	p, not, err := c.flag(c.s.args[1])
	if err != nil {
		return nil, err
	}
	member, err := c.source(c.s.args[2], single)
	if err != nil {
		return nil, err
	}
	c.in.whole, c.in.member = true, int32(member)
	mode := c.parts[1]
	return func(w *warp, m uint32) {
		v := w.flags[p]
		if not {
			v = ^v
		}
		v &= m
		if mode == "ballot" {
			all := spread(v)
			copyLanes(&w.narrow[d], &all, m)
			return
		}
		yes := mode == "any" && v != 0 || mode != "any" && v == m || mode == "uni" && v == 0
		w.flags[d] &^= m
		if yes {
			w.flags[d] |= m
		}
	}, nil
}

// elect is elect.sync d|p, members: the lowest lane is elected.
func elect(c *compiler) (operation, error) {
	if c.s.op != "elect.sync" {
		return nil, fmt.Errorf("this form is not supported")
	}
	if err := c.count(2); err != nil {
		return nil, err
	}
	first := c.s.args[0]
	if first.second == nil {
		return nil, fmt.Errorf("no predicate")
	}
	p, err := c.destination(*first.second, predicate)
	if err != nil {
		return nil, err
	}
	first.second = nil
	r, err := c.list(single, first, c.s.args[1])
	if err != nil {
		return nil, err
	}
	c.in.whole, c.in.member = true, int32(r[1])
	return func(w *warp, m uint32) {
		i := bits.TrailingZeros32(m)
		lane := spread(uint32(i))
		copyLanes(&w.narrow[r[0]], &lane, m)
		w.flags[p] = w.flags[p]&^m | 1<<i
	}, nil
}

// activeMask is activemask.b32.
func activeMask(c *compiler) (operation, error) {
	if c.s.op != "activemask.b32" {
		return nil, fmt.Errorf("this form is not supported")
	}
	if err := c.count(1); err != nil {
		return nil, err
	}
	d, err := c.destination(c.s.args[0], single)
	return func(w *warp, m uint32) { v := spread(m); copyLanes(&w.narrow[d], &v, m) }, err
}
