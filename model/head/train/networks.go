package train

import (
	"context"
	"fmt"
	"math"
	"math/rand/v2"

	"gorgonia.org/gorgonia"

	"cutpoint/model/head"
)

// DropoutBNSoftmax is Dropout 0.5 → BatchNorm → Dense softmax, trained by Adam
// on categorical cross-entropy in mini-batches of 32, ended early on a validation
// split: what one puts on a network whose fully connected layers are kept. It
// takes features as they are; BatchNorm standardises them.
type DropoutBNSoftmax struct{ NetworkOptions }

// Name returns "dropout-bn-softmax".
func (DropoutBNSoftmax) Name() string { return head.DropoutBNSoftmaxName }

// Train trains until the validation loss stops falling.
func (t DropoutBNSoftmax) Train(ctx context.Context, d Data) (*head.Head, error) {
	return trainNetwork(ctx, d, t.NetworkOptions, 1e-3, dropoutBN(t.Name()))
}

func dropoutBN(name string) recipe {
	return recipe{name: name, connect: func(n *network, classes int, rng *rand.Rand) *gorgonia.Node {
		x := n.normalised(n.dropped(n.input))
		return n.connected(x, classes, glorot(rng, x.Shape()[1], classes), nil)
	}}
}

// DenseDropoutBNSoftmax is Dense 4096 ReLU → Dropout 0.5 → BatchNorm → Dense
// softmax, trained in the same way: what one puts in the place of the fully
// connected layers. On pool5 it trains 103 million weights and needs 16 bytes of
// memory for each.
type DenseDropoutBNSoftmax struct{ NetworkOptions }

// Name returns "dense-dropout-bn-softmax".
func (DenseDropoutBNSoftmax) Name() string { return head.DenseDropoutBNSoftmaxName }

// Train trains until the validation loss stops falling.
func (t DenseDropoutBNSoftmax) Train(ctx context.Context, d Data) (*head.Head, error) {
	return trainNetwork(ctx, d, t.NetworkOptions, 1e-3, denseDropoutBN(t.Name()))
}

func denseDropoutBN(name string) recipe {
	return recipe{name: name,
		first: func(dim, hidden int, rng *rand.Rand) head.Dense {
			return head.Dense{In: dim, Out: hidden, Kernel: glorot(rng, dim, hidden)}
		},
		connect: func(n *network, classes int, rng *rand.Rand) *gorgonia.Node {
			a := must(gorgonia.Rectify(n.firstBias(n.input, nil)))
			x := n.normalised(n.dropped(a))
			return n.connected(x, classes, glorot(rng, x.Shape()[1], classes), nil)
		}}
}

// VGGTop is the trunk's own top, trained on: fc1 and fc2 with ReLU and Dropout
// 0.5 after each, as in the paper (Simonyan and Zisserman, arXiv 1409.1556,
// section 3.1), and a new Dense softmax. It takes pool5, and its learning rate is
// that of fine-tuning, 1e-5.
type VGGTop struct {
	NetworkOptions
	// FC1 and FC2 are the trunk's layers, which training copies: fc1 in the order
	// of the stored pool5 (height, width, channel).
	FC1, FC2 head.Dense
}

// Name returns "vgg-top".
func (VGGTop) Name() string { return head.VGGTopName }

// Train trains until the validation loss stops falling.
func (t VGGTop) Train(ctx context.Context, d Data) (*head.Head, error) {
	if t.FC1.In != d.Dim || t.FC2.In != t.FC1.Out || !whole(t.FC1) || !whole(t.FC2) {
		return nil, fmt.Errorf("train a %s head: fc1 takes %d values and the pages have %d: use the cut pool5 and complete weights", t.Name(), t.FC1.In, d.Dim)
	}
	return trainNetwork(ctx, d, t.NetworkOptions, 1e-5, t.recipe())
}

// whole reports whether a layer has all its values.
func whole(l head.Dense) bool {
	return l.In*l.Out == len(l.Kernel) && l.Out == len(l.Bias) && l.Out > 0
}

func (t VGGTop) recipe() recipe {
	return recipe{name: t.Name(),
		first: func(_, _ int, _ *rand.Rand) head.Dense {
			l := t.FC1
			l.Kernel = append([]float32(nil), l.Kernel...)
			return l
		},
		connect: func(n *network, classes int, rng *rand.Rand) *gorgonia.Node {
			a := n.dropped(must(gorgonia.Rectify(n.firstBias(n.input, t.FC1.Bias))))
			b := n.dropped(must(gorgonia.Rectify(n.connected(a, t.FC2.Out, append([]float32(nil), t.FC2.Kernel...), t.FC2.Bias))))
			return n.connected(b, classes, glorot(rng, t.FC2.Out, classes), nil)
		}}
}

// recipe is what distinguishes the networks.
type recipe struct {
	name string
	// first makes the hidden layer on the features; nil if there is none.
	first func(dim, hidden int, rng *rand.Rand) head.Dense
	// connect joins a graph's input to its logits.
	connect func(n *network, classes int, rng *rand.Rand) *gorgonia.Node
}

// glorot draws a kernel, (in, out), from Glorot's uniform distribution, as Keras
// initialises a Dense layer.
func glorot(rng *rand.Rand, in, out int) []float32 {
	kernel := make([]float32, in*out)
	limit := math.Sqrt(6 / float64(in+out))
	for i := range kernel {
		kernel[i] = float32((2*rng.Float64() - 1) * limit)
	}
	return kernel
}
