package cuda

import (
	"runtime"
	"unsafe"

	"cutpoint/model"
	"cutpoint/model/cuda/driver"
)

// layer is a row of the network with its weights in a GPU's memory. A max-pool has none: it
// is the end of the convolution before it.
type layer struct {
	model.Layer
	memory  buffer
	weights driver.DevicePtr // (planes)(outputs, rows); packFirst's for the first layer
	bias    driver.DevicePtr // (outputs) float32
	outputs int              // Out.C, filled up
	rows    int              // taps · In.C
	descale float32          // what sums are multiplied by: input and weights are scaled
}

// upload packs every layer once and copies it to each GPU. It returns the number of rows of
// model.Layers that there are weights for.
func upload(devices []*device, w *model.Weights) (int, error) {
	params := w.Params
	layers := model.Layers()
	for i, l := range layers {
		if l.KernelLen() == 0 {
			for _, d := range devices {
				d.layers = append(d.layers, layer{Layer: l})
			}
			continue
		}
		if len(params) == 0 {
			return i, nil
		}
		packed := packLayer(l, params[0], w.Preprocess, devices[0].format)
		for _, d := range devices {
			if err := d.upload(l, packed); err != nil {
				return 0, err
			}
		}
		params = params[1:]
	}
	return len(layers), nil
}

// packedLayer is what upload copies.
type packedLayer struct {
	weights []uint16
	bias    []float32
	descale float32
}

func packLayer(l model.Layer, p model.Params, colors model.Preprocess, f format) packedLayer {
	packed := packedLayer{bias: make([]float32, ceilDiv(l.Out.C, panelStep)*panelStep)}
	copy(packed.bias, p.Bias)
	if l.In == model.InputShape() {
		packed.weights = packFirst(p.Kernel, colors, f.planes+1)
	} else {
		scale := f.weightScale(p.Kernel)
		packed.weights, packed.descale = f.packMatrix(p.Kernel, l.Out.C, scale), 1/(scale*f.scale)
	}
	return packed
}

func (d *device) upload(l model.Layer, p packedLayer) error {
	on := layer{Layer: l, outputs: len(p.bias), descale: p.descale, rows: l.KernelLen() / l.Out.C}
	weights, bias := 2*uint64(len(p.weights)), 4*uint64(len(p.bias))
	behind := (weights + align - 1) / align * align
	err := d.locked(func() error {
		if err := d.fit(&on.memory, behind+bias); err != nil {
			return err
		}
		on.weights, on.bias = on.memory.at, on.memory.at+driver.DevicePtr(behind)
		d.layers = append(d.layers, on)
		if err := d.check("cuMemcpyHtoDAsync", d.api.MemcpyHtoDAsync(on.weights, unsafe.Pointer(&p.weights[0]), weights, d.compute)); err != nil {
			return err
		}
		if err := d.check("cuMemcpyHtoDAsync", d.api.MemcpyHtoDAsync(on.bias, unsafe.Pointer(&p.bias[0]), bias, d.compute)); err != nil {
			return err
		}
		return d.check("cuStreamSynchronize", d.api.StreamSynchronize(d.compute))
	})
	runtime.KeepAlive(p) // until the copies are over
	return err
}
