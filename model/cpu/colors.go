package cpu

import (
	"cutpoint/model"
	"cutpoint/model/cpu/kernel"
)

// colors is the arithmetic from a pixel's bytes to the network's input.
type colors struct {
	value  [3][256]float32 // by channel of the network, then by byte
	source [3]int          // which of red, green, blue the channel is
}

func newColors(p model.Preprocess) colors {
	var t colors
	for c := range 3 {
		t.source[c] = c
		if p.BGR {
			t.source[c] = 2 - c
		}
		for v := range 256 {
			t.value[c][v] = (float32(float32(v)*p.Scale) - p.Mean[c]) / p.Std[c]
		}
	}
	return t
}

// load turns a page, (224, 224, 3) RGB, into the first layer's input. The fourth
// channel is zero; so is the border, as the padding comes after this arithmetic.
func (t *colors) load(a activation, page []uint8) {
	for y := range a.H {
		for x := range a.W {
			rgb := page[(y*a.W+x)*3:][:3]
			p := a.pixel(y, x)[:inputChannels]
			for c := range 3 {
				p[c] = t.value[c][rgb[t.source[c]]]
			}
			p[3] = 0
		}
	}
}

// loadBytes turns a page into the first layer's input on AMX: the bytes as they are, which
// bfloat16 holds exactly, and a fourth channel that is one. The arithmetic is in the
// weights (packFirstPanel): the fourth channel's takes the mean off, but not from the
// border, where it is zero.
func loadBytes(a activation, page []uint8) {
	for y := range a.H {
		row := a.pairs[a.at(y, 0):]
		for x := range a.W {
			rgb := page[(y*a.W+x)*3:][:3]
			row[2*x], row[2*x+1] = bytePairs[rgb[0]]|bytePairs[rgb[1]]<<16, bytePairs[rgb[2]]|bytePairs[1]<<16
		}
	}
}

// bytePairs has the numbers of a byte as bfloat16.
var bytePairs = func() (t [256]kernel.Pair) {
	for v := range t {
		t[v] = kernel.PairOf(float32(v), 0)
	}
	return t
}()
