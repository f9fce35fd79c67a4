package model

// InputShape returns the shape of one page as the trunk takes it: 224×224 RGB.
func InputShape() Shape { return Shape{H: 224, W: 224, C: 3} }

// Shape is the size of one page's activation: height, width, channels. A vector
// of n values is Shape{1, 1, n}.
type Shape struct{ H, W, C int }

// Len returns the number of values.
func (s Shape) Len() int { return s.H * s.W * s.C }

// Kind is what a layer computes.
type Kind uint8

// The three kinds of VGG19's layers.
const (
	Conv3x3 Kind = iota // 3×3, stride 1, zero padding 1, bias, ReLU
	MaxPool             // 2×2, stride 2
	Dense               // fully connected, bias, then Layer.Activation
)

// Activation is the function at a layer's end.
type Activation uint8

// The activations that VGG19 uses.
const (
	Identity Activation = iota
	ReLU
	Softmax
)

// Layer is one row of the network with its derived shapes.
type Layer struct {
	Name       string // Keras's name: "block1_conv1", "block1_pool", "fc1"
	Kind       Kind
	Activation Activation
	In, Out    Shape
}

// The table: blocks of 3×3 convolutions, each closed by a max-pool, then the
// fully connected layers.
var (
	blocks = []struct{ convs, channels int }{{2, 64}, {2, 128}, {4, 256}, {4, 512}, {4, 512}}
	top    = []struct {
		name       string
		units      int
		activation Activation
	}{{"fc1", 4096, ReLU}, {"fc2", 4096, ReLU}, {"predictions", 1000, Softmax}}
)

// Layers returns the network from the pixels to the predictions.
func Layers() []Layer {
	var layers []Layer
	shape := InputShape()
	push := func(name string, k Kind, a Activation, out Shape) {
		layers = append(layers, Layer{Name: name, Kind: k, Activation: a, In: shape, Out: out})
		shape = out
	}
	for b, block := range blocks {
		for c := range block.convs {
			push(blockName(b, "conv", c+1), Conv3x3, ReLU, Shape{shape.H, shape.W, block.channels})
		}
		push(blockName(b, "pool", 0), MaxPool, Identity, Shape{shape.H / 2, shape.W / 2, shape.C})
	}
	for _, t := range top {
		push(t.name, Dense, t.activation, Shape{1, 1, t.units})
	}
	return layers
}

func blockName(block int, what string, n int) string {
	name := "block" + string(rune('1'+block)) + "_" + what
	if n > 0 {
		name += string(rune('0' + n))
	}
	return name
}

// KernelLen returns the number of values in the layer's kernel: (3, 3, In, Out)
// for a convolution, (In, Out) for a fully connected layer, 0 for a pool.
func (l Layer) KernelLen() int {
	switch l.Kind {
	case Conv3x3:
		return 9 * l.In.C * l.Out.C
	case Dense:
		return l.In.Len() * l.Out.Len()
	}
	return 0
}

// BiasLen returns the number of biases.
func (l Layer) BiasLen() int {
	if l.KernelLen() == 0 {
		return 0
	}
	return l.Out.C
}

// Parameters returns the number of trained values.
func (l Layer) Parameters() int64 { return int64(l.KernelLen() + l.BiasLen()) }

// MACs returns the multiply-accumulate operations for one page.
func (l Layer) MACs() int64 {
	return int64(l.KernelLen()) * int64(l.Out.H*l.Out.W)
}

// FLOPs returns the floating-point operations for one page, a multiply-accumulate
// counted as two.
func (l Layer) FLOPs() int64 { return 2 * l.MACs() }
