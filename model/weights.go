package model

import (
	"crypto/sha256"
	"encoding/binary"
	"encoding/hex"
	"fmt"
	"hash"
	"math"
)

// Weights are VGG19's trained values in canonical layout, with the colour
// arithmetic they were trained for.
type Weights struct {
	Source     string // a file's base name, or "random:SEED"
	Preprocess Preprocess
	// Params holds one entry for every layer of Layers() that has parameters, in
	// that order: 16 convolutions and, unless the file has no top, 3 dense layers.
	Params []Params
}

// Params are one layer's trained values.
type Params struct {
	Kernel []float32 // (3, 3, In, Out) for a convolution, (In, Out) for a dense layer
	Bias   []float32 // (Out)
}

// Preprocess is the colour arithmetic between an RGB page and the first layer:
// input = (pixel·Scale − Mean) / Std for each channel in the network's order.
type Preprocess struct {
	Name  string // "caffe" or "torch"
	BGR   bool   // the network takes blue, green, red
	Scale float32
	Mean  [3]float32 // in the network's channel order
	Std   [3]float32 // in the network's channel order
}

// Caffe is the arithmetic of the original VGG weights, which Keras uses: BGR,
// mean-subtracted, unscaled (keras.applications.imagenet_utils, mode "caffe").
func Caffe() Preprocess {
	return Preprocess{Name: "caffe", BGR: true, Scale: 1,
		Mean: [3]float32{103.939, 116.779, 123.68}, Std: [3]float32{1, 1, 1}}
}

// Torch is torchvision's arithmetic: RGB in [0, 1], normalised with ImageNet's
// mean and standard deviation.
func Torch() Preprocess {
	return Preprocess{Name: "torch", Scale: 1.0 / 255,
		Mean: [3]float32{0.485, 0.456, 0.406}, Std: [3]float32{0.229, 0.224, 0.225}}
}

// HasTop reports whether the fully connected layers are there.
func (w *Weights) HasTop() bool { return len(w.Params) == len(ParameterLayers()) }

// Check verifies that the weights serve all cuts: every layer up to the deepest
// has parameters of the right size.
func (w *Weights) Check(cuts []Cut) error {
	for _, c := range cuts {
		if c.NeedsTop() && !w.HasTop() {
			return fmt.Errorf("cut %s needs the fully connected layers, and weights %s have none (no-top weights serve pool1…pool5 only)", c, w.Source)
		}
	}
	for i, l := range ParameterLayers() {
		if i >= len(w.Params) {
			break
		}
		if p := w.Params[i]; len(p.Kernel) != l.KernelLen() || len(p.Bias) != l.BiasLen() {
			return fmt.Errorf("weights %s: layer %s has %d kernel values and %d biases, want %d and %d",
				w.Source, l.Name, len(p.Kernel), len(p.Bias), l.KernelLen(), l.BiasLen())
		}
	}
	return nil
}

// CheckWhole accepts the whole network and the network without its top.
func (w *Weights) CheckWhole() error {
	whole := len(ParameterLayers())
	if top := 3; len(w.Params) != whole && len(w.Params) != whole-top {
		return fmt.Errorf("weights %s have %d layers, want %d, or %d without the fully connected ones",
			w.Source, len(w.Params), whole, whole-top)
	}
	return w.Check(nil)
}

// SHA256 returns the hexadecimal hash of all values as little-endian float32,
// kernel then bias, layer by layer. It identifies the weights whatever file
// format they came from.
func (w *Weights) SHA256() string {
	h := sha256.New()
	for _, p := range w.Params {
		hashFloats(h, p.Kernel)
		hashFloats(h, p.Bias)
	}
	return hex.EncodeToString(h.Sum(nil))
}

func hashFloats(h hash.Hash, values []float32) {
	var buf [4 << 10]byte
	for len(values) > 0 {
		n := min(len(values), len(buf)/4)
		for i, v := range values[:n] {
			binary.LittleEndian.PutUint32(buf[4*i:], math.Float32bits(v))
		}
		h.Write(buf[:4*n])
		values = values[n:]
	}
}

// ParameterLayers returns the layers that have weights, in the order of
// Weights.Params.
func ParameterLayers() []Layer {
	var out []Layer
	for _, l := range Layers() {
		if l.KernelLen() > 0 {
			out = append(out, l)
		}
	}
	return out
}
