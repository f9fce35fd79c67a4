package cudatest

import (
	"fmt"
	"math/bits"
	"slices"
	"strings"

	"cutpoint/model/cuda/driver"
)

// copyQueue holds a warp's cp.async copies that have not been waited for. They take effect at
// the wait, as late as they may; some, drawn from the seed, at once, as early as they may.
type copyQueue struct {
	lanes     [32][]asyncCopy
	committed [32]uint32 // groups of a lane
}

type asyncCopy struct {
	from  uint64
	to    uint32
	group uint32
	size  uint8
	valid uint8 // bytes that are read; the others become zeros
	done  bool  // it has taken effect, which is not guaranteed before the wait
}

func (q *copyQueue) reset() {
	for i := range q.lanes {
		q.lanes[i] = q.lanes[i][:0]
	}
	q.committed = [32]uint32{}
}

// copyAsync is cp.async.{ca,cg}.shared.global{.L2::…} [to], [from], size{, valid}, and its
// companions commit_group, wait_group and wait_all.
func copyAsync(c *compiler) (operation, error) {
	switch form := strings.Join(c.parts, "."); {
	case form == "async.commit_group":
		return func(w *warp, m uint32) {
			for ; m != 0; m &= m - 1 {
				w.copies.committed[bits.TrailingZeros32(m)&31]++
			}
		}, c.count(0)
	case form == "async.wait_all":
		return func(w *warp, m uint32) {
			for ; m != 0; m &= m - 1 {
				w.finishCopies(bits.TrailingZeros32(m), ^uint32(0))
			}
		}, c.count(0)
	case form == "async.wait_group":
		return c.waitCopies()
	case strings.HasPrefix(form, "async.bulk."):
		return copyBox(c)
	}
	return c.issueCopy()
}

// waitCopies is cp.async.wait_group n: all but the newest n groups are complete.
func (c *compiler) waitCopies() (operation, error) {
	if err := c.count(1); err != nil {
		return nil, err
	}
	if c.s.args[0].kind != immediate {
		return nil, fmt.Errorf("the number of groups is not a number")
	}
	n := uint32(min(c.s.args[0].value, 1<<31))
	return func(w *warp, m uint32) {
		for ; m != 0; m &= m - 1 {
			i := bits.TrailingZeros32(m) & 31
			if have := w.copies.committed[i]; have > n {
				w.finishCopies(i, have-n)
			}
		}
	}, nil
}

// finishCopies lets a lane's copies of the groups before one take effect.
func (w *warp) finishCopies(lane int, before uint32) {
	list := w.copies.lanes[lane&31]
	n := 0
	for n < len(list) && list[n].group < before {
		w.copyNow(list[n], lane)
		if w.block.races != nil {
			w.block.races.land(w, list[n])
		}
		n++
	}
	w.copies.lanes[lane&31] = slices.Delete(list, 0, n)
}

func (w *warp) copyNow(k asyncCopy, lane int) {
	if k.done {
		return
	}
	to := w.block.shared[k.to : k.to+uint32(k.size)]
	clear(to)
	if k.valid == 0 {
		return
	}
	if from := w.bytes(global, k.from, int(k.valid), 1, false, lane); from != nil {
		copy(to, from)
	}
}

func (c *compiler) issueCopy() (operation, error) {
	p := c.parts
	if len(p) == 5 && slices.Contains([]string{"L2::64B", "L2::128B", "L2::256B"}, p[4]) {
		p = p[:4]
	}
	if len(p) != 4 || p[0] != "async" || p[1] != "ca" && p[1] != "cg" || strings.TrimSuffix(p[2], "::cta") != "shared" || p[3] != "global" {
		return nil, fmt.Errorf("this form is not supported")
	}
	if n := len(c.s.args); n != 3 && n != 4 {
		return nil, fmt.Errorf("%d arguments", n)
	}
	to, err := c.pointer(c.s.args[0], "shared")
	if err != nil {
		return nil, err
	}
	from, err := c.pointer(c.s.args[1], "global")
	if err != nil {
		return nil, err
	}
	size := c.s.args[2].value
	if c.s.args[2].kind != immediate || size != 16 && (p[1] == "cg" || size != 4 && size != 8) {
		return nil, fmt.Errorf("a copy of %d bytes", size)
	}
	valid := c.value(size, single)
	if len(c.s.args) == 4 {
		if valid, err = c.source(c.s.args[3], single); err != nil {
			return nil, err
		}
	}
	return func(w *warp, m uint32) {
		early := w.block.random.IntN(4) == 0
		for ; m != 0; m &= m - 1 {
			i := bits.TrailingZeros32(m) & 31
			if !w.issue(i, to.at(w, i), from.at(w, i), uint32(size), w.narrow[valid][i], early) {
				return
			}
		}
	}, nil
}

// issue checks a copy and puts it into the queue.
func (w *warp) issue(lane int, to, from uint64, size, valid uint32, early bool) bool {
	switch area := uint64(len(w.block.shared)); {
	case (to|from)&uint64(size-1) != 0:
		w.fail(lane, misalignedAddress, "cp.async of %d bytes from %#x to %d", size, from, to)
		return false
	case to > area || area-to < uint64(size):
		w.fail(lane, driver.IllegalAddress, "cp.async to shared address %d (%d bytes), outside of %d bytes", to, size, area)
		return false
	case valid > size:
		w.fail(lane, illegalInstruction, "cp.async reads %d of %d bytes", valid, size)
		return false
	}
	if valid > 0 && w.bytes(global, from, int(valid), 1, false, lane) == nil {
		return false
	}
	k := asyncCopy{from: from, to: uint32(to), size: uint8(size), valid: uint8(valid), group: w.copies.committed[lane]}
	if !w.sharedWrite(int(to), int(size), lane, pending) {
		return false
	}
	if early {
		w.copyNow(k, lane)
		k.done = true
	}
	w.copies.lanes[lane] = append(w.copies.lanes[lane], k)
	return true
}
