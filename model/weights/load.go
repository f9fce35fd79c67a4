package weights

import (
	"context"
	"fmt"
	"io"
	"runtime"

	"golang.org/x/sync/errgroup"

	"cutpoint/model"
)

// Sizes of the pieces that a file is read in: large enough for sequential reads at
// the disk's rate, small enough to share among processors and to stay in cache
// between reading and converting.
const (
	pieceValues = 1 << 20 // of a tensor that needs no transposition
	bandRows    = 64      // output channels of one that does: 256 bytes of a canonical row
)

// load reads the values of all tensors into their canonical layout.
func load(ctx context.Context, r io.ReaderAt, c *catalogue, layers []model.Layer) (*model.Weights, error) {
	n, err := match(c, layers)
	if err != nil {
		return nil, err
	}
	w := &model.Weights{Preprocess: n.preprocess, Params: make([]model.Params, len(n.kernels))}
	switch c.preprocess {
	case "":
	case "caffe":
		w.Preprocess = model.Caffe()
	case "torch":
		w.Preprocess = model.Torch()
	default:
		return nil, fmt.Errorf("the metadata asks for the preprocessing %.50q: only caffe and torch are known", c.preprocess)
	}
	g, ctx := errgroup.WithContext(ctx)
	g.SetLimit(runtime.GOMAXPROCS(0))
	for i, l := range withParameters(layers)[:len(n.kernels)] {
		w.Params[i] = model.Params{Kernel: make([]float32, l.KernelLen()), Bias: make([]float32, l.BiasLen())}
		startReading(ctx, g, reader{r, n.kernels[i], w.Params[i].Kernel}, n.kernelView(l, n.kernels[i]), n.spatial(l), l.Out.C)
		startReading(ctx, g, reader{r, n.biases[i], w.Params[i].Bias}, biasView(n.biases[i]), 0, l.Out.C)
	}
	if err := g.Wait(); err != nil {
		return nil, err
	}
	return w, nil
}

// spatial returns the number of positions that an out-first kernel has for each
// input channel, and 0 for a kernel that is in canonical order already.
func (n *network) spatial(l model.Layer) int {
	switch {
	case !n.outFirst:
		return 0
	case l.Kind == model.Conv3x3:
		return 9
	}
	return l.In.H * l.In.W // fc1: the 7×7 of pool5
}

// startReading reads one tensor in pieces, in parallel. It waits while the group is full,
// so that pieces start in file order.
func startReading(ctx context.Context, g *errgroup.Group, t reader, v *view, spatial, out int) {
	if v != nil && !v.inOrder() {
		g.Go(func() error { return t.readStrided(ctx, v) })
		return
	}
	if spatial == 0 || v != nil {
		for at := 0; at < len(t.to); at += pieceValues {
			end := min(at+pieceValues, len(t.to))
			g.Go(func() error { return t.readInOrder(ctx, at, end) })
		}
		return
	}
	for row := 0; row < out; row += bandRows {
		end := min(row+bandRows, out)
		g.Go(func() error { return t.readTransposed(ctx, row, end, out, spatial) })
	}
}

// reader reads one tensor from a file into its canonical layout.
type reader struct {
	from io.ReaderAt
	*tensor
	to []float32
}

// readInOrder reads values [begin, end) of a tensor in canonical order.
func (t reader) readInOrder(ctx context.Context, begin, end int) error {
	return t.read(ctx, t.to[begin:end], begin)
}

// readTransposed reads rows [begin, end) of an out-first kernel (Out, In) and stores
// them as columns of the canonical one (In, Out).
func (t reader) readTransposed(ctx context.Context, begin, end, out, spatial int) error {
	in := len(t.to) / out
	rows := make([]float32, (end-begin)*in)
	if err := t.read(ctx, rows, begin*in); err != nil {
		return err
	}
	transpose(t.to[begin:], rows, end-begin, in, out, spatial)
	return nil
}

// readStrided reads a tensor whose values lie in another order: it reads everything
// between the first and the last value and picks from that.
func (t reader) readStrided(ctx context.Context, v *view) error {
	stored := make([]float32, t.size/t.element.size())
	if err := t.read(ctx, stored, 0); err != nil {
		return err
	}
	v.gather(t.to, stored)
	return nil
}

// read reads values from the tensor's value number first on.
func (t reader) read(ctx context.Context, to []float32, first int) error {
	if err := ctx.Err(); err != nil {
		return err
	}
	if err := t.readValues(t.from, first, to); err != nil {
		return fmt.Errorf("read tensor %s: %w", t.name, err)
	}
	if i := notFinite(to); i >= 0 {
		return fmt.Errorf("tensor %s holds %v at value %d: the file is damaged or its training diverged", t.name, to[i], first+i)
	}
	return nil
}

// transpose stores rows (n, In) of an out-first kernel as n columns of the
// canonical one: to[position(j)·out+o] = rows[o·In+j]. In is channels × positions in
// the file and positions × channels in canonical order, for a convolution (3×3
// positions) as for a dense layer behind a flattened map. It goes through a small
// tile, because the rows of fc1 lie a multiple of 4 KB apart and would push each
// other out of the first cache.
func transpose(to, rows []float32, n, in, out, positions int) {
	const width = 16 // one cache line of each row
	var tile [width][bandRows]float32
	channels := in / positions
	for left := 0; left < in; left += width {
		w := min(width, in-left)
		for o := range n {
			for j, v := range rows[o*in+left:][:w] {
				tile[j][o] = v
			}
		}
		for j := range w {
			channel, position := (left+j)/positions, (left+j)%positions
			copy(to[(position*channels+channel)*out:], tile[j][:n])
		}
	}
}
