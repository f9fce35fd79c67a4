package train

import (
	"fmt"

	"gorgonia.org/gorgonia"
	"gorgonia.org/tensor"
)

// network is the part of a recipe that Gorgonia differentiates, as one graph for
// batches of a fixed size B. Its input is the features themselves or, under a
// hidden layer on the features, that layer's products x·W, whose gradient it
// gives: the matrix W, up to 103 million weights, stays outside (firstLayer).
//
// BatchNorm is written with Gorgonia's means, squares and broadcasts instead of
// gorgonia.BatchNorm, which in 0.9.18 is not Keras's layer: its running variance
// is the unbiased one (divisor B-1), its momentum weighs the new value, SetTraining
// resets the running statistics, and by default it learns a scale and a shift for
// every element (B, D) instead of every feature (D). Dropout's mask is an input,
// because gorgonia.Dropout draws from the clock and cannot be repeated.
type network struct {
	graph   *gorgonia.ExprGraph
	dt      tensor.Dtype
	batch   int
	input   *gorgonia.Node   // (B, W) features, or products of the first layer
	masks   []*gorgonia.Node // (B, ·) 0 where dropped, 1/(1-rate) where kept
	target  *gorgonia.Node   // (B, K) one-hot, times the row's weight
	inputs  gorgonia.Nodes   // input, masks, target: in the order of forwardBackward's values
	trained gorgonia.Nodes   // in the order of their making
	kernels []bool           // of trained, whether it is a kernel, which weight decay shrinks
	dense   []denseNodes     // after the first layer, in order
	norm    *batchNorm       // before the last of dense; nil if the recipe has none
	offset  *gorgonia.Node   // (W) bias of the first layer; nil without one

	loss    gorgonia.Value // mean categorical cross-entropy, nats
	machine gorgonia.VM
}

// denseNodes are a fully connected layer.
type denseNodes struct {
	kernel, bias *gorgonia.Node // (In, Out) and (Out)
}

// batchNorm is a BatchNorm layer and what it saw of the batch.
type batchNorm struct {
	gamma, beta    *gorgonia.Node // (W)
	mean, variance gorgonia.Value // (W) of the batch, divisor B
}

// bnEpsilon is Keras's default.
const bnEpsilon = 1e-3

// newNetwork builds a graph for batches of (batch, width) inputs; connect joins
// the input to the logits. gorgonia.Must and the graph itself panic, which
// becomes an error here.
func newNetwork(dt tensor.Dtype, batch, width, classes int, connect func(n *network) *gorgonia.Node) (n *network, err error) {
	defer recovered(&err)
	if err := plugBLAS(); err != nil {
		return nil, err
	}
	n = &network{graph: gorgonia.NewGraph(), dt: dt, batch: batch}
	n.input = n.matrix("input", width)
	logits := connect(n)
	n.target = n.matrix("target", classes)
	n.inputs = append(append(gorgonia.Nodes{n.input}, n.masks...), n.target)
	right := must(gorgonia.HadamardProd(n.target, must(gorgonia.LogSoftMax(logits))))
	loss := must(gorgonia.Neg(must(gorgonia.HadamardProd(must(gorgonia.Sum(right)), n.constant(1/float64(batch))))))
	gorgonia.Read(loss, &n.loss)
	if _, err := gorgonia.Grad(loss, n.differentiated()...); err != nil {
		return nil, fmt.Errorf("differentiate the network: %w", err)
	}
	n.machine = gorgonia.NewTapeMachine(n.graph, gorgonia.BindDualValues(n.differentiated()...))
	return n, nil
}

// differentiated lists the nodes whose gradients are needed: what is trained and,
// above a first layer, its products.
func (n *network) differentiated() gorgonia.Nodes {
	if n.offset == nil {
		return n.trained
	}
	return append(n.trained[:len(n.trained):len(n.trained)], n.input)
}

var must = gorgonia.Must

// matrix adds an input of the graph, (B, cols).
func (n *network) matrix(name string, cols int) *gorgonia.Node {
	return gorgonia.NewMatrix(n.graph, n.dt, gorgonia.WithShape(n.batch, cols), gorgonia.WithName(name))
}

// vector adds a trained vector, (size).
func (n *network) vector(name string, size int, start gorgonia.InitWFn) *gorgonia.Node {
	v := gorgonia.NewVector(n.graph, n.dt, gorgonia.WithShape(size), gorgonia.WithName(name), gorgonia.WithInit(start))
	n.trained, n.kernels = append(n.trained, v), append(n.kernels, false)
	return v
}

func (n *network) constant(v float64) *gorgonia.Node {
	if n.dt == tensor.Float64 {
		return gorgonia.NewConstant(v)
	}
	return gorgonia.NewConstant(float32(v))
}

// perRow broadcasts an operation's right operand, (cols), along the batch.
var perRow = []byte{0}

// firstBias adds the bias of the first layer to its products.
func (n *network) firstBias(x *gorgonia.Node, start []float32) *gorgonia.Node {
	n.offset = n.vector("first.bias", x.Shape()[1], gorgonia.Zeroes())
	if start != nil {
		copy(n.offset.Value().Data().([]float32), start)
	}
	return must(gorgonia.BroadcastAdd(x, n.offset, nil, perRow))
}

// dropped multiplies with a mask that comes with each batch.
func (n *network) dropped(x *gorgonia.Node) *gorgonia.Node {
	mask := n.matrix(fmt.Sprintf("mask.%d", len(n.masks)), x.Shape()[1])
	n.masks = append(n.masks, mask)
	return must(gorgonia.HadamardProd(x, mask))
}

// normalised is BatchNorm in training: (x − mean)/√(variance + ε)·γ + β.
func (n *network) normalised(x *gorgonia.Node) *gorgonia.Node {
	width := x.Shape()[1]
	b := &batchNorm{gamma: n.vector("gamma", width, gorgonia.Ones()), beta: n.vector("beta", width, gorgonia.Zeroes())}
	share := n.constant(1 / float64(n.batch))
	mean := must(gorgonia.HadamardProd(must(gorgonia.Sum(x, 0)), share))
	centred := must(gorgonia.BroadcastSub(x, mean, nil, perRow))
	variance := must(gorgonia.HadamardProd(must(gorgonia.Sum(must(gorgonia.Square(centred)), 0)), share))
	deviation := must(gorgonia.Sqrt(must(gorgonia.Add(variance, n.constant(bnEpsilon)))))
	normal := must(gorgonia.BroadcastHadamardDiv(centred, deviation, nil, perRow))
	gorgonia.Read(mean, &b.mean)
	gorgonia.Read(variance, &b.variance)
	n.norm = b
	return must(gorgonia.BroadcastAdd(must(gorgonia.BroadcastHadamardProd(normal, b.gamma, nil, perRow)), b.beta, nil, perRow))
}

// connected is a fully connected layer that starts from the given kernel, (In,
// Out), and bias, nil for zeros. The values become the graph's own.
func (n *network) connected(x *gorgonia.Node, out int, kernel, bias any) *gorgonia.Node {
	in := x.Shape()[1]
	name := fmt.Sprintf("dense.%d", len(n.dense))
	k := gorgonia.NewMatrix(n.graph, n.dt, gorgonia.WithShape(in, out), gorgonia.WithName(name+".kernel"),
		gorgonia.WithValue(tensor.New(tensor.WithShape(in, out), tensor.WithBacking(kernel))))
	n.trained, n.kernels = append(n.trained, k), append(n.kernels, true)
	b := n.vector(name+".bias", out, gorgonia.Zeroes())
	if start, ok := bias.([]float32); ok {
		copy(b.Value().Data().([]float32), start)
	}
	n.dense = append(n.dense, denseNodes{k, b})
	return must(gorgonia.BroadcastAdd(must(gorgonia.Mul(x, k)), b, nil, perRow))
}

// forwardBackward computes the loss, the batch's statistics and the gradients;
// values go to inputs in their order.
func (n *network) forwardBackward(values ...tensor.Tensor) (err error) {
	defer recovered(&err)
	n.machine.Reset()
	n.clearGradients()
	for i, node := range n.inputs {
		if err := gorgonia.Let(node, values[i]); err != nil {
			return err
		}
	}
	return n.machine.RunAll()
}

// clearGradients zeroes the gradients of the batch before: Gorgonia adds to them, and
// expects solvers to clear them.
func (n *network) clearGradients() {
	for _, node := range n.differentiated() {
		if g, err := node.Grad(); err == nil && g != nil { // there is none before the first batch
			switch values := g.Data().(type) {
			case []float32:
				clear(values)
			case []float64:
				clear(values)
			}
		}
	}
}

// step lets the solver use the gradients.
func (n *network) step(solver gorgonia.Solver) (err error) {
	defer recovered(&err)
	return solver.Step(gorgonia.NodesToValueGrads(n.trained))
}

// inputGradient returns the loss's gradient of the input, (B, W).
func (n *network) inputGradient() ([]float32, error) {
	g, err := n.input.Grad()
	if err != nil {
		return nil, err
	}
	return floats32(g)
}

func (n *network) close() error { return n.machine.Close() }

// recovered turns a panic of Gorgonia, which checks shapes and types that way,
// into an error.
func recovered(err *error) {
	if p := recover(); p != nil {
		*err = fmt.Errorf("gorgonia: %v", p)
	}
}

// floats32 returns the values behind a float32 tensor.
func floats32(v gorgonia.Value) ([]float32, error) {
	switch values := v.Data().(type) {
	case []float32:
		return values, nil
	case float32:
		return []float32{values}, nil
	}
	return nil, fmt.Errorf("gorgonia: a value is %T, want float32", v.Data())
}
