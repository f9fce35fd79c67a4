package cudatest

import (
	"math/rand/v2"
	"runtime"
	"sync"
	"sync/atomic"

	"cutpoint/model/cuda/driver"
)

// launch is a grid at work.
type launch struct {
	device    *Device
	kernel    *kernel
	grid      [3]uint32
	blockSize [3]uint32
	dynamic   int // bytes of dynamic shared memory
	params    []byte
	number    uint64
	fault     atomic.Pointer[KernelFault]
	budget    atomic.Int64 // instructions that are left
}

// run executes every block, in an order drawn from the seed.
func (l *launch) run() *KernelFault {
	l.budget.Store(l.device.config.Instructions)
	blocks := int(l.grid[0]) * int(l.grid[1]) * int(l.grid[2])
	order := rand.New(rand.NewPCG(l.device.config.Seed, l.number)).Perm(blocks)
	var next atomic.Int64
	var workers sync.WaitGroup
	for range min(runtime.GOMAXPROCS(0), blocks) {
		workers.Go(func() {
			b := l.block()
			for i := int(next.Add(1)) - 1; i < blocks && !l.over(); i = int(next.Add(1)) - 1 {
				b.start(order[i])
				b.run()
			}
		})
	}
	workers.Wait()
	return l.fault.Load()
}

func (l *launch) over() bool { return l.fault.Load() != nil }

// fail keeps the first fault.
func (l *launch) fail(f *KernelFault) { l.fault.CompareAndSwap(nil, f) }

// spend counts instructions, of which a launch has a bounded number.
func (l *launch) spend(w *warp, n int) {
	if l.budget.Add(-int64(n)) < 0 {
		w.fail(0, driver.LaunchTimeout, "more than %d instructions", l.device.config.Instructions)
	}
}

// block makes a block's memory, to be used for one block after the other.
func (l *launch) block() *block {
	k := l.kernel
	threads := int(l.blockSize[0] * l.blockSize[1] * l.blockSize[2])
	b := &block{launch: l, shared: make([]byte, k.dynamicAt+l.dynamic)}
	if l.dynamic == 0 {
		b.shared = b.shared[:k.static]
	}
	for i := range (threads + 31) / 32 {
		b.warps = append(b.warps, &warp{
			block: b, index: i, code: k.code, flags: make([]uint32, k.flags),
			narrow: make([][32]uint32, len(k.narrow)), wide: make([][32]uint64, len(k.wide)),
			products: newProductQueue(len(k.narrow)),
		})
	}
	if l.device.config.Races {
		b.races = newRaces(len(b.warps), len(b.shared))
	}
	return b
}

// start makes everything new for the block of a number.
func (b *block) start(number int) {
	l := b.launch
	n := uint32(number)
	b.at = [3]uint32{n % l.grid[0], n / l.grid[0] % l.grid[1], n / l.grid[0] / l.grid[1]}
	b.random = rand.New(rand.NewPCG(l.device.config.Seed+l.number<<32, uint64(n)))
	b.barriers = [16]barrier{}
	b.boxes = b.boxes[:0]
	fill(b.shared)
	if b.races != nil {
		b.races.reset()
	}
	for _, w := range b.warps {
		w.start(n)
	}
}

func (w *warp) start(number uint32) {
	l := w.block.launch
	threads := l.blockSize[0] * l.blockSize[1] * l.blockSize[2]
	copy(w.narrow, l.kernel.narrow)
	copy(w.wide, l.kernel.wide)
	for i := range w.flags {
		w.flags[i] = w.block.random.Uint32()
	}
	w.born = all
	if rest := threads - uint32(w.index)*32; rest < 32 {
		w.born = 1<<rest - 1
	}
	w.live = w.born
	w.groups = append(w.groups[:0], group{mask: w.live})
	w.current, w.stop, w.executed = group{}, running, 0
	w.knows = knowledge{}
	w.knows.all[w.index] = 1
	w.copies.reset()
	w.products.reset()
	w.fillSpecials(number)
}

// fillSpecials sets the registers that hold %tid.x and its like.
func (w *warp) fillSpecials(number uint32) {
	l := w.block.launch
	at, grid, size := w.block.at, l.grid, l.blockSize
	values := map[string]uint32{
		"%ctaid.x": at[0], "%ctaid.y": at[1], "%ctaid.z": at[2],
		"%nctaid.x": grid[0], "%nctaid.y": grid[1], "%nctaid.z": grid[2],
		"%ntid.x": size[0], "%ntid.y": size[1], "%ntid.z": size[2],
		"%warpid": uint32(w.index), "%nwarpid": uint32(len(w.block.warps)),
		"%smid": number % uint32(l.device.config.Multiprocessors),
	}
	for name, slot := range l.kernel.specials {
		for lane := range 32 {
			t := w.thread(lane)
			v := values[name]
			switch name {
			case "%tid.x":
				v = t[0]
			case "%tid.y":
				v = t[1]
			case "%tid.z":
				v = t[2]
			case "%laneid":
				v = uint32(lane)
			}
			w.narrow[slot][lane] = v
		}
	}
}
