package cudatest

import (
	"fmt"

	"cutpoint/model/cuda/cudatest/tensor"
	"cutpoint/model/cuda/driver"
)

// With Config.Races every access to shared memory is compared with earlier ones, by
// vector clocks (as in FastTrack, Flanagan and Freund, 2009): a warp may touch what another
// one wrote, or write what another one read, only if barriers or mbarriers order the two.
// A warp is one actor, its lanes are not distinguished; the tensor copy engine is another.

// clocks has for each actor the time up to which its accesses are known.
type clocks [maxWarps + 1]uint32

const (
	maxWarps = 32
	engine   = maxWarps   // the actor of tensor copies
	nobody   = 255        // wrote this
	pending  = ^uint32(0) // the time of what has not happened yet
	granule  = 2          // bytes that are watched together
)

func (c *clocks) join(o *clocks) {
	for i, v := range o {
		c[i] = max(c[i], v)
	}
}

// knowledge is what an actor, or a barrier, knows of: all accesses, and those writes that the
// asynchronous proxy sees, after fence.proxy.async.
type knowledge struct{ all, proxy clocks }

func (k *knowledge) join(o *knowledge) {
	k.all.join(&o.all)
	k.proxy.join(&o.proxy)
}

// races is the record of a block's accesses.
type races struct {
	warps  int
	wrote  []lastWrite // by granule: the last write
	read   []uint32    // by granule and warp: the time of the last read
	engine uint32      // the copy engine's time
	phases map[uint32]*phases
}

// lastWrite is who wrote a granule last, and when.
type lastWrite struct {
	time  uint32
	line  int32
	actor uint8
}

// phases is the knowledge that waiters gain from an mbarrier's complete and current phases.
type phases struct {
	odd               bool
	complete, current knowledge
}

func newRaces(warps, bytes int) *races {
	n := (bytes + granule - 1) / granule
	return &races{warps: warps, wrote: make([]lastWrite, n), read: make([]uint32, n*warps)}
}

func (r *races) reset() {
	for i := range r.wrote {
		r.wrote[i] = lastWrite{actor: nobody}
	}
	clear(r.read)
	r.engine, r.phases = 0, map[uint32]*phases{}
}

// granules are those of n bytes.
func granules(at, n int) (int, int) { return at / granule, (at + n + granule - 1) / granule }

// reads records a warp's read and says what it is in conflict with. async is a read of the
// asynchronous proxy, which goes on until finishRead.
func (r *races) reads(w *warp, at, n int, async bool) string {
	from, to := granules(at, n)
	now := w.knows.all[w.index]
	if async {
		now = pending
	}
	for g := from; g < to; g++ {
		r.read[g*r.warps+w.index] = now
		x := &r.wrote[g]
		switch {
		case x.actor == nobody:
		case x.time == pending:
			return fmt.Sprintf("read of shared address %d, where the cp.async of line %d is in flight", g*granule, x.line)
		case int(x.actor) != w.index && x.time > w.knows.all[x.actor]:
			return fmt.Sprintf("race: read of shared address %d, unordered with the write of %s in line %d", g*granule, actorName(x.actor), x.line)
		case async && x.actor != engine && x.time > w.knows.proxy[x.actor]:
			return fmt.Sprintf("wgmma reads shared address %d, written by %s in line %d, without fence.proxy.async between", g*granule, actorName(x.actor), x.line)
		}
	}
	return ""
}

// finishRead ends an asynchronous read.
func (r *races) finishRead(w *warp, at, n int) {
	from, to := granules(at, n)
	for g := from; g < to; g++ {
		r.read[g*r.warps+w.index] = w.knows.all[w.index]
	}
}

// writes records a write by one who knows k.
func (r *races) writes(k *knowledge, x lastWrite, at, n int) string {
	from, to := granules(at, n)
	for g := from; g < to; g++ {
		o := &r.wrote[g]
		switch own := o.actor == x.actor && x.actor != engine; {
		case o.actor == nobody:
		case o.time == pending:
			return fmt.Sprintf("write to shared address %d, where the cp.async of line %d is in flight", g*granule, o.line)
		case !own && o.time > k.all[o.actor]:
			return fmt.Sprintf("race: write to shared address %d, unordered with the write of %s in line %d", g*granule, actorName(o.actor), o.line)
		case x.actor == engine && o.actor != engine && o.time > k.proxy[o.actor]:
			return fmt.Sprintf("tensor copy to shared address %d, written by %s in line %d, without fence.proxy.async between", g*granule, actorName(o.actor), o.line)
		}
		*o = x
		for reader, time := range r.read[g*r.warps : (g+1)*r.warps] {
			if reader != int(x.actor) && time > k.all[reader] {
				what := "a read"
				if time == pending {
					what = "a wgmma in flight"
				}
				return fmt.Sprintf("race: write to shared address %d, unordered with %s of warp %d", g*granule, what, reader)
			}
		}
	}
	return ""
}

func actorName(a uint8) string {
	if a == engine {
		return "a tensor copy"
	}
	return fmt.Sprintf("warp %d", a)
}

// sharedRead and sharedWrite hold a warp's access against the record.
func (w *warp) sharedRead(at, n, lane int) bool {
	r := w.block.races
	return r == nil || w.report(lane, r.reads(w, at, n, false))
}

func (w *warp) sharedWrite(at, n, lane int, time uint32) bool {
	r := w.block.races
	return r == nil || w.report(lane, r.writes(&w.knows, lastWrite{time, w.code[w.pc].line, uint8(w.index)}, at, n))
}

func (w *warp) report(lane int, text string) bool {
	if text != "" {
		w.fail(lane, driver.LaunchFailed, "%s", text)
	}
	return text == ""
}

// now is the warp's time.
func (w *warp) now() uint32 { return w.knows.all[w.index] }

// release makes what the warp did known through k, and begins a new time.
func (w *warp) release(k *knowledge) {
	k.join(&w.knows)
	w.knows.all[w.index]++
}

// fenceProxy shows the asynchronous proxy all writes that the warp knows.
func (w *warp) fenceProxy() {
	w.knows.proxy.join(&w.knows.all)
	w.knows.all[w.index]++
}

// barrierPhase is the record of an mbarrier, brought up to date with its phase.
func (b *block) barrierPhase(at uint32) *phases {
	if b.races == nil {
		return nil
	}
	p := b.races.phases[at]
	if p == nil {
		p = &phases{}
		b.races.phases[at] = p
	}
	if odd, err := tensor.BarrierDone(b.shared, at, 0); err == nil && odd != p.odd {
		p.odd = odd
		p.complete.join(&p.current)
		p.current = knowledge{}
	}
	return p
}

// productReads are the ranges of shared memory that a warp's part of a product reads. With a
// swizzle they are whole rows of it.
func productReads(p *asyncProduct, warp int) (ranges [][2]int) {
	for _, m := range []struct {
		descriptor uint64
		from, rows int
	}{{p.a, 16 * (warp % 4), 16}, {p.b, 0, p.n}} {
		field := func(shift uint) int { return int(m.descriptor>>shift&0x3fff) << 4 }
		mode := m.descriptor >> 62
		pitch := 16
		if mode != 0 {
			pitch = 256 >> mode
		}
		for row := m.from; row < m.from+m.rows; row++ {
			at := field(0) + row/8*field(32) + row%8*pitch
			if mode == 0 {
				ranges = append(ranges, [2]int{at, 16}, [2]int{at + field(16), 16})
			} else {
				ranges = append(ranges, [2]int{at / pitch * pitch, pitch})
			}
		}
	}
	return ranges
}

// watchProduct records what a product reads; it says whether all is well.
func (w *warp) watchProduct(p *asyncProduct) bool {
	r := w.block.races
	if r == nil {
		return true
	}
	for _, x := range productReads(p, w.index) {
		if x[0]+x[1] <= len(w.block.shared) && !w.report(0, r.reads(w, x[0], x[1], true)) {
			return false
		}
	}
	return true
}

func (w *warp) unwatchProduct(p *asyncProduct) {
	r := w.block.races
	if r == nil {
		return
	}
	for _, x := range productReads(p, w.index) {
		r.finishRead(w, x[0], x[1])
	}
}

// land ends a cp.async: from now on what it wrote is a write of its warp.
func (r *races) land(w *warp, k asyncCopy) {
	from, to := granules(int(k.to), int(k.size))
	for g := from; g < to; g++ {
		r.wrote[g].time = w.now()
	}
}

// releaseTo tells an mbarrier's current phase what the warp did.
func (w *warp) releaseTo(at uint32) {
	if p := w.block.barrierPhase(at); p != nil {
		w.release(&p.current)
	}
}

// acquireFrom learns from an mbarrier what those did who arrived in its complete phases.
func (w *warp) acquireFrom(at uint32) {
	if p := w.block.barrierPhase(at); p != nil {
		w.knows.join(&p.complete)
	}
}
