package weights

import (
	"errors"
	"fmt"
	"slices"

	"cutpoint/model"
)

// network assigns a file's tensors to layers.
type network struct {
	*vocabulary
	kernels, biases []*tensor // one per layer of Weights.Params
}

// match finds the vocabulary that a file is in, and assigns every tensor to its layer.
func match(c *catalogue, layers []model.Layer) (*network, error) {
	if len(c.tensors) == 0 {
		return nil, errors.New("the file holds no tensors")
	}
	k, err := assign(keras(layers), c)
	if err != nil {
		return nil, err
	}
	t, err := assign(torchvision(layers), c)
	if err != nil {
		return nil, err
	}
	switch {
	case k.count() == 0 && t.count() == 0:
		return nil, fmt.Errorf("none of its %d tensors is VGG19's: there is neither %s (Keras) nor %s (torchvision), and the first is %.200q",
			len(c.tensors), k.tensorName(0, kernel), t.tensorName(0, kernel), c.tensors[0].name)
	case k.count() > 0 && t.count() > 0:
		return nil, errors.New("it has tensors with Keras's names and with torchvision's: keep those of one")
	case t.count() > 0:
		return t, t.complete(layers, c)
	}
	return k, k.complete(layers, c)
}

// count returns the number of tensors assigned to a layer.
func (n *network) count() int {
	c := 0
	for i := range n.names {
		if n.kernels[i] != nil {
			c++
		}
		if n.biases[i] != nil {
			c++
		}
	}
	return c
}

func assign(v *vocabulary, c *catalogue) (*network, error) {
	n := &network{v, make([]*tensor, len(v.names)), make([]*tensor, len(v.names))}
	for i := range c.tensors {
		t := &c.tensors[i]
		layer, p := v.split(t.name)
		at, known := v.layers[layer]
		switch {
		case p == statistic && trunkLayer.MatchString(layer):
			return nil, fmt.Errorf("VGG19 with batch normalisation is another network (tensor %s): give the weights of the plain VGG19", t.name)
		case !known:
			continue
		}
		slot := &n.kernels[at]
		if p == bias {
			slot = &n.biases[at]
		}
		if *slot != nil {
			return nil, fmt.Errorf("tensors %s and %s are both %s", (*slot).name, t.name, v.tensorName(at, p))
		}
		*slot = t
	}
	return n, nil
}

// complete verifies that the network is VGG19 and has all its tensors in the
// right shapes, or all convolutions and nothing of the top, which it then cuts
// off.
func (n *network) complete(layers []model.Layer, c *catalogue) error {
	parametric := withParameters(layers)
	if !n.hasTop(parametric) {
		convs := slices.IndexFunc(parametric, func(l model.Layer) bool { return l.Kind == model.Dense })
		if convs >= 0 {
			parametric = parametric[:convs]
			n.kernels, n.biases = n.kernels[:convs], n.biases[:convs]
		}
	}
	for _, t := range c.tensors {
		layer, p := n.split(t.name)
		if _, known := n.layers[layer]; p != neither && !known && trunkLayer.MatchString(layer) {
			return fmt.Errorf("tensor %s is not part of VGG19%s", t.name, n.otherVGG(parametric, c))
		}
	}
	for i, l := range parametric {
		for _, p := range []part{kernel, bias} {
			if err := n.checkTensor(i, p, l); err != nil {
				return fmt.Errorf("%w%s", err, n.otherVGG(parametric, c))
			}
		}
	}
	return nil
}

func withParameters(layers []model.Layer) []model.Layer {
	return slices.DeleteFunc(slices.Clone(layers), func(l model.Layer) bool { return l.KernelLen() == 0 })
}

// hasTop reports whether any tensor of a dense layer is there.
func (n *network) hasTop(parametric []model.Layer) bool {
	for i, l := range parametric {
		if l.Kind == model.Dense && (n.kernels[i] != nil || n.biases[i] != nil) {
			return true
		}
	}
	return false
}

func (n *network) checkTensor(i int, p part, l model.Layer) error {
	t, want := n.kernels[i], n.kernelShapes(l)
	if p == bias {
		t, want = n.biases[i], [][]int{{l.Out.C}}
	}
	if t == nil {
		return fmt.Errorf("tensor %s is missing", n.tensorName(i, p))
	}
	if !slices.ContainsFunc(want, func(s []int) bool { return slices.Equal(s, t.shape) }) {
		hint := ""
		if l.Kind == model.Dense {
			hint = " (a classifier of your own? leave out the dense layers to use the convolutions, which serve pool1…pool5)"
		}
		return fmt.Errorf("tensor %s has the shape %v, want %v%s", t.name, t.shape, want[0], hint)
	}
	if t.unreadable != "" {
		return fmt.Errorf("tensor %s %s", t.name, t.unreadable)
	}
	if !t.readable() {
		return fmt.Errorf("tensor %s holds %s: only F32, F16, BF16 and F64 are read", t.name, t.element)
	}
	return nil
}

// kernelShapes returns the shapes that a layer's kernel may have in the file, the
// usual one first.
func (n *network) kernelShapes(l model.Layer) [][]int {
	switch {
	case l.Kind == model.Conv3x3 && n.outFirst:
		return [][]int{{l.Out.C, l.In.C, 3, 3}}
	case l.Kind == model.Conv3x3:
		return [][]int{{3, 3, l.In.C, l.Out.C}}
	case n.outFirst:
		return [][]int{{l.Out.C, l.In.Len()}, {l.Out.C, l.In.C, l.In.H, l.In.W}} // torchvision, timm
	}
	return [][]int{{l.In.Len(), l.Out.C}}
}

// otherVGG says which VGG a file is, from its number of convolutions (Simonyan
// and Zisserman 2015, table 1, columns A, B, D, E).
func (n *network) otherVGG(parametric []model.Layer, c *catalogue) string {
	want, got := 0, 0
	for _, l := range parametric {
		if l.Kind == model.Conv3x3 {
			want++
		}
	}
	for _, t := range c.tensors {
		if layer, p := n.split(t.name); p == kernel && len(t.shape) == 4 && trunkLayer.MatchString(layer) {
			got++
		}
	}
	if got == want {
		return ""
	}
	as := ""
	if name := map[int]string{8: "VGG11", 10: "VGG13", 13: "VGG16"}[got]; name != "" {
		as = ", as " + name + " has"
	}
	return fmt.Sprintf(": the file has %d convolutions%s, and VGG19 has %d", got, as, want)
}
