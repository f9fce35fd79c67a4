package cpu

import "cutpoint/model"

// input is what a forward pass begins with: pixels, or the values of a cut.
type input struct {
	pixels []uint8   // (pages, 224, 224, 3); nil if x is the input
	from   model.Cut // what x is
	x      []float32 // (pages, from.Dim())
}

// layer returns the layer whose output the input is; -1 for pixels.
func (in input) layer() int {
	if in.pixels != nil || in.from.Dim() == 0 {
		return -1
	}
	return in.from.Layer()
}

// pages returns the input of the pages from first to before last.
func (in input) pages(first, last int) input {
	if in.layer() < 0 {
		page := model.InputShape().Len()
		return input{pixels: in.pixels[first*page : last*page]}
	}
	dim := in.from.Dim()
	return input{from: in.from, x: in.x[first*dim : last*dim]}
}

// values returns a page's values of a cut.
func (in input) values(page int) []float32 {
	dim := in.from.Dim()
	return in.x[page*dim : (page+1)*dim]
}

// load puts one of several pages that go on together into the arena, as the map that the
// next layer reads.
func (in input) load(e *Engine, r *arena, slot, pages, page int) activation {
	if in.layer() >= 0 {
		a := r.activationOf(0, slot, pages, in.from.Shape())
		a.unflatten(r.pairing, in.values(page))
		return a
	}
	shape := model.InputShape()
	size := shape.Len()
	shape.C = inputChannels
	a := r.activationOf(0, slot, pages, shape)
	if a.pairs != nil {
		loadBytes(a, in.pixels[page*size:][:size])
	} else {
		e.colors.load(a, in.pixels[page*size:][:size])
	}
	return a
}
