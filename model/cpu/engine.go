// Package cpu computes VGG19 on the processor in float32. Convolutions run as
// implicit matrix products over activations with a zero border, so that no patch
// is ever copied; weights are packed once into the panels that the kernels
// stream. Pages are dealt to the threads whole; those that do not come out even
// are computed by all threads together.
package cpu

import (
	"context"
	"errors"
	"fmt"
	"runtime"
	"slices"

	"cutpoint/model"
	"cutpoint/model/kernel"
)

// Options of an engine. The zero value uses all cores and the best kernels.
type Options struct {
	Threads int    // 0 = GOMAXPROCS
	Kernel  string // a name of kernel.Available(); "" = the best
}

// Engine is a model.Engine.
type Engine struct {
	kernels kernel.Float32
	threads int
	layers  []layer
	colors  [3][256]float32 // what a pixel's value becomes, per channel of the network
	source  [3]int          // which channel of RGB that is
	arenas  []arena         // one a thread
	weights string
}

// layer is a row of the network with its packed weights.
type layer struct {
	model.Layer
	packed
}

// New packs the weights. They are not retained.
func New(w *model.Weights, opt Options) (*Engine, error) {
	if opt.Threads < 0 {
		return nil, errors.New("an engine needs at least one thread")
	}
	k, err := kernel.Select(opt.Kernel)
	if err != nil {
		return nil, err
	}
	if err := w.Check(nil); err != nil {
		return nil, err
	}
	e := &Engine{kernels: k, threads: opt.Threads, weights: w.Source}
	if e.threads == 0 {
		e.threads = runtime.GOMAXPROCS(0)
	}
	e.setColors(w.Preprocess)
	params := w.Params
	for _, l := range model.Layers() {
		row := layer{Layer: l}
		if l.KernelLen() > 0 {
			if len(params) == 0 {
				break // no top
			}
			row.packed = e.pack(l, params[0])
			params = params[1:]
		}
		e.layers = append(e.layers, row)
	}
	e.arenas = make([]arena, e.threads)
	return e, nil
}

// Name says what computes.
func (e *Engine) Name() string {
	return fmt.Sprintf("cpu %s float32, %d threads", e.kernels.Name, e.threads)
}

// Close frees the packed weights.
func (e *Engine) Close() error {
	e.layers, e.arenas = nil, nil
	return nil
}

func (e *Engine) setColors(p model.Preprocess) {
	for c := range 3 {
		e.source[c] = c
		if p.BGR {
			e.source[c] = 2 - c
		}
		for v := range 256 {
			e.colors[c][v] = (float32(v)*p.Scale - p.Mean[c]) / p.Std[c]
		}
	}
}

// Forward implements model.Engine.
func (e *Engine) Forward(ctx context.Context, pixels []uint8, cuts []model.Cut, dst [][]float32) error {
	n, err := e.check(pixels, cuts, dst)
	if err != nil || n == 0 || len(cuts) == 0 {
		return err
	}
	deepest := model.Deepest(cuts)
	pass := &pass{ctx: ctx, engine: e, pixels: pixels, cuts: cuts, dst: dst, pages: n, convs: e.convolutional(deepest)}
	if deepest >= pass.convs {
		pass.flat = newMatrix(e.kernels, n, e.layers[pass.convs].In.Len())
	}
	if err := pass.runConvs(); err != nil {
		return err
	}
	return pass.runDense(deepest)
}

// convolutional returns how many of the layers up to the deepest are not dense.
func (e *Engine) convolutional(deepest int) int {
	n := slices.IndexFunc(e.layers, func(l layer) bool { return l.Kind == model.Dense })
	if n < 0 {
		n = len(e.layers)
	}
	return min(n, deepest+1)
}

func (e *Engine) check(pixels []uint8, cuts []model.Cut, dst [][]float32) (int, error) {
	size := model.InputShape().Len()
	if e.layers == nil {
		return 0, errors.New("the engine is closed")
	}
	if len(pixels)%size != 0 {
		return 0, fmt.Errorf("%d bytes of pixels are no whole number of pages of %d", len(pixels), size)
	}
	if len(dst) != len(cuts) {
		return 0, fmt.Errorf("%d destinations for %d cuts", len(dst), len(cuts))
	}
	n := len(pixels) / size
	for i, c := range cuts {
		if c.Layer() >= len(e.layers) {
			return 0, fmt.Errorf("cut %s needs the fully connected layers, and weights %s have none", c, e.weights)
		}
		if len(dst[i]) != n*c.Dim() {
			return 0, fmt.Errorf("destination of cut %s has %d values for %d pages of %d", c, len(dst[i]), n, c.Dim())
		}
	}
	return n, nil
}
