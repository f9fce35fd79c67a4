package cudatest

import (
	"fmt"
	"math/rand/v2"
	"strings"

	"cutpoint/model/cuda/driver"
)

// block is a thread block at work: its shared memory, warps and barriers.
type block struct {
	launch   *launch
	at       [3]uint32
	shared   []byte
	warps    []*warp
	barriers [16]barrier
	version  uint64 // counts what may end a wait for a memory barrier
	random   *rand.Rand
	boxes    []boxCopy // of the tensor copy engine, in flight
	ready    []*warp
	races    *races // nil without Config.Races
}

// barrier is one of the block's sixteen (bar.sync).
type barrier struct {
	threads int // that have arrived
	due     int // that must arrive; 0 while none has
	knows   knowledge
}

// run executes the block to its end.
func (b *block) run() {
	for !b.launch.over() {
		b.ready = b.ready[:0]
		alive := false
		for _, w := range b.warps {
			alive = alive || w.live != 0
			if w.runnable() {
				b.ready = append(b.ready, w)
			}
		}
		switch {
		case len(b.ready) > 0:
			w := b.ready[b.random.IntN(len(b.ready))]
			b.launch.spend(w, w.run(b.quantum()))
			if len(b.boxes) > 0 && b.random.IntN(8) == 0 {
				b.completeBox()
			}
		case alive && len(b.boxes) > 0:
			b.completeBox()
		case alive:
			b.deadlock()
			return
		default:
			b.checkFinished()
			return
		}
	}
}

// quantum is how long a warp may run: mostly until it waits, sometimes not.
func (b *block) quantum() int {
	if b.random.IntN(4) == 0 {
		return 1 + b.random.IntN(200)
	}
	return 100_000
}

func (w *warp) runnable() bool {
	for i := range w.groups {
		if w.ready(&w.groups[i]) {
			return true
		}
	}
	return false
}

// checkFinished looks for work that the block did not wait for.
func (b *block) checkFinished() {
	if len(b.boxes) > 0 {
		k := b.boxes[0]
		k.warp.pc = k.pc
		k.warp.fail(k.lane, driver.LaunchFailed, "the block ends with %d tensor copies in flight", len(b.boxes))
		return
	}
	for _, w := range b.warps {
		if w.products.pending() {
			w.fail(0, driver.LaunchFailed, "the warp ends with wgmma in flight")
			return
		}
	}
}

// deadlock says what each warp waits for.
func (b *block) deadlock() {
	var all []string
	var first *warp
	for _, w := range b.warps {
		for _, g := range w.groups {
			if first == nil {
				first = w
				w.pc = g.pc
			}
			at := w.code[g.pc].line
			what := "for the other lanes"
			switch g.wait {
			case arrived:
				bar := b.barriers[g.barrier]
				what = fmt.Sprintf("at barrier %d (%d of %d threads)", g.barrier, bar.threads, bar.due)
			case polling:
				what = "for an mbarrier"
			}
			all = append(all, fmt.Sprintf("warp %d lanes %#x wait %s before line %d", w.index, g.mask, what, at))
		}
	}
	first.fail(0, driver.LaunchTimeout, "deadlock: %s", strings.Join(all, "; "))
}

// arrive counts a warp at a barrier, and releases the waiting warps if it was the last.
func (w *warp) arrive(id, due int, wait bool) {
	b := w.block
	if id < 0 || id > 15 || due <= 0 || due%32 != 0 || due > 32*len(b.warps) {
		w.fail(0, illegalInstruction, "barrier %d of %d threads", id, due)
		return
	}
	bar := &b.barriers[id]
	if bar.due != 0 && bar.due != due {
		w.fail(0, illegalInstruction, "barrier %d is of %d threads for some and of %d for others", id, bar.due, due)
		return
	}
	bar.due = due
	bar.threads += 32
	w.release(&bar.knows)
	if bar.threads < due {
		if wait {
			w.stop = arrived
			w.current.barrier = id
		}
		return
	}
	knows := bar.knows
	*bar = barrier{}
	if wait {
		w.knows.join(&knows)
	}
	for _, o := range b.warps {
		for i := range o.groups {
			if g := &o.groups[i]; g.wait == arrived && g.barrier == id {
				g.wait = running
				o.knows.join(&knows)
			}
		}
	}
}
