package head

import (
	"fmt"

	"cutpoint/model/cpu/kernel"
	"cutpoint/model/internal/parallel"
)

// rowsAtOnce is the number of rows that go through a hidden layer together: enough
// for the packing of its weights to cost little beside the products, and few enough
// for the vectors of pool5 to need no more than 26 MB.
const rowsAtOnce = 256

// LogProbabilities returns the natural logarithm of every class's probability
// for every row of the view, (N, K). A row's values do not depend on the others.
func (h *Head) LogProbabilities(x Matrix) ([]float64, error) {
	if err := x.Check(); err != nil {
		return nil, fmt.Errorf("predict: %w", err)
	}
	if x.Dim != h.Dim {
		return nil, fmt.Errorf("predict: the head takes %d features and the pages have %d: use the cut it was trained on", h.Dim, x.Dim)
	}
	out := make([]float64, x.Len()*h.Classes) // (N, K)
	if h.Neighbours == nil && len(h.Hidden) == 0 {
		a := h.fold()
		parallel.For(x.Len(), func(i int) { a.apply(x.Row(i), out[i*h.Classes:(i+1)*h.Classes]) })
		return out, nil
	}
	for first := 0; first < x.Len(); first += rowsAtOnce {
		n := min(rowsAtOnce, x.Len()-first)
		h.deep(x, first, n, out[first*h.Classes:(first+n)*h.Classes])
	}
	return out, nil
}

// Predict returns the most probable class of every row of the view, (N).
func (h *Head) Predict(x Matrix) ([]int, error) {
	logp, err := h.LogProbabilities(x)
	if err != nil {
		return nil, err
	}
	classes := make([]int, x.Len())
	for i := range classes {
		classes[i] = argmax(logp[i*h.Classes : (i+1)*h.Classes])
	}
	return classes, nil
}

// affine is a head without hidden layers, its standardisation a part of kernel
// and bias: (v − mean)·scale·W + b = v·(scale·W) + (b − mean·scale·W). Most values
// behind a ReLU are zero, and cost nothing here.
type affine struct {
	head   *Head
	kernel []float64 // (D, K)
	bias   []float64 // (K)
}

func (h *Head) fold() *affine {
	a := &affine{h, make([]float64, len(h.Kernel)), make([]float64, h.Classes)}
	for k, b := range h.Bias {
		a.bias[k] = float64(b)
	}
	for d := range h.Dim {
		mean, scale := h.standard(d)
		for k := range h.Classes {
			w := scale * float64(h.Kernel[d*h.Classes+k])
			a.kernel[d*h.Classes+k] = w
			a.bias[k] -= mean * w
		}
	}
	return a
}

// apply writes a vector's log probabilities to dst, (K), summed in float64.
func (a *affine) apply(x []float32, dst []float64) {
	clear(dst)
	classes := len(dst)
	for d, v := range x {
		if v == 0 {
			continue
		}
		z := float64(v)
		for k, w := range a.kernel[d*classes : (d+1)*classes] {
			dst[k] += z * w
		}
	}
	length := a.head.factor(x)
	for k := range dst {
		dst[k] = dst[k]*length + a.bias[k]
	}
	LogSoftmax(dst)
}

// deep writes the log probabilities of the view's n rows from first on to dst,
// (n, K).
func (h *Head) deep(x Matrix, first, n int, dst []float64) {
	values := make([]float32, n*h.Dim) // (n, D)
	parallel.For(n, func(i int) { h.standardised(x.Row(first+i), values[i*h.Dim:(i+1)*h.Dim]) })
	if h.Neighbours != nil {
		h.Neighbours.vote(values, n, h.Classes, dst)
		return
	}
	for i := range h.Hidden {
		values = h.Hidden[i].forward(values, n, true)
	}
	width := h.Width()
	last := (&Head{Dim: width, Classes: h.Classes, Kernel: h.Kernel, Bias: h.Bias}).fold()
	parallel.For(n, func(i int) { last.apply(values[i*width:(i+1)*width], dst[i*h.Classes:(i+1)*h.Classes]) })
}

// standardised writes the head's input for a vector to dst, (D).
func (h *Head) standardised(x, dst []float32) {
	length := h.factor(x)
	for d, v := range x {
		mean, scale := h.standard(d)
		dst[d] = float32((float64(v)*length - mean) * scale)
	}
}

// forward returns act(x·Kernel + Bias), (n, Out), of x, (n, In). The order of a
// row's sums does not depend on the other rows.
func (l *Dense) forward(x []float32, n int, relu bool) []float32 {
	fastest, err := kernel.Select("")
	if err != nil { // Select("") has the generic kernel at least
		fastest = kernel.Float32{}
	}
	width, panels := fastest.Width(), fastest.Panels(l.Out)
	stride := panels * width
	wide := make([]float32, n*stride) // (n, stride): Out rounded up to panels
	bias := make([]float32, stride)
	copy(bias, l.Bias)
	parallel.For(panels, func(j int) {
		panel := make([]float32, l.In*width)
		fastest.PackPanel(panel, l.Kernel, l.Out, j)
		fastest.Multiply(n, &kernel.Product{Dst: wide[j*width:], DstStride: stride, Src: x, SrcStride: l.In,
			Panel: panel, Init: bias[j*width:], Offsets: []int{0}, Length: l.In, ReLU: relu})
	})
	if stride == l.Out {
		return wide
	}
	out := make([]float32, n*l.Out) // (n, Out)
	for i := range n {
		copy(out[i*l.Out:(i+1)*l.Out], wide[i*stride:])
	}
	return out
}
