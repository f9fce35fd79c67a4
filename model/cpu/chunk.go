package cpu

import (
	"context"
	"time"

	"cutpoint/model"
)

// chunk is the pages of a group that one thread, or a few, take through the convolutions.
type chunk struct {
	*group
	arena   *arena
	page, n int // the first page, and how many
	threads int
	turn    int // which of the arena's memories the last maps are in
}

// run takes the pages through the layers from first to before end: one after another
// while maps are large, then all together. It stops early when the context is done.
func (c *chunk) run(ctx context.Context, first, end int) {
	deep := min(max(first, c.engine.deep), end)
	maps := make([]activation, c.n)
	for slot := c.n - 1; slot >= 0; slot-- { // backwards, so that no page overwrites another one's result
		c.turn = 0
		if deep == first {
			maps[slot] = c.input.load(c.engine, c.arena, slot, c.n, c.page+slot)
			c.emit(first-1, c.page+slot, maps[slot])
			continue
		}
		in := c.input.load(c.engine, c.arena, 0, 1, c.page+slot)
		c.emit(first-1, c.page+slot, in)
		maps[slot] = c.layers(ctx, []activation{in}, first, deep, c.page+slot, slot)[0]
	}
	maps = c.layers(ctx, maps, deep, end, c.page, 0)
	if c.top.data != nil && ctx.Err() == nil {
		for i, a := range maps {
			a.flatten(c.top.row(c.page + i))
		}
	}
}

// layers takes the maps of some pages through the layers from first to before end, and
// writes the cuts on the way. The last maps go to the arena's slots from slot on.
func (c *chunk) layers(ctx context.Context, in []activation, first, end, page, slot int) []activation {
	e := c.engine
	for i := first; i < end && ctx.Err() == nil; {
		start, l, next := time.Now(), &e.layers[i], i+1
		inStrips := l.strip > 0 && next < end // with the layer and the pool after it
		if inStrips {
			next++
		}
		if next < end && e.layers[next].Kind == model.MaxPool {
			next++ // done with the convolution before it
		}
		shape, at, pages := e.layers[next-1].Out, 0, len(in)
		if next == end {
			at, pages = slot, c.n
		}
		c.turn++
		out := make([]activation, len(in))
		for k := range out {
			out[k] = c.arena.activationOf(c.turn, at+k, pages, shape)
		}
		if inStrips {
			for k := range out {
				e.convolveStrips(out[k], in[k], i, c.threads)
			}
		} else {
			l.conv.convolve(out, in, c.threads)
		}
		for k := range out {
			c.emit(next-1, page+k, out[k])
		}
		if !inStrips {
			e.profile.Add(i, time.Since(start)*time.Duration(c.threads))
		}
		in, i = out, next
	}
	return in
}
