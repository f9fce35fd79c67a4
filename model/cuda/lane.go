package cuda

import (
	"context"
	"errors"
	"unsafe"

	"cutpoint/model"
	"cutpoint/model/cuda/driver"
)

// job is what one call of Forward or ForwardFrom asks for.
type job struct {
	input
	cuts    []model.Cut
	dst     [][]float32 // by cut: (n, Dim)
	n       int
	profile *model.Profile
}

// pages returns the part of the job from first to before last.
func (j job) pages(first, last int) job {
	part := job{input: j.input.pages(first, last), cuts: j.cuts, n: last - first, profile: j.profile}
	for i, c := range j.cuts {
		part.dst = append(part.dst, j.dst[i][first*c.Dim():last*c.Dim()])
	}
	return part
}

// lane takes one batch at a time to a GPU and back. Copies are in a stream of its own.
type lane struct {
	*device
	copies        driver.Stream
	arrived, done driver.Event
	input, values buffer
	up            pinned    // input on its way
	down          [2]pinned // values on their way, in turn
	came          [2]driver.Event
}

func newLane(d *device) (*lane, error) {
	l := &lane{device: d}
	err := d.locked(func() error {
		if err := d.check("cuStreamCreate", d.api.StreamCreate(&l.copies, driver.StreamNonBlocking)); err != nil {
			return err
		}
		for _, e := range []*driver.Event{&l.arrived, &l.done, &l.came[0], &l.came[1]} {
			// Who waits sleeps: the cores have documents to decode.
			if err := d.check("cuEventCreate", d.api.EventCreate(e, driver.EventDisableTiming|driver.EventBlockingSync)); err != nil {
				return err
			}
		}
		return nil
	})
	if err != nil {
		l.close()
		return nil, err
	}
	return l, nil
}

// run computes a job, at most batch pages at once. Where memory does not suffice it goes on
// with half as many.
func (l *lane) run(ctx context.Context, j job, batch int) error {
	return l.locked(func() error {
		for first := 0; first < j.n; {
			if err := ctx.Err(); err != nil {
				return err
			}
			size := min(j.n-first, batch)
			if most := int(l.most.Load()); most > 0 {
				size = min(size, most)
			}
			err := l.batch(j.pages(first, first+size))
			if errors.Is(err, driver.ErrOutOfMemory) && size > 1 {
				if err := l.shrink(size / 2); err != nil {
					return err
				}
				continue
			}
			if err != nil {
				return err
			}
			first += size
		}
		return ctx.Err()
	})
}

// shrink gives up the memory that grows with a batch, after the GPU has finished with it,
// and limits later batches to that number of pages.
func (l *lane) shrink(pages int) error {
	l.queue.Lock()
	defer l.queue.Unlock()
	if most := l.most.Load(); most == 0 || int64(pages) < most {
		l.most.Store(int64(pages))
		l.log.Warn("the GPU's memory does not suffice for the batch; going on with smaller ones", "gpu", l.name, "pages", pages)
	}
	if err := l.settle(); err != nil {
		return err
	}
	if err := l.check("cuStreamSynchronize", l.api.StreamSynchronize(l.compute)); err != nil {
		return err
	}
	l.device.pages = 0
	for _, b := range []*buffer{&l.arenas[0], &l.arenas[1], &l.input, &l.values} {
		if err := l.free(b); err != nil {
			return err
		}
	}
	return nil
}

// batch takes pages up, through the network and back.
func (l *lane) batch(j job) error {
	at := l.layout(j)
	if err := l.fit(&l.input, j.input.size(l.format)); err != nil {
		return err
	}
	if err := l.fit(&l.values, at.size); err != nil {
		return err
	}
	if err := l.send(j.input); err != nil {
		return err
	}
	timer, err := l.enqueue(j, at)
	if err != nil {
		return err
	}
	if err := l.fetch(j, at); err != nil {
		return err
	}
	return timer.read(j.profile)
}

// settle waits until nothing is under way in the lane, so that its memory may be given up.
func (l *lane) settle() error {
	return l.check("cuStreamSynchronize", l.api.StreamSynchronize(l.copies))
}

// send copies the input through pinned memory.
func (l *lane) send(in input) error {
	size := in.size(l.format)
	if err := l.up.fit(l.device, size); err != nil {
		return err
	}
	in.write(l.format, l.up.bytes(size))
	if err := l.check("cuMemcpyHtoDAsync", l.api.MemcpyHtoDAsync(l.input.at, l.up.at, size, l.copies)); err != nil {
		return err
	}
	return l.check("cuEventRecord", l.api.EventRecord(l.arrived, l.copies))
}

// piece is how many bytes come back at a time.
const piece = 16 << 20

// fetch waits for the values and writes them to the job's slices, a piece at a time: while
// one is copied from the pinned memory, the next one comes.
func (l *lane) fetch(j job, at layout) error {
	if err := l.check("cuStreamWaitEvent", l.api.StreamWaitEvent(l.copies, l.done, 0)); err != nil {
		return err
	}
	var waiting []float32 // the piece under way
	turn := 0
	for i, dst := range j.dst {
		from := l.values.at + driver.DevicePtr(at.offsets[i])
		for len(dst) > 0 {
			n := min(len(dst), piece/4)
			if err := l.startCopy(turn, from, uint64(4*n)); err != nil {
				return err
			}
			if err := l.receive(1-turn, waiting); err != nil {
				return err
			}
			waiting, turn = dst[:n], 1-turn
			dst, from = dst[n:], from+driver.DevicePtr(4*n)
		}
	}
	return l.receive(1-turn, waiting)
}

// startCopy starts to copy values to one of the pinned memories.
func (l *lane) startCopy(turn int, from driver.DevicePtr, size uint64) error {
	if err := l.down[turn].fit(l.device, piece); err != nil {
		return err
	}
	if err := l.check("cuMemcpyDtoHAsync", l.api.MemcpyDtoHAsync(l.down[turn].at, from, size, l.copies)); err != nil {
		return err
	}
	return l.check("cuEventRecord", l.api.EventRecord(l.came[turn], l.copies))
}

// receive waits for a piece and copies it out.
func (l *lane) receive(turn int, dst []float32) error {
	if len(dst) == 0 {
		return nil
	}
	if err := l.check("cuEventSynchronize", l.api.EventSynchronize(l.came[turn])); err != nil {
		return err
	}
	copy(dst, unsafe.Slice((*float32)(l.down[turn].at), len(dst)))
	return nil
}

// close waits for all that uses the lane's memory, which after a failure may be kernels too,
// and frees it. It returns the first failure.
func (l *lane) close() (first error) {
	keep := func(err error) {
		if first == nil {
			first = err
		}
	}
	keep(l.locked(func() error {
		keep(l.check("cuStreamSynchronize", l.api.StreamSynchronize(l.compute)))
		if l.copies != 0 {
			keep(l.settle())
			keep(l.check("cuStreamDestroy", l.api.StreamDestroy(l.copies)))
		}
		for _, e := range []driver.Event{l.arrived, l.done, l.came[0], l.came[1]} {
			if e != 0 {
				keep(l.check("cuEventDestroy", l.api.EventDestroy(e)))
			}
		}
		keep(l.free(&l.input))
		keep(l.free(&l.values))
		for _, p := range []*pinned{&l.up, &l.down[0], &l.down[1]} {
			keep(p.free(l.device))
		}
		return nil
	}))
	return first
}
