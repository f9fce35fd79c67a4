package cpu

import (
	"context"

	"cutpoint/model"
	"cutpoint/model/internal/parallel"
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

// runPages takes every page through the layers from first to before end. Each thread gets
// the same number of pages; several threads compute each page of the rest together.
func (g *group) runPages(ctx context.Context, first, end int) {
	e := g.engine
	if needed := min(g.pages, e.threads); len(e.arenas) < needed {
		for range needed - len(e.arenas) {
			e.arenas = append(e.arenas, arena{pairing: e.schedule.pairs})
		}
	}
	free := make(chan *arena, e.threads)
	for i := range e.arenas {
		free <- &e.arenas[i]
	}
	run := func(page, n, threads int) {
		r := <-free
		c := chunk{group: g, arena: r, page: page, n: n, threads: threads}
		c.run(ctx, first, end)
		free <- r
	}
	whole := g.pages - g.pages%e.threads
	size := chunkSize(whole/e.threads, e.schedule.together)
	parallel.Limited(e.threads, whole/size, func(i int) { run(i*size, size, 1) })
	if rest := g.pages - whole; rest > 0 {
		parallel.Limited(rest, rest, func(i int) {
			share := e.threads / rest
			if i < e.threads%rest {
				share++
			}
			run(whole+i, 1, share)
		})
	}
}

// chunkSize returns the largest divisor of a thread's pages that is at most together.
func chunkSize(pages, together int) int {
	size := together
	for size > 1 && (pages == 0 || pages%size != 0) {
		size--
	}
	return size
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
