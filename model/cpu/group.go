package cpu

import (
	"context"
	"time"

	"cutpoint/model"
)

// group is a number of pages that run through the network together.
type group struct {
	engine  *Engine
	pages   int
	input   input
	cuts    []model.Cut
	dst     [][]float32 // by cut: (pages, Dim)
	deepest int         // layer
	top     matrix      // (pages, inputs): the input of the first dense layer that runs, if one does
}

func (g *group) run(ctx context.Context) error {
	maps := len(g.engine.layers) // layers before the first dense one
	for maps > 0 && g.engine.layers[maps-1].Kind == model.Dense {
		maps--
	}
	first := g.input.layer() + 1
	if g.deepest >= maps {
		g.top = newMatrix(g.pages, g.engine.layers[max(first, maps)].In.Len())
	}
	if first <= maps {
		g.runPages(ctx, first, min(maps, g.deepest+1))
	} else {
		for page := range g.pages {
			copy(g.top.row(page), g.input.values(page))
		}
	}
	if g.deepest >= maps {
		g.runDense(ctx, max(first, maps))
	}
	return ctx.Err()
}

// runPages takes every page through the layers from first to before end. Each
// thread has a page of its own as long as there are enough; the threads share what
// remains out among them.
func (g *group) runPages(ctx context.Context, first, end int) {
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
		g.runPage(ctx, r, first, end, page, threads)
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

// runPage takes one page through the layers from first to before end on so many
// threads, and writes the cuts on the way. It stops early when the context is done.
func (g *group) runPage(ctx context.Context, r *arena, first, end, page, threads int) {
	e := g.engine
	in := g.input.load(e, r, page)
	g.emit(first-1, page, in)
	if e.bf16.how == paired {
		g.runPairs(ctx, r, in, first, end, page, threads)
		return
	}
	for i := first; i < end; i++ {
		if ctx.Err() != nil {
			return
		}
		start, l := time.Now(), &e.layers[i]
		out := r.output(i, l.Out)
		if l.Kind == model.Conv3x3 {
			if i == 0 {
				e.convolve(out, in, l, threads)
			} else {
				e.convolveTiles([]activation{out}, []activation{in}, l, threads)
			}
			if e.bf16.how == rounded {
				out.round(threads)
			}
		} else {
			e.maxPool(out, in, threads)
		}
		g.emit(i, page, out)
		e.profile.add(i, threads, start)
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
