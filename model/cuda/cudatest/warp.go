package cudatest

import (
	"fmt"
	"math/bits"

	"cutpoint/model/cuda/cudatest/tensor"
	"cutpoint/model/cuda/driver"
)

// warp is 32 threads with their registers. While they stay together there is one group; at a
// branch that they take differently the group splits, the one at the lowest instruction goes
// on first, and groups that meet become one again.
type warp struct {
	block     *block
	index     int
	code      []instruction
	narrow    []tensor.Warp // registers of 16 and 32 bits
	wide      [][32]uint64
	flags     []uint32 // predicates: a bit for each lane
	born      uint32   // lanes that the block has
	live      uint32   // lanes that have not ended
	groups    []group  // by pc
	current   group    // what runs
	executed  uint64
	stop      stop
	pc        int // of the instruction at hand, for faults
	near      *allocation
	copies    copyQueue
	products  productQueue
	fragments fragments
	knows     knowledge // for Config.Races
}

// group is lanes at the same instruction.
type group struct {
	pc      int
	mask    uint32
	wait    stop
	version uint64 // of the block's barriers, when the group found one not done
	barrier int    // that the group waits at
}

// stop is why a group does not go on.
type stop uint8

const (
	running  stop = iota
	faulted       // the launch is over
	polling       // a memory barrier was not done
	arrived       // at a barrier of the block
	together      // needs lanes that are elsewhere
)

// KernelFault is what went wrong in a kernel.
type KernelFault struct {
	Kernel        string
	Block, Thread [3]uint32
	Line          int // of the PTX
	Text          string
	Result        driver.Result
}

func (f *KernelFault) Error() string {
	return fmt.Sprintf("%s, block %v, thread %v, PTX line %d: %s", f.Kernel, f.Block, f.Thread, f.Line, f.Text)
}

// fail ends the launch.
func (w *warp) fail(lane int, result driver.Result, format string, args ...any) {
	if w.stop == faulted {
		return
	}
	w.stop = faulted
	k := w.block.launch.kernel
	w.block.launch.fail(&KernelFault{
		Kernel: k.text.name, Block: w.block.at, Thread: w.thread(lane),
		Line: int(w.code[w.pc].line), Text: fmt.Sprintf(format, args...), Result: result,
	})
}

// thread is a lane's index in the block.
func (w *warp) thread(lane int) [3]uint32 {
	n, d := uint32(w.index*32+lane), w.block.launch.blockSize
	return [3]uint32{n % d[0], n / d[0] % d[1], n / d[0] / d[1]}
}

// value is a register of a lane.
func (w *warp) value(class class, slot, lane int) uint64 {
	if class == double {
		return w.wide[slot][lane&31]
	}
	return uint64(w.narrow[slot][lane&31])
}

func (w *warp) set(class class, slot, lane int, v uint64) {
	switch class {
	case double:
		w.wide[slot][lane&31] = v
	case single:
		w.narrow[slot][lane&31] = uint32(v)
	default:
		w.narrow[slot][lane&31] = uint32(v) & 0xffff
	}
}

// pick takes the lowest group that can go on.
func (w *warp) pick() bool {
	for i := range w.groups {
		if g := &w.groups[i]; w.ready(g) {
			w.current = *g
			w.current.wait = running
			w.groups = append(w.groups[:i], w.groups[i+1:]...)
			return true
		}
	}
	return false
}

func (w *warp) ready(g *group) bool {
	switch g.wait {
	case running:
		return true
	case polling:
		return g.version != w.block.version
	case together:
		need := w.members(&w.code[g.pc], g.mask)
		return g.mask&need == need
	}
	return false
}

// rejoin adds a group to the list, merged with one at the same instruction.
func (w *warp) rejoin(g group) {
	if g.mask == 0 {
		return
	}
	at := 0
	for i := range w.groups {
		o := &w.groups[i]
		if o.pc == g.pc && o.wait != arrived && g.wait != arrived {
			o.mask |= g.mask
			o.wait = running
			return
		}
		if o.pc < g.pc {
			at = i + 1
		}
	}
	w.groups = append(w.groups, group{})
	copy(w.groups[at+1:], w.groups[at:])
	w.groups[at] = g
}

// members are the lanes that must run an instruction together.
func (w *warp) members(in *instruction, mask uint32) uint32 {
	if in.member >= 0 {
		return w.narrow[in.member][bits.TrailingZeros32(mask)&31] & w.live
	}
	return w.live
}

// run executes up to n instructions, fewer if no lane can go on. It says how many.
func (w *warp) run(n int) int {
	done := 0
	for done < n && w.stop != faulted && w.pick() {
		done += w.runGroup(n - done)
		w.rejoin(w.current)
		w.current.mask = 0
	}
	w.executed += uint64(done)
	return done
}

// runGroup executes the current group until it stops, splits, or meets another one.
func (w *warp) runGroup(n int) int {
	g := &w.current
	next := 1 << 30 // where the next group stands
	if len(w.groups) > 0 {
		next = w.groups[0].pc
	}
	for done := 1; ; done++ {
		in := &w.code[g.pc]
		w.pc = g.pc
		m := g.mask
		if in.guard >= 0 {
			p := w.flags[in.guard]
			if in.not {
				p = ^p
			}
			m &= p
		}
		if in.accumulators != nil && !w.touch(in) {
			return done
		}
		switch in.kind {
		case plain:
			if in.whole && !w.gathered(in, g, m) {
				return done
			}
			if m != 0 {
				in.run(w, m)
			}
			g.pc++
			if w.stop != running {
				if w.stop != faulted {
					g.wait, w.stop = w.stop, running
				}
				return done
			}
		case jump:
			if m == g.mask {
				g.pc = int(in.target)
			} else if m != 0 {
				w.rejoin(group{pc: int(in.target), mask: m})
				g.mask &^= m
				g.pc++
				return done
			} else {
				g.pc++
			}
		case exit:
			w.live &^= m
			g.mask &^= m
			g.pc++
			if g.mask == 0 {
				return done
			}
		}
		if g.pc >= next || done >= n {
			return done
		}
	}
}

// gathered says whether the lanes that an instruction needs are all here; if not the group
// waits for them.
func (w *warp) gathered(in *instruction, g *group, m uint32) bool {
	need := w.members(in, g.mask)
	if g.mask&need != need {
		g.wait = together
		return false
	}
	if m != 0 && m&need != need {
		w.fail(bits.TrailingZeros32(m), driver.LaunchFailed, "only lanes %#x of %#x run this instruction of a whole warp", m, need)
		return false
	}
	return true
}
