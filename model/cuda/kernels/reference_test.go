package kernels_test

import (
	"math"
	"math/rand/v2"

	"cutpoint/model/cuda/kernels/kerneltest"
)

// layer is a convolution or dense layer with its data. For P = 1 values are bf16 numbers;
// for P = 2 they are float32, what the planes lack of them being an error of the kernel.
type layer struct {
	planes, n, H, W, C, outputs, side int
	relu, pool                        bool
	in                                []float32 // (n, H, W, C)
	weights                           []float32 // (outputs, side·side·C)
	bias                              []float32 // (outputs)
}

// random fills a layer: inputs as ReLU leaves them, from 0.1 to 1000, normal weights.
func (l layer) random(seed uint64) *layer {
	rng := rand.New(rand.NewPCG(seed, 1))
	K := l.side * l.side * l.C
	l.in = l.values(l.n*l.H*l.W*l.C, func() float64 { return max(0, math.Pow(10, rng.Float64()*4-1)*float64(rng.IntN(3)-rng.IntN(2))) })
	l.weights = l.values(l.outputs*K, func() float64 { return rng.NormFloat64() * math.Sqrt(2/float64(K)) })
	l.bias = make([]float32, l.outputs)
	for i := range l.bias {
		l.bias[i] = float32(rng.NormFloat64() * 100)
	}
	return &l
}

func (l *layer) values(n int, next func() float64) []float32 {
	v := make([]float32, n)
	for i := range v {
		v[i] = float32(next())
	}
	if l.planes == 1 {
		return kerneltest.Sum(kerneltest.Planes(v, 1, 1), 1, 1)
	}
	return v
}

// scales returns the powers of two of inputs and outputs, and that of the weights, which
// makes the largest finite one 2^13 to 2^14.
func (l *layer) scales() (activations, weights float32) {
	if l.planes == 1 {
		return 1, 1
	}
	largest := 0.0
	for _, w := range l.weights {
		if w-w == 0 {
			largest = max(largest, math.Abs(float64(w)))
		}
	}
	_, exponent := math.Frexp(largest)
	return 1.0 / 16, float32(math.Ldexp(1, 14-exponent))
}

// outShape returns the output's height and width.
func (l *layer) outShape() (H, W int) {
	if l.pool {
		return l.H / 2, l.W / 2
	}
	return l.H, l.W
}

// reference computes the layer in float64, (n, H', W', outputs).
func (l *layer) reference() []float64 {
	maps := make([]float64, l.n*l.H*l.W*l.outputs)
	for pixel := range l.n * l.H * l.W {
		columns := l.columns(pixel)
		for co := range l.outputs {
			sum := float64(l.bias[co])
			weights := l.weights[co*len(columns):]
			for k, v := range columns {
				sum += v * float64(weights[k])
			}
			if l.relu && sum < 0 { // NaN is not
				sum = 0
			}
			maps[pixel*l.outputs+co] = sum
		}
	}
	if l.pool {
		return l.pooled(maps)
	}
	return maps
}

// columns returns what a pixel's filter sees, (side, side, C), zero outside of the map.
func (l *layer) columns(pixel int) []float64 {
	columns := make([]float64, 0, l.side*l.side*l.C)
	x, y, n := pixel%l.W, pixel/l.W%l.H, pixel/l.W/l.H
	for r := range l.side {
		for s := range l.side {
			u, v := x+s-l.side/2, y+r-l.side/2
			for c := range l.C {
				if u < 0 || u >= l.W || v < 0 || v >= l.H {
					columns = append(columns, 0)
				} else {
					columns = append(columns, float64(l.in[((n*l.H+v)*l.W+u)*l.C+c]))
				}
			}
		}
	}
	return columns
}

// pooled returns the maxima of 2×2 pixels; math.Max keeps NaN.
func (l *layer) pooled(maps []float64) []float64 {
	H, W := l.outShape()
	out := make([]float64, 0, l.n*H*W*l.outputs)
	for n := range l.n {
		for y := range H {
			for x := range W {
				for co := range l.outputs {
					at := func(i, j int) float64 { return maps[((n*l.H+2*y+j)*l.W+2*x+i)*l.outputs+co] }
					out = append(out, math.Max(math.Max(at(0, 0), at(1, 0)), math.Max(at(0, 1), at(1, 1))))
				}
			}
		}
	}
	return out
}
