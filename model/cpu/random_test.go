package cpu

import (
	"math"
	"math/rand/v2"
	"sync"

	"cutpoint/model"
	"cutpoint/model/internal/parallel"
)

// heWeights returns weights of He's distribution (arXiv 1502.01852, uniform),
// under which activations keep their size from layer to layer. They are the same
// in every run.
func heWeights(top bool) *model.Weights {
	w := &model.Weights{Source: "He", Preprocess: model.Caffe()}
	layers := model.ParameterLayers()
	if !top {
		layers = layers[:16]
	}
	w.Params = make([]model.Params, len(layers))
	parallel.Limited(2, len(layers), func(i int) {
		l := layers[i]
		inputs := float64(l.KernelLen() / l.Out.C)
		r := rand.NewPCG(uint64(i), 19)
		w.Params[i] = model.Params{Kernel: uniform(r, l.KernelLen(), math.Sqrt(6/inputs)), Bias: uniform(r, l.BiasLen(), 0.1)}
	})
	return w
}

// uniform returns values in [−limit, limit], two from each number drawn.
func uniform(r rand.Source, n int, limit float64) []float32 {
	x := make([]float32, n)
	scale := float32(limit / (1 << 31))
	for i := 0; i < n; i += 2 {
		bits := r.Uint64()
		x[i] = float32(int32(bits)) * scale
		if i+1 < n {
			x[i+1] = float32(int32(bits>>32)) * scale
		}
	}
	return x
}

// The weights that tests share; making them takes a second.
var (
	noTop = sync.OnceValue(func() *model.Weights { return heWeights(false) })
	whole = sync.OnceValue(func() *model.Weights {
		w := heWeights(true)
		w.Preprocess = model.Torch() // small inputs give small logits: predictions that are not all 0 or 1
		return w
	})
)

// testPages returns pages with smooth gradients, noise and a saturated half.
func testPages(n int) []uint8 {
	s := model.InputShape()
	r := rand.New(rand.NewPCG(uint64(n), 3))
	pixels := make([]uint8, 0, n*s.Len())
	for page := range n {
		for y := range s.H {
			for x := range s.W {
				for c := range s.C {
					v := uint8(x + 2*y + 40*c + 11*page)
					if (x/16+y/16)%3 == 0 {
						v = uint8(r.Uint32())
					} else if y > 180 {
						v = 255
					}
					pixels = append(pixels, v)
				}
			}
		}
	}
	return pixels
}
