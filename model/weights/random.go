package weights

import (
	"context"
	"math"
	"math/rand/v2"
	"runtime"

	"golang.org/x/sync/errgroup"

	"cutpoint/model"
)

// randomBlock is how many values come from one generator. Each block has its own,
// so that blocks can be drawn in any order.
const randomBlock = 1 << 20

// random draws weights as He et al. initialise them for ReLU networks (arXiv
// 1502.01852): normal with variance 2/fan_in, biases zero. The result is the same
// to the last bit on every machine: the generator is PCG, which math/rand/v2
// specifies, and the normal is an Irwin–Hall sum of integers, which needs no
// function that rounds differently elsewhere.
func random(ctx context.Context, layers []model.Layer, seed uint64) (*model.Weights, error) {
	w := &model.Weights{Preprocess: model.Caffe(), Params: make([]model.Params, len(layers))}
	g, ctx := errgroup.WithContext(ctx)
	g.SetLimit(runtime.GOMAXPROCS(0))
	for i, l := range layers {
		w.Params[i] = model.Params{Kernel: make([]float32, l.KernelLen()), Bias: make([]float32, l.BiasLen())}
		scale := float32(math.Sqrt(2 / float64(l.KernelLen()/l.Out.C)))
		kernel := w.Params[i].Kernel
		for b := 0; b*randomBlock < len(kernel); b++ {
			block := kernel[b*randomBlock : min((b+1)*randomBlock, len(kernel))]
			source := rand.NewPCG(seed, uint64(i)<<32|uint64(b))
			g.Go(func() error {
				normal(block, source, scale)
				return ctx.Err()
			})
		}
	}
	return w, g.Wait()
}

// normal fills dst with values of standard deviation scale. Twelve uniform
// integers below 2¹⁶ add up to mean 6·(2¹⁶−1) and variance 2³²−1 (Irwin–Hall,
// near enough to normal for an initialisation); both roundings that follow are
// single operations, so that no compiler can fuse them.
func normal(dst []float32, source *rand.PCG, scale float32) {
	const lanes = 0x0000ffff0000ffff
	for i := range dst {
		var sum uint64 // two 32-bit lanes, each of six 16-bit terms
		for range 3 {
			u := source.Uint64()
			sum += u&lanes + u>>16&lanes
		}
		total := int32(sum&0xffffffff) + int32(sum>>32) - 6*(1<<16-1)
		unit := float32(total) / (1 << 16) // exact: 20 bits over a power of two
		dst[i] = unit * scale
	}
}
