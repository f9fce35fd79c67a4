package cuda

import (
	"math"
	"slices"
	"unsafe"

	"cutpoint/model/cuda/kernels"
)

// peakRounds makes a measurement of some tenths of a second, in which a GPU comes to the clock
// that its power allows.
const peakRounds = 1 << 18

// Peak implements model.Profiler: what the GPUs' tensor cores reach with products of bfloat16. In float32 a
// multiplication takes three of them. It is the better of two runs, since other work can only
// lower it.
func (e *Engine) Peak() (float64, error) {
	sum := 0.0
	for _, d := range e.devices {
		best := 0.0
		for range 2 {
			rate, err := d.peak(peakRounds)
			if err != nil {
				return 0, err
			}
			best = max(best, rate)
		}
		sum += best
	}
	return sum, nil
}

// peakSink is the memory that the kernel peak never writes to.
const peakSink = 256

// peak is one measurement.
func (d *device) peak(rounds int) (rate float64, err error) {
	d.queue.Lock()
	defer d.queue.Unlock()
	i := slices.IndexFunc(d.target.kernels, func(k kernels.Kernel) bool { return k.Name == "peak" })
	how := d.share(launch{Kernel: d.target.kernels[i], product: true}, math.MaxInt)
	err = d.locked(func() error {
		var sink buffer
		if err := d.fit(&sink, peakSink); err != nil {
			return err
		}
		t := timer{device: d, on: true}
		params := kernels.Peak{Sink: uint64(sink.at), Rounds: int32(rounds)}
		if err := t.end(); err != nil {
			return err
		}
		if err := d.launch(how, unsafe.Pointer(&params)); err != nil {
			return err
		}
		if err := t.end(); err != nil {
			return err
		}
		seconds, err := t.total()
		if err != nil {
			return err
		}
		rate = float64(rounds) * float64(how.blocks) * d.target.peakFLOP / math.Max(seconds, 1e-9)
		return d.free(&sink)
	})
	return rate, err
}

// total waits for the last event, frees all, and returns the seconds from the first to it.
func (t *timer) total() (float64, error) {
	first, last := t.events[0], t.events[len(t.events)-1]
	if err := t.check("cuEventSynchronize", t.api.EventSynchronize(last)); err != nil {
		return 0, err
	}
	var ms float32
	if err := t.check("cuEventElapsedTime", t.api.EventElapsedTime(&ms, first, last)); err != nil {
		return 0, err
	}
	return float64(ms) / 1e3, t.destroy()
}

func (t *timer) destroy() error {
	for _, e := range t.events {
		if err := t.check("cuEventDestroy", t.api.EventDestroy(e)); err != nil {
			return err
		}
	}
	t.events = nil
	return nil
}
