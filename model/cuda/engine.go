package cuda

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"strings"
	"sync/atomic"

	"cutpoint/model"
	"cutpoint/model/cuda/driver"
)

// Options choose what computes and how. The zero value is the first GPU in float32.
type Options struct {
	Devices   []int  // ordinals of the GPUs; nil is the first
	Precision string // model.Float32 or model.BFloat16; "" is model.Float32
	Kernels   string // "sm_90a" or "sm_80"; "" is the best that a GPU runs
	Batch     int    // pages that a GPU takes at once, at most; 0 is DefaultBatch

	Log *slog.Logger // is warned where memory forces smaller batches; nil is nobody
}

// DefaultBatch fills a GPU: 2.5 GB of it in bfloat16, 5 GB in float32.
const DefaultBatch = 256

// Engine computes VGG19 on one GPU or several, each with the weights in its memory. It is a
// model.Profiler.
type Engine struct {
	devices []*device
	lanes   chan *lane // those that are free
	all     []*lane
	source  string // of the weights, for messages
	layers  int    // of model.Layers, that there are weights for
	batch   int
	closed  atomic.Bool
}

var _ model.Profiler = (*Engine)(nil)

// lanesPerDevice let one batch's copies go on while another computes.
const lanesPerDevice = 2

// New loads the driver, compiles the kernels for each GPU, which takes seconds the first time
// and is then kept by the driver, and copies the weights: 0.3 GB, twice that in float32. It
// keeps nothing of w. An error says what is missing.
func New(w *model.Weights, opt Options) (*Engine, error) {
	api, err := driver.Load()
	if err != nil {
		return nil, fmt.Errorf("start the GPU engine: %w", err)
	}
	return newEngine(api, w, opt)
}

// newEngine is New with a driver.
func newEngine(api *driver.API, w *model.Weights, opt Options) (*Engine, error) {
	e := &Engine{source: w.Source, batch: opt.Batch}
	if opt.Log == nil {
		opt.Log = slog.New(slog.DiscardHandler)
	}
	if e.batch == 0 {
		e.batch = DefaultBatch
	}
	err := e.start(api, w, opt)
	if err != nil {
		e.Close()
		return nil, fmt.Errorf("start the GPU engine: %w", err)
	}
	return e, nil
}

func (e *Engine) start(api *driver.API, w *model.Weights, opt Options) error {
	format, err := formatOf(opt.Precision)
	if err != nil {
		return err
	}
	if opt.Batch < 0 {
		return fmt.Errorf("a batch of %d pages: give a positive number, or 0 for %d", opt.Batch, DefaultBatch)
	}
	if err := w.CheckWhole(); err != nil {
		return err
	}
	infos, err := choose(api, opt.Devices)
	if err != nil {
		return err
	}
	for _, info := range infos {
		d, err := openDevice(api, info, format, opt.Kernels)
		if err != nil {
			return err
		}
		d.log = opt.Log
		e.devices = append(e.devices, d)
	}
	if e.layers, err = upload(e.devices, w); err != nil {
		return err
	}
	e.lanes = make(chan *lane, lanesPerDevice*len(e.devices))
	for range lanesPerDevice {
		for _, d := range e.devices { // in turn, so that a few batches reach all of them
			l, err := newLane(d)
			if err != nil {
				return err
			}
			e.all = append(e.all, l)
			e.lanes <- l
		}
	}
	return nil
}

// choose returns the GPUs of those ordinals.
func choose(api *driver.API, ordinals []int) ([]driver.DeviceInfo, error) {
	found, err := driver.Devices(api)
	if err != nil {
		return nil, err
	}
	if ordinals == nil {
		ordinals = []int{0}
	}
	var chosen []driver.DeviceInfo
	seen := map[int]bool{}
	for _, o := range ordinals {
		if o < 0 || o >= len(found) {
			return nil, fmt.Errorf("GPU %d is not there: this machine has %d, counted from 0; choose another one", o, len(found))
		}
		if seen[o] {
			return nil, fmt.Errorf("GPU %d is named twice", o)
		}
		seen[o] = true
		chosen = append(chosen, found[o])
	}
	return chosen, nil
}

// Name says what computes: "cuda NVIDIA H200 sm_90a bfloat16".
func (e *Engine) Name() string {
	var names []string
	for _, d := range e.devices {
		names = append(names, d.info.Name+" "+d.target.name)
	}
	return "cuda " + strings.Join(names, ", ") + " " + e.devices[0].precision
}

// Concurrency implements model.Engine: a batch for each lane.
func (e *Engine) Concurrency() int { return len(e.all) }

// Processors implements model.Profiler: the GPUs.
func (e *Engine) Processors() int { return len(e.devices) }

// Memory implements model.Profiler.
func (e *Engine) Memory() uint64 {
	var sum uint64
	for _, d := range e.devices {
		sum += d.held.Load()
	}
	return sum
}

// Forward implements model.Engine.
func (e *Engine) Forward(ctx context.Context, pixels []uint8, cuts []model.Cut, dst [][]float32) error {
	return e.Measure(ctx, pixels, cuts, dst, nil)
}

// Measure implements model.Profiler.
func (e *Engine) Measure(ctx context.Context, pixels []uint8, cuts []model.Cut, dst [][]float32, profile *model.Profile) error {
	n, err := model.CheckForward(pixels, cuts, dst)
	if err == nil {
		err = e.forward(ctx, job{input: input{pixels: pixels}, cuts: cuts, dst: dst, n: n, profile: profile})
	}
	if err != nil {
		return fmt.Errorf("run the GPU engine: %w", err)
	}
	return nil
}

// ForwardFrom implements model.Engine.
func (e *Engine) ForwardFrom(ctx context.Context, from model.Cut, x []float32, cuts []model.Cut, dst [][]float32) error {
	n, err := model.CheckForwardFrom(from, x, cuts, dst)
	if err == nil {
		err = e.forward(ctx, job{input: input{from: from, x: x}, cuts: cuts, dst: dst, n: n})
	}
	if err != nil {
		return fmt.Errorf("run the GPU engine: %w", err)
	}
	return nil
}

func (e *Engine) forward(ctx context.Context, j job) error {
	if e.closed.Load() {
		return errors.New("the engine is closed")
	}
	if model.Deepest(j.cuts) >= e.layers {
		return (&model.Weights{Source: e.source}).Check(j.cuts)
	}
	if len(j.cuts) == 0 || j.n == 0 {
		return ctx.Err()
	}
	select {
	case l := <-e.lanes:
		defer func() { e.lanes <- l }()
		return l.run(ctx, j, e.batch)
	case <-ctx.Done():
		return ctx.Err()
	}
}

// Close waits for the GPUs and frees what the engine holds there. No Forward is running.
func (e *Engine) Close() error {
	if e.closed.Swap(true) {
		return nil
	}
	var first error
	keep := func(err error) {
		if first == nil {
			first = err
		}
	}
	for _, l := range e.all {
		keep(l.close())
	}
	for _, d := range e.devices {
		keep(d.close())
	}
	if first != nil {
		return fmt.Errorf("close the GPU engine: %w", first)
	}
	return nil
}
