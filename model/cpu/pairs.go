package cpu

import (
	"context"
	"time"

	"cutpoint/model"
	"cutpoint/model/kernel"
)

// pairs is a map of bfloat16 values: channels 2c and 2c+1 are place c.
type pairs struct{ grid[kernel.Pair] }

// output16 is output in pairs.
func (r *arena) output16(i int, s model.Shape) pairs {
	s.C /= 2
	return pairs{newGrid(&r.pairs[(i+1)%2], s)}
}

// widen writes the map to a, which has twice as many channels.
func (p pairs) widen(a activation, threads int) {
	parallel(threads, p.H, func(y int) {
		for x := range p.W {
			to := a.pixel(y, x)
			for c, v := range p.pixel(y, x) {
				to[2*c], to[2*c+1] = v.Even(), v.Odd()
			}
		}
	})
}

// packPairs is the end of packLayer in pairs.
func (e *Engine) packPairs(l *layer, p model.Params) {
	k, outputs := e.bf16.kernel, l.Out.C
	size := l.rows / 2 * k.Width()
	l.pairs = make([]kernel.Pair, k.PackedLen(l.rows, outputs))
	l.bias = make([]float32, k.Panels(outputs)*k.Width())
	copy(l.bias, p.Bias)
	parallel(e.threads, k.Panels(outputs), func(j int) {
		k.PackPanel(l.pairs[j*size:][:size], p.Kernel, outputs, j)
	})
}

// runPairs goes on from runPage's input in pairs.
func (g *group) runPairs(ctx context.Context, r *arena, input activation, first, end, page, threads int) {
	e := g.engine
	var in pairs
	if first > 0 {
		in = r.output16(first-1, input.Shape)
		e.narrow(in, input, threads)
	}
	for i := first; i < end; i++ {
		if ctx.Err() != nil {
			return
		}
		start, l := time.Now(), &e.layers[i]
		out := r.output16(i, l.Out)
		switch {
		case i == 0:
			e.convolveFirst(out, input, l, threads)
		case l.Kind == model.Conv3x3:
			e.convolvePairs(out, in, l, threads)
		default:
			e.maxPoolPairs(out, in, threads)
		}
		if g.reads(i) || i == end-1 {
			input = r.output(i, l.Out)
			out.widen(input, threads)
			g.emit(i, page, input)
		}
		e.profile.add(i, threads, start)
		in = out
	}
	if g.top.data != nil {
		input.flatten(g.top.row(page))
	}
}

// reads says whether a cut reads the map after layer i.
func (g *group) reads(i int) bool {
	for _, c := range g.cuts {
		if c.Layer() == i {
			return true
		}
	}
	return false
}

// narrow rounds a map to pairs.
func (e *Engine) narrow(out pairs, in activation, threads int) {
	parallel(threads, in.H, func(y int) {
		for x := range in.W {
			e.bf16.kernel.Narrow(out.pixel(y, x), in.pixel(y, x))
		}
	})
}

// firstStretch is the number of pixels whose float32 sums wait to be rounded: they stay
// in the first-level cache.
const firstStretch = 14

// convolveFirst computes the first layer in float32, a stretch of a row at a time, and
// rounds it.
func (e *Engine) convolveFirst(out pairs, in activation, l *layer, threads int) {
	width := e.kernel.Width()
	size := l.rows * width
	offsets := taps(in.grid)
	parallel(threads, out.H, func(y int) {
		stride := pixelStride(l.Out.C)
		sums := make([]float32, firstStretch*stride)
		for x := 0; x < out.W; x += firstStretch {
			n := min(firstStretch, out.W-x)
			for j := range len(l.bias) / width {
				e.kernel.Multiply(n, &kernel.Product{
					Dst: sums[j*width:], DstStride: stride,
					Src: in.data[in.at(y-1, x-1):], SrcStride: in.stride,
					Panel: l.panels[j*size:][:size], Init: l.bias[j*width:][:width],
					Offsets: offsets[:], Length: in.C, ReLU: true,
				})
			}
			for i := range n {
				e.bf16.kernel.Narrow(out.pixel(y, x+i), sums[i*stride:])
			}
		}
	})
}

// convolvePairs is convolve in pairs.
func (e *Engine) convolvePairs(out, in pairs, l *layer, threads int) {
	width := e.bf16.kernel.Width()
	panels := len(l.bias) / width
	size := l.rows / 2 * width
	offsets := taps(in.grid)
	band := min(bandRows, out.H)
	bands := (out.H + band - 1) / band
	pieces := split(panels, bands, threads)
	parallel(threads, bands*pieces, func(task int) {
		first, last := task/pieces*band, min((task/pieces+1)*band, out.H)
		piece := task % pieces
		for j := piece * panels / pieces; j < (piece+1)*panels/pieces; j++ {
			p := kernel.PairProduct{
				DstStride: out.stride, SrcStride: in.stride,
				Panel: l.pairs[j*size:][:size], Init: l.bias[j*width:][:width],
				Offsets: offsets[:], Length: in.C, ReLU: true,
			}
			for y := first; y < last; y++ {
				p.Dst = out.data[out.at(y, 0)+j*width/2:]
				p.Src = in.data[in.at(y-1, -1):]
				e.bf16.kernel.Multiply(out.W, &p)
			}
		}
	})
}

// maxPoolPairs is maxPool in pairs.
func (e *Engine) maxPoolPairs(out, in pairs, threads int) {
	parallel(threads, out.H, func(y int) {
		for x := range out.W {
			e.bf16.kernel.Max4(out.pixel(y, x), in.pixel(2*y, 2*x), in.pixel(2*y, 2*x+1), in.pixel(2*y+1, 2*x), in.pixel(2*y+1, 2*x+1))
		}
	})
}

// densePairs is dense in pairs: it rounds x, and sums to y in float32.
func (e *Engine) densePairs(y, x matrix, l *layer, pages int) {
	k := e.bf16.kernel
	width, places := k.Width(), l.rows/2
	stride := pixelStride(places)
	src := make([]kernel.Pair, pages*stride)
	parallel(e.threads, pages, func(page int) {
		k.Narrow(src[page*stride:][:places], x.row(page))
	})
	offsets := []int{0}
	parallel(e.threads, len(l.bias)/width, func(j int) {
		panel := l.pairs[j*places*width:][:places*width]
		p := kernel.PairProduct{
			Sums: y.data[j*width:], DstStride: y.stride, SrcStride: stride,
			Init: l.bias[j*width:][:width], Offsets: offsets,
		}
		for i := 0; i < places; i += depth {
			p.Length = min(depth, places-i)
			p.Src, p.Panel = src[i:], panel[i*width:]
			p.ReLU = l.Activation == model.ReLU && i+depth >= places
			k.Multiply(pages, &p)
			p.Init, p.InitStride = p.Sums, p.DstStride
		}
	})
}
