package cuda

import (
	"fmt"
	"unsafe"

	"cutpoint/model"
	"cutpoint/model/cuda/driver"
	"cutpoint/model/cuda/kernels"
)

// align is the distance that the driver's own allocations keep.
const align = 256

// layout is where a batch's values lie in a lane's memory.
type layout struct {
	offsets []uint64 // by cut
	size    uint64
}

func (l *lane) layout(j job) (p layout) {
	for _, c := range j.cuts {
		p.offsets = append(p.offsets, p.size)
		p.size += (4*uint64(j.n*c.Dim()) + align - 1) / align * align
	}
	return p
}

// enqueue puts a batch's kernels into the stream, behind those of the batches before it.
func (l *lane) enqueue(j job, at layout) (t timer, err error) {
	l.queue.Lock()
	defer l.queue.Unlock()
	if err := l.fitArenas(j.n); err != nil {
		return t, err
	}
	if err := l.check("cuStreamWaitEvent", l.api.StreamWaitEvent(l.compute, l.arrived, 0)); err != nil {
		return t, err
	}
	t = timer{device: l.device, on: j.profile != nil}
	p := pass{lane: l, job: j, at: at, timer: &t}
	if err := p.run(); err != nil {
		return t, err
	}
	return t, l.check("cuEventRecord", l.api.EventRecord(l.done, l.compute))
}

// fitArenas makes both arenas large enough for n pages.
func (d *device) fitArenas(n int) error {
	if n <= d.pages {
		return nil
	}
	if d.pages > 0 { // batches before this one may still be in them
		if err := d.check("cuStreamSynchronize", d.api.StreamSynchronize(d.compute)); err != nil {
			return err
		}
		d.pages = 0
	}
	for i, size := range arenaSizes(d.planes) {
		if err := d.fit(&d.arenas[i], size*uint64(n)); err != nil {
			return err
		}
	}
	d.pages = n
	return nil
}

// turnOf returns the arena that row i of the network writes to: the layers do in turn, a
// max-pool together with the convolution before it.
func turnOf(i int) int {
	turn := 0
	for _, l := range model.Layers()[:i] {
		if l.Kind != model.MaxPool {
			turn = 1 - turn
		}
	}
	return turn
}

// arenaSizes returns the bytes of each arena for a page. The first layers' maps are the largest
// by far; the logits, in float32, are small.
func arenaSizes(planes int) (sizes [2]uint64) {
	for i, l := range model.Layers() {
		if l.Kind != model.MaxPool {
			size := &sizes[turnOf(i)]
			*size = max(*size, 2*uint64(planes*withPool(i).Len()))
		}
	}
	return sizes
}

// withPool returns the shape after row i of model.Layers and the max-pool behind it, if one is.
func withPool(i int) model.Shape {
	layers := model.Layers()
	if i+1 < len(layers) && layers[i+1].Kind == model.MaxPool {
		i++
	}
	return layers[i].Out
}

// pass is a batch's way through the layers.
type pass struct {
	*lane
	job   job
	at    layout
	timer *timer
}

// activation is what a layer leaves in an arena.
type activation struct {
	at    driver.DevicePtr // (planes)(n, H, W, C) of the format's numbers; logits: (n, C') float32
	plane uint64           // elements from one plane to the next
	shape model.Shape      // of a page
}

func (p *pass) run() error {
	in, i := p.begin()
	if err := p.emit(i-1, in); err != nil { // means and maxima of the input
		return err
	}
	turn, deepest := turnOf(i), model.Deepest(p.job.cuts)
	for i <= deepest {
		next := i + 1
		if next <= deepest && p.layers[next].Kind == model.MaxPool {
			next++ // done with the convolution before it
		}
		out := activation{at: p.arenas[turn].at, shape: p.layers[next-1].Out}
		out.plane = uint64(p.job.n * out.shape.Len())
		if err := p.timer.begin(i); err != nil {
			return err
		}
		if err := p.layer(i, next-1, in, out); err != nil {
			return fmt.Errorf("%s: %w", p.layers[i].Name, err)
		}
		if err := p.emit(next-1, out); err != nil {
			return err
		}
		in, i, turn = out, next, 1-turn
	}
	return p.timer.end()
}

// begin returns the values of a cut as they came, if that is the input, and the first row of
// the network to compute.
func (p *pass) begin() (in activation, row int) {
	from := p.job.from
	if from.Dim() == 0 {
		return in, 0
	}
	return activation{at: p.input.at, plane: uint64(len(p.job.x)), shape: from.Shape()}, from.Layer() + 1
}

// layer computes row i of the network, and row last, its max-pool, with it.
func (p *pass) layer(i, last int, in, out activation) error {
	if i == 0 {
		return p.first(&p.layers[0], out)
	}
	return p.convolve(&p.layers[i], in, out, last > i)
}

// first computes the first convolution from the pixels.
func (p *pass) first(l *layer, out activation) error {
	params := kernels.First{
		Pixels: uint64(p.input.at), Weights: uint64(l.weights), Bias: uint64(l.bias),
		Out: uint64(out.at), OutPlane: out.plane, N: int32(p.job.n), Scale: p.scale,
	}
	return p.launch(p.small("first", true, p.job.n*firstTiles), unsafe.Pointer(&params))
}

// firstTiles of a page are more than enough tasks for the first layer's blocks.
const firstTiles = 14 * 28

// convolve computes a convolution or a fully connected layer.
func (p *pass) convolve(l *layer, in, out activation, pool bool) error {
	c := kernels.Conv{
		In: uint64(in.at), InPlane: in.plane, Out: uint64(out.at), OutPlane: out.plane,
		Weights: uint64(l.weights), WeightsPlane: uint64(l.outputs * l.rows), Bias: uint64(l.bias),
		N: int32(p.job.n), H: 1, W: 1, C: int32(in.shape.Len()), Outputs: int32(l.outputs), Side: 1, Descale: l.descale, Scale: p.scale,
	}
	if l.Kind == model.Conv3x3 {
		c.H, c.W, c.C, c.Side, c.Pad = int32(in.shape.H), int32(in.shape.W), int32(in.shape.C), 3, 1
	}
	if l.Activation == model.ReLU {
		c.ReLU = 1
	} else {
		c.OutFloat = 1
	}
	how := p.product(&c, pool)
	if !p.target.tensorMaps {
		return p.launch(how, unsafe.Pointer(&c))
	}
	maps, err := p.tensorMaps(&c, how)
	if err != nil {
		return err
	}
	return p.launch(how, unsafe.Pointer(&maps[0]), unsafe.Pointer(&maps[1]), unsafe.Pointer(&c))
}

// emit makes the values of the cuts that read the output of row i.
func (p *pass) emit(i int, a activation) error {
	for c, cut := range p.job.cuts {
		if cut.Layer() != i {
			continue
		}
		out := uint64(p.values.at) + p.at.offsets[c]
		if err := p.value(cut, a, out); err != nil {
			return fmt.Errorf("cut %s: %w", cut, err)
		}
	}
	return nil
}

func (p *pass) value(cut model.Cut, a activation, out uint64) error {
	n, l := p.job.n, &p.layers[cut.Layer()]
	switch {
	case l.Activation == model.Softmax:
		params := kernels.Softmax{Logits: uint64(a.at), Out: out, N: int32(n), Classes: int32(cut.Dim()), Stride: int32(l.outputs)}
		return p.launch(p.small("softmax", false, n), unsafe.Pointer(&params))
	case cut.Pooling() == model.Flat:
		params := kernels.Flat{In: uint64(a.at), InPlane: a.plane, Out: out, Count: uint64(n * cut.Dim()), Scale: 1 / p.scale}
		return p.launch(p.small("flat", true, n*cut.Dim()/flatStep+1), unsafe.Pointer(&params))
	}
	params := kernels.Reduce{In: uint64(a.at), InPlane: a.plane, Out: out, N: int32(n), Pixels: int32(a.shape.H * a.shape.W), C: int32(a.shape.C), Scale: 1 / p.scale}
	name := "mean"
	if cut.Pooling() == model.Max {
		name = "maximum"
	}
	return p.launch(p.small(name, true, n*a.shape.C/panelStep), unsafe.Pointer(&params))
}

// flatStep is the number of values that a block of the kernel flat takes at a time.
const flatStep = 256 * 8
