package weights

import (
	"io"

	"cutpoint/model/weights/hdf5"
	"cutpoint/model/weights/safetensors"
)

// element is the number format of a stored tensor.
type element string

const (
	f16  element = "F16"
	bf16 element = "BF16"
	f32  element = "F32"
	f64  element = "F64"
)

// size returns the bytes of one value, 0 for formats that are not read.
func (e element) size() int64 {
	switch e {
	case f16, bf16:
		return 2
	case f32:
		return 4
	case f64:
		return 8
	}
	return 0
}

// tensor is one array of a file: little-endian values in C order at
// [offset, offset+size). Whoever makes one has checked that this lies in the file.
type tensor struct {
	name         string
	element      element
	shape        []int
	offset, size int64
	unreadable   string // why its values cannot be read, or ""
}

// catalogue is what a file holds.
type catalogue struct {
	tensors    []tensor
	preprocess string // "caffe" or "torch" where the file says so
}

func readCatalogue(r io.ReaderAt, size int64) (*catalogue, error) {
	f, err := sniff(r, size)
	if err != nil {
		return nil, err
	}
	if f == hdf5File {
		return readHDF5(r, size)
	}
	return readSafetensors(r, size)
}

func readSafetensors(r io.ReaderAt, size int64) (*catalogue, error) {
	h, err := safetensors.ReadHeader(r, size)
	if err != nil {
		return nil, err
	}
	c := &catalogue{preprocess: h.Metadata["preprocess"]}
	for _, t := range h.Tensors {
		c.tensors = append(c.tensors, tensor{name: t.Name, element: element(t.DType), shape: t.Shape, offset: t.Offset, size: t.Size})
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
