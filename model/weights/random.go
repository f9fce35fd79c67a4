package weights

import (
	"context"
	"errors"
	"math"
	"math/rand/v2"
	"runtime"
	"strconv"

	"golang.org/x/sync/errgroup"

	"cutpoint/model"
)

// streamValues is the number of values drawn from one stream. It is part of what
// random:SEED means.
const streamValues = 1 << 20

// random makes up weights as He et al. 2015 initialise them ("Delving deep into
// rectifiers", eq. 10): kernels normal with variance 2/fan-in, biases zero.
//
// The same seed gives the same bits on every machine and Go release. Values
// [k·2²⁰, (k+1)·2²⁰) of parameter layer i come from their own stream, rand.PCG
// (whose algorithm its documentation fixes) seeded with (SEED, i·2³² + k). See
// fillNormal for the rest.
func random(ctx context.Context, seed string, layers []model.Layer) (*model.Weights, error) {
	s, err := strconv.ParseUint(seed, 10, 64)
	if err != nil {
		return nil, errors.New("a seed is a whole number from 0 to 18446744073709551615, as in random:1")
	}
	w := &model.Weights{Source: "random:" + strconv.FormatUint(s, 10), Preprocess: model.Caffe()}
	g, ctx := errgroup.WithContext(ctx)
	g.SetLimit(runtime.GOMAXPROCS(0))
	for i, l := range withParameters(layers) {
		p := model.Params{Kernel: make([]float32, l.KernelLen()), Bias: make([]float32, l.BiasLen())}
		w.Params = append(w.Params, p)
		std := math.Sqrt(2 / float64(len(p.Kernel)/l.Out.C))
		for k := 0; k*streamValues < len(p.Kernel); k++ {
			block := p.Kernel[k*streamValues : min((k+1)*streamValues, len(p.Kernel))]
			g.Go(func() error {
				fillNormal(block, rand.NewPCG(s, uint64(i)<<32|uint64(k)), std)
				return ctx.Err()
			})
		}
	}
	if err := g.Wait(); err != nil {
		return nil, err
	}
	return w, nil
}

// fillNormal draws approximately normal values with mean 0: the sum of twelve
// uniform numbers (Irwin–Hall), whose excess kurtosis is −0.1 and whose range ±6
// standard deviations. Logarithms and sines differ in their last bits between
// architectures, and a·b+c may be fused on some; here the sum is of integers and a
// single multiplication rounds.
//
// Each of three 64-bit draws is four uniform 16-bit numbers. Their sum has mean
// 12·65535/2 and variance 12·(2³²−1)/12, so a standard deviation of 2¹⁶.
func fillNormal(to []float32, stream *rand.PCG, std float64) {
	const lanes = 0x0000ffff0000ffff
	scale := float32(std / (1 << 16))
	for i := range to {
		a, b, c := stream.Uint64(), stream.Uint64(), stream.Uint64()
		pairs := a&lanes + a>>16&lanes + b&lanes + b>>16&lanes + c&lanes + c>>16&lanes
		sum := int32(uint32(pairs)) + int32(pairs>>32)
		to[i] = float32(sum-12*65535/2) * scale
	}
}
