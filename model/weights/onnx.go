package weights

import (
	"errors"
	"fmt"
	"io"
	"strings"

	"cutpoint/model"
	"cutpoint/model/weights/onnx"
)

// readONNX gives the layers of a graph torchvision's names by their position in it:
// the layout of ONNX's convolutions is PyTorch's, and a dense layer's can be seen
// as such.
func readONNX(r io.ReaderAt, size int64, folder *modelFolder, layers []model.Layer) (*catalogue, error) {
	m, err := onnx.Read(r, size)
	if err != nil {
		return nil, err
	}
	c := &catalogue{}
	if c.preprocess, c.because, err = coloursOf(m); err != nil {
		return nil, err
	}
	files := map[string]external{}
	q := newLayerQueue(layers)
	for _, l := range m.Layers {
		name, of, err := q.next(l.Dense)
		if err != nil {
			return nil, err
		}
		kernel := onnxTensor(name+".weight", l.Kernel)
		if l.Dense {
			kernel.setOrder(l, of)
		}
		found := []tensor{kernel}
		if l.Bias != nil {
			found = append(found, onnxTensor(name+".bias", l.Bias))
		}
		for _, t := range found {
			if err := t.openExternal(files, folder); err != nil {
				return nil, err
			}
			c.tensors = append(c.tensors, t)
		}
	}
	return c, nil
}

// layerQueue gives the layers in their order.
type layerQueue struct {
	layers      []model.Layer // those with parameters
	names       []string
	convs       int // number of convolutions among them
	conv, dense int // the next ones
}

func newLayerQueue(layers []model.Layer) *layerQueue {
	q := &layerQueue{layers: withParameters(layers), names: torchvision(layers).names}
	for _, l := range q.layers {
		if l.Kind == model.Conv3x3 {
			q.convs++
		}
	}
	q.dense = q.convs
	return q
}

// next returns the name and the description of the next convolution or dense layer.
// Behind the last convolution there may be more: timm has fc1 and the rest as such.
func (q *layerQueue) next(dense bool) (name string, l model.Layer, err error) {
	at := &q.conv
	if dense || q.conv >= q.convs {
		at = &q.dense
	}
	if *at >= len(q.layers) {
		return "", l, fmt.Errorf("its graph has more layers behind the convolutions than VGG19's %d", len(q.layers)-q.convs)
	}
	name, l = q.names[*at], q.layers[*at]
	*at++
	return name, l, nil
}

func onnxTensor(name string, t *onnx.Tensor) tensor {
	return tensor{name: name, element: element(t.Type), shape: t.Shape, offset: t.Offset, size: t.Size, unreadable: t.Unreadable, externalName: t.File}
}

// errColours is for models that come from neither library.
var errColours = errors.New("nothing in the ONNX model says whether it takes Keras's colours (BGR, mean subtracted) or torchvision's (RGB, normalised): add the metadata property preprocess=caffe or preprocess=torch (onnx.helper.set_model_props)")

// coloursOf decides which preprocessing a model was trained for: what its metadata
// says, then whose names its tensors have, then who exported it.
func coloursOf(m *onnx.Model) (name, because string, err error) {
	if p := m.Metadata["preprocess"]; p != "" {
		return p, "the model's metadata says preprocess=" + p, nil
	}
	keras, torch := 0, 0
	for _, n := range m.Names {
		switch {
		case strings.Contains(n, "block1_conv1"):
			keras++
		case torchName.MatchString(n), strings.HasPrefix(n, "vgg0_conv0_"):
			torch++
		}
	}
	switch {
	case keras > 0 && torch == 0:
		return "caffe", "its tensors have Keras's names", nil
	case torch > 0 && keras == 0:
		return "torch", "its tensors have torchvision's or the ONNX model zoo's names", nil
	case m.Producer == "pytorch":
		return "torch", "PyTorch exported it", nil
	case strings.HasPrefix(m.Producer, "tf2onnx"), strings.HasPrefix(m.Producer, "keras"):
		return "caffe", m.Producer + " exported it", nil
	}
	return "", "", errColours
}

// setOrder describes a dense layer's kernel as PyTorch's (Out, In) with strides. A
// map that was flattened as TensorFlow does it, (height, width, channel), makes it a
// kernel of four dimensions, as timm has it.
func (t *tensor) setOrder(l onnx.Layer, of model.Layer) {
	if len(t.shape) != 2 || !l.InFirst && !l.HWC {
		return
	}
	out, in, outStep, inStep := t.shape[0], t.shape[1], t.shape[1], 1
	if l.InFirst {
		out, in, outStep, inStep = t.shape[1], t.shape[0], 1, t.shape[1]
	}
	t.shape, t.strides = []int{out, in}, []int{outStep, inStep}
	if c, w := of.In.C, of.In.W; l.HWC && of.Kind == model.Dense && of.In.Len() == in {
		t.shape = []int{out, c, of.In.H, w}
		t.strides = []int{outStep, inStep, inStep * w * c, inStep * c}
	}
}

// external is one of the files in the model's folder that hold its values.
type external struct {
	file io.ReaderAt
	size int64
}

// openExternal opens the file in which a tensor lies, if it is not the model's own.
func (t *tensor) openExternal(files map[string]external, folder *modelFolder) error {
	if t.externalName == "" || t.unreadable != "" {
		return nil
	}
	f, open := files[t.externalName]
	if !open {
		var err error
		if f.file, f.size, err = folder.open(t.externalName); err != nil {
			return err
		}
		files[t.externalName] = f
	}
	if t.offset > f.size || t.size > f.size-t.offset {
		return fmt.Errorf("tensor %.200q ends beyond the file %.200q: it is cut off or of another model", t.name, t.externalName)
	}
	t.file = f.file
	return nil
}
