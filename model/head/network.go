package head

import (
	"fmt"

	"gorgonia.org/gorgonia"
	"gorgonia.org/tensor"
)

// network is Dropout → BatchNorm → Dense → softmax with its loss, as one
// Gorgonia graph for batches of a fixed size B.
//
// BatchNorm is written with Gorgonia's means, squares and broadcasts instead of
// gorgonia.BatchNorm, which in 0.9.18 is not Keras's layer: its running variance
// is the unbiased one (divisor B-1), its momentum weighs the new value, SetTraining
// resets the running statistics, and by default it learns a scale and a shift for
// every element (B, D) instead of every feature (D). Dropout's mask is an input,
// because gorgonia.Dropout draws from the clock and cannot be repeated.
type network struct {
	graph  *gorgonia.ExprGraph
	x      *gorgonia.Node // (B, D) features
	mask   *gorgonia.Node // (B, D) 0 where dropped, 1/(1-rate) where kept
	target *gorgonia.Node // (B, K) one-hot

	gamma, beta  *gorgonia.Node // (D)
	kernel, bias *gorgonia.Node // (D, K) and (K)

	mean, variance gorgonia.Value // (D) of the batch, after Dropout
	loss           gorgonia.Value // mean categorical cross-entropy, nats
	machine        gorgonia.VM
}

// bnEpsilon is Keras's default.
const bnEpsilon = 1e-3

// newNetwork builds the graph. kernel holds the start of the Dense layer's
// kernel, (D, K); dt is the precision.
func newNetwork(dt tensor.Dtype, batch, dim, classes int, kernel any) (n *network, err error) {
	defer recovered(&err)
	g := gorgonia.NewGraph()
	matrix := func(name string, rows, cols int, more ...gorgonia.NodeConsOpt) *gorgonia.Node {
		return gorgonia.NewMatrix(g, dt, append(more, gorgonia.WithShape(rows, cols), gorgonia.WithName(name))...)
	}
	vector := func(name string, n int, start gorgonia.InitWFn) *gorgonia.Node {
		return gorgonia.NewVector(g, dt, gorgonia.WithShape(n), gorgonia.WithName(name), gorgonia.WithInit(start))
	}
	n = &network{graph: g,
		x: matrix("x", batch, dim), mask: matrix("mask", batch, dim), target: matrix("target", batch, classes),
		gamma: vector("gamma", dim, gorgonia.Ones()), beta: vector("beta", dim, gorgonia.Zeroes()),
		kernel: matrix("kernel", dim, classes, gorgonia.WithValue(tensor.New(tensor.WithShape(dim, classes), tensor.WithBacking(kernel)))),
		bias:   vector("bias", classes, gorgonia.Zeroes())}
	loss := n.connect(dt, batch)
	gorgonia.Read(loss, &n.loss)
	if _, err := gorgonia.Grad(loss, n.learnables()...); err != nil {
		return nil, fmt.Errorf("differentiate the network: %w", err)
	}
	n.machine = gorgonia.NewTapeMachine(g, gorgonia.BindDualValues(n.learnables()...))
	return n, nil
}

// connect joins the inputs to the loss, which it returns. gorgonia.Must panics,
// and newNetwork turns that into an error.
func (n *network) connect(dt tensor.Dtype, batch int) *gorgonia.Node {
	must := gorgonia.Must
	constant := func(v float64) *gorgonia.Node {
		if dt == tensor.Float64 {
			return gorgonia.NewConstant(v)
		}
		return gorgonia.NewConstant(float32(v))
	}
	rows := []byte{0} // broadcast the right operand along the batch
	dropped := must(gorgonia.HadamardProd(n.x, n.mask))
	perRow := constant(1 / float64(batch))
	mean := must(gorgonia.HadamardProd(must(gorgonia.Sum(dropped, 0)), perRow))
	centred := must(gorgonia.BroadcastSub(dropped, mean, nil, rows))
	variance := must(gorgonia.HadamardProd(must(gorgonia.Sum(must(gorgonia.Square(centred)), 0)), perRow))
	deviation := must(gorgonia.Sqrt(must(gorgonia.Add(variance, constant(bnEpsilon)))))
	normal := must(gorgonia.BroadcastHadamardDiv(centred, deviation, nil, rows))
	scaled := must(gorgonia.BroadcastAdd(must(gorgonia.BroadcastHadamardProd(normal, n.gamma, nil, rows)), n.beta, nil, rows))
	logits := must(gorgonia.BroadcastAdd(must(gorgonia.Mul(scaled, n.kernel)), n.bias, nil, rows))
	right := must(gorgonia.HadamardProd(n.target, must(gorgonia.LogSoftMax(logits))))
	gorgonia.Read(mean, &n.mean)
	gorgonia.Read(variance, &n.variance)
	return must(gorgonia.Neg(must(gorgonia.HadamardProd(must(gorgonia.Sum(right)), perRow))))
}

func (n *network) learnables() gorgonia.Nodes {
	return gorgonia.Nodes{n.gamma, n.beta, n.kernel, n.bias}
}

// forwardBackward computes the loss, the batch's statistics and the gradients.
func (n *network) forwardBackward(x, mask, target tensor.Tensor) (err error) {
	defer recovered(&err)
	n.machine.Reset()
	for _, in := range []struct {
		node  *gorgonia.Node
		value tensor.Tensor
	}{{n.x, x}, {n.mask, mask}, {n.target, target}} {
		if err := gorgonia.Let(in.node, in.value); err != nil {
			return err
		}
	}
	return n.machine.RunAll()
}

// step lets the solver use the gradients.
func (n *network) step(solver gorgonia.Solver) (err error) {
	defer recovered(&err)
	return solver.Step(gorgonia.NodesToValueGrads(n.learnables()))
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
