package weights

import (
	"io"

	"cutpoint/model"
	"cutpoint/model/weights/hdf5"
	"cutpoint/model/weights/pth"
	"cutpoint/model/weights/safetensors"
)

// element is the number format of a stored tensor.
type element string

const (
	f16  element = "F16"
	bf16 element = "BF16"
	f32  element = "F32"
	f64  element = "F64"

	// Only with a scale, as TensorFlow.js quantises.
	u8  element = "U8"
	u16 element = "U16"
)

// size returns the bytes of one value, 0 for formats that are not read.
func (e element) size() int64 {
	switch e {
	case u8:
		return 1
	case f16, bf16, u16:
		return 2
	case f32:
		return 4
	case f64:
		return 8
	}
	return 0
}

// tensor is one array of a file: values in C order, or with strides, at
// [offset, offset+size). The code that makes one has checked that this range lies in the file.
type tensor struct {
	name         string
	element      element
	shape        []int
	strides      []int // in values, where they are not in C order
	offset, size int64
	bigEndian    bool
	scaled       *affine     // what the integers of a quantised tensor mean
	file         io.ReaderAt // that holds the values, if not the catalogue's own
	unreadable   string      // why its values cannot be read, or ""
	externalName string      // of the file that holds the values, if not the catalogue's own
}

// readable reports whether the format of the values is one of those that are read.
func (t *tensor) readable() bool {
	return t.element.size() > 0 && (t.scaled != nil) == (t.element == u8 || t.element == u16)
}

// catalogue is what a file holds.
type catalogue struct {
	format     format
	tensors    []tensor
	preprocess string // "caffe" or "torch" where the file says so
	because    string // how it says so
}

// readCatalogue lists a file's tensors, which some formats name by the
// position of their layers.
func readCatalogue(r io.ReaderAt, size int64, folder *modelFolder, layers []model.Layer) (*catalogue, error) {
	f, err := sniff(r, size)
	if err != nil {
		return nil, err
	}
	var c *catalogue
	switch f {
	case hdf5File:
		c, err = readHDF5(r, size)
	case torchFile:
		c, err = readTorch(r, size)
	case onnxFile:
		c, err = readONNX(r, size, folder, layers)
	case tfjsFile:
		c, err = readTFJS(r, size, folder)
	default:
		c, err = readSafetensors(r, size)
	}
	if err != nil {
		return nil, err
	}
	c.format = f
	return c, nil
}

func readSafetensors(r io.ReaderAt, size int64) (*catalogue, error) {
	h, err := safetensors.ReadHeader(r, size)
	if err != nil {
		return nil, err
	}
	c := &catalogue{preprocess: h.Metadata["preprocess"], because: "the file's metadata says preprocess=" + h.Metadata["preprocess"]}
	for _, t := range h.Tensors {
		c.tensors = append(c.tensors, tensor{name: t.Name, element: element(t.DType), shape: t.Shape, offset: t.Offset, size: t.Size})
	}
	return c, nil
}

// readTorch lists the tensors of a state_dict.
func readTorch(r io.ReaderAt, size int64) (*catalogue, error) {
	f, err := pth.Read(r, size)
	if err != nil {
		return nil, err
	}
	c := &catalogue{}
	for _, t := range f.Tensors {
		n := tensor{name: t.Name, element: element(t.Type), shape: t.Shape, offset: t.Offset, size: t.Size, bigEndian: f.BigEndian, unreadable: t.Unreadable}
		if !inOrder(t.Shape, t.Strides) {
			n.strides = t.Strides
		}
		c.tensors = append(c.tensors, n)
	}
	return c, nil
}

// readHDF5 lists the datasets of a file of Keras, which says nothing about colours.
func readHDF5(r io.ReaderAt, size int64) (*catalogue, error) {
	datasets, err := hdf5.Datasets(r, size)
	if err != nil {
		return nil, err
	}
	c := &catalogue{}
	for _, d := range datasets {
		c.tensors = append(c.tensors, tensor{name: d.Name, element: element(d.Type), shape: d.Shape, offset: d.Offset, size: d.Size, unreadable: d.Unreadable})
	}
	return c, nil
}
