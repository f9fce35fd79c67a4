package cpu

import (
	"context"

	"cutpoint/model"
	"cutpoint/model/kernel"
)

// pass is one call of Forward.
type pass struct {
	ctx    context.Context
	engine *Engine
	pixels []uint8
	cuts   []model.Cut
	dst    [][]float32
	pages  int
	convs  int    // layers before the first dense one
	flat   matrix // pool5 of all pages, if a dense layer follows
}

// runConvs takes all pages through the convolutions: whole pages on one thread
// each as long as they come out even, then the others on all threads together.
func (p *pass) runConvs() error {
	e := p.engine
	even := p.pages / e.threads * e.threads
	parallel(e.threads, even, func(thread, page int) { p.page(&e.arenas[thread], page, 1) })
	for page := even; page < p.pages; page++ {
		p.page(&e.arenas[0], page, e.threads)
	}
	return p.ctx.Err()
}

// page computes one page up to its last pool on so many threads.
func (p *pass) page(a *arena, page, threads int) {
	size := model.InputShape().Len()
	image := a.image(0, model.InputShape())
	p.engine.load(image, p.pixels[page*size:][:size])
	for i, l := range p.engine.layers[:p.convs] {
		if p.ctx.Err() != nil {
			return
		}
		out := a.image((i+1)%2, l.Out)
		if l.Kind == model.Conv3x3 {
			p.engine.convolve(out, image, l, threads)
		} else {
			p.engine.pool(out, image, threads)
		}
		image = out
		p.emit(i, page, image)
	}
	if p.flat.data != nil {
		image.flatten(p.flat.row(page))
	}
}

// emit writes the cuts that read the output of layer i.
func (p *pass) emit(i, page int, image padded) {
	for c, cut := range p.cuts {
		if cut.Layer() != i {
			continue
		}
		dst := p.dst[c][page*cut.Dim():][:cut.Dim()]
		switch cut.Pooling() {
		case model.Flat:
			image.flatten(dst)
		case model.Avg:
			image.average(dst)
		case model.Max:
			image.maximum(dst)
		}
	}
}

// rowsPerTask bounds a task of a page that is shared by several threads.
const rowsPerTask = 7

// convolve computes a 3×3 convolution with bias and ReLU. Panels are the outer
// loop: one stays in the second-level cache while the whole activation passes.
func (e *Engine) convolve(out, in padded, l layer, threads int) {
	cover := e.kernels.Cover(in.W)
	rows := in.H
	if threads > 1 {
		rows = min(rowsPerTask, in.H)
	}
	bands := (in.H + rows - 1) / rows
	parallel(threads, l.count*bands, func(_, task int) {
		panel, band := task/bands, task%bands
		t := kernel.Tile{
			Panel: &l.panels[panel*l.size], Bias: &l.bias[panel*e.kernels.Columns],
			TapRows: 3, TapColumns: 3, Channels: in.C, ReLU: 1,
			PixelStride: 4 * in.C, RowStride: 4 * in.C * (in.W + 2), DstStride: 4 * out.C,
		}
		for y := band * rows; y < min((band+1)*rows, in.H); y++ {
			x := 0
			for _, k := range cover {
				t.Src = &in.data[in.at(y-1, x-1)]
				t.Dst = &out.data[out.at(y, x)+panel*e.kernels.Columns]
				k.Run(&t)
				x += k.Pixels
			}
		}
	})
}

// pool computes the 2×2 max-pool with stride 2.
func (e *Engine) pool(out, in padded, threads int) {
	parallel(threads, out.H, func(_, y int) {
		top, bottom, dst := in.row(2*y), in.row(2*y+1), out.row(y)
		for x := range out.W {
			left, right := 2*x*in.C, (2*x+1)*in.C
			e.kernels.Max4(&dst[x*out.C], &top[left], &top[right], &bottom[left], &bottom[right], in.C)
		}
	})
}
