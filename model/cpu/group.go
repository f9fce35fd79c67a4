package cpu

import (
	"context"

	"cutpoint/model"
)

// group is a number of pages that run through the network together.
type group struct {
	engine  *Engine
	pages   int
	pixels  []uint8 // (pages, 224, 224, 3)
	cuts    []model.Cut
	dst     [][]float32 // by cut: (pages, Dim)
	deepest int         // layer
	top     matrix      // (pages, 25088): the input of the first dense layer, if it runs
}

func (g *group) run(ctx context.Context) error {
	maps := len(g.engine.layers) // layers before the first dense one
	for maps > 0 && g.engine.layers[maps-1].Kind == model.Dense {
		maps--
	}
	if g.deepest >= maps {
		g.top = newMatrix(g.pages, g.engine.layers[maps].In.Len())
	}
	g.runPages(ctx, g.engine.layers[:min(maps, g.deepest+1)])
	if g.deepest >= maps {
		g.runDense(ctx, maps)
	}
	return ctx.Err()
}

// runPages takes every page through layers. Each thread has a page of its own as
// long as there are enough; the threads share what remains out among them.
func (g *group) runPages(ctx context.Context, layers []layer) {
	e := g.engine
	if needed := min(g.pages, e.threads); len(e.arenas) < needed {
		e.arenas = append(e.arenas, make([]arena, needed-len(e.arenas))...)
	}
	whole := g.pages - g.pages%e.threads
	free := make(chan *arena, e.threads)
	for i := range e.arenas {
		free <- &e.arenas[i]
	}
	single := func(page, threads int) {
		r := <-free
		g.runPage(ctx, r, layers, page, threads)
		free <- r
	}
	parallel(e.threads, whole, func(page int) { single(page, 1) })
	if rest := g.pages - whole; rest > 0 {
		parallel(rest, rest, func(i int) {
			share := e.threads / rest
			if i < e.threads%rest {
				share++
			}
			single(whole+i, share)
		})
	}
}

// runPage takes one page through layers on so many threads, and writes the cuts
// on the way. It stops early when the context is done.
func (g *group) runPage(ctx context.Context, r *arena, layers []layer, page, threads int) {
	e, size := g.engine, model.InputShape().Len()
	shape := model.InputShape()
	shape.C = inputChannels
	in := r.output(-1, shape)
	e.colors.load(in, g.pixels[page*size:][:size])
	for i := range layers {
		if ctx.Err() != nil {
			return
		}
		l := &layers[i]
		out := r.output(i, l.Out)
		if l.Kind == model.Conv3x3 {
			e.convolve(out, in, l, threads)
		} else {
			e.maxPool(out, in, threads)
		}
		g.emit(i, page, out)
		in = out
	}
	if g.top.data != nil {
		in.flatten(g.top.row(page))
	}
}

// emit writes the cuts that read the map after layer i.
func (g *group) emit(i, page int, a activation) {
	for c, cut := range g.cuts {
		if cut.Layer() != i {
			continue
		}
		dst := g.dst[c][page*cut.Dim():][:cut.Dim()]
		switch cut.Pooling() {
		case model.Flat:
			a.flatten(dst)
		case model.Avg:
			a.mean(dst)
		case model.Max:
			a.maximum(dst)
		}
	}
}
