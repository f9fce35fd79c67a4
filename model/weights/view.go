package weights

import (
	"slices"

	"cutpoint/model"
)

// view says where each value of a layer's tensor lies among the stored ones: that
// of the canonical index (i₀, i₁, …) at Σ iₖ·strides[k].
type view struct{ dims, strides []int }

// inOrder reports whether strides are those of C order.
func inOrder(shape, strides []int) bool {
	want := 1
	for k := len(shape) - 1; k >= 0; k-- {
		if shape[k] != 1 && strides[k] != want {
			return slices.Contains(shape, 0)
		}
		want *= shape[k]
	}
	return true
}

func (v *view) inOrder() bool { return inOrder(v.dims, v.strides) }

// kernelView returns how a kernel with strides lies in canonical order (3, 3, In,
// Out) or (H, W, C, Out), and nil for one in the order of its vocabulary.
func (n *network) kernelView(l model.Layer, t *tensor) *view {
	s := t.strides
	switch {
	case s == nil:
		return nil
	case !n.outFirst:
		return &view{t.shape, s}
	case len(s) == 4: // (Out, In, H, W)
		return &view{[]int{t.shape[2], t.shape[3], t.shape[1], t.shape[0]}, []int{s[2], s[3], s[1], s[0]}}
	}
	// (Out, In), and In is C·H·W.
	h, w, c := l.In.H, l.In.W, l.In.C
	return &view{[]int{h, w, c, l.Out.C}, []int{s[1] * w, s[1], s[1] * h * w, s[0]}}
}

func biasView(t *tensor) *view {
	if t.strides == nil {
		return nil
	}
	return &view{t.shape, t.strides}
}

// gather stores the values in canonical order.
func (v *view) gather(to, stored []float32) {
	last := len(v.dims) - 1
	n, step := v.dims[last], v.strides[last]
	index := make([]int, last) // of the dimensions before the last
	for len(to) > 0 {
		at := 0
		for k, i := range index {
			at += i * v.strides[k]
		}
		for i := range to[:n] {
			to[i] = stored[at+i*step]
		}
		to = to[n:]
		for k := last - 1; k >= 0; k-- {
			if index[k]++; index[k] < v.dims[k] {
				break
			}
			index[k] = 0
		}
	}
}
