package onnx

import (
	"fmt"
	"math"
	"strconv"
)

// Tensor is one array, little-endian in C order.
type Tensor struct {
	Name         string
	Type         string // "F32", "BF16", "I64", …
	Shape        []int
	File         string // "" for the model's own, or the name of the file that holds the data
	Offset, Size int64  // bytes, in that file
	Unreadable   string
}

// types are the values of TensorProto.DataType, as safetensors calls them.
var types = map[uint64]string{1: "F32", 2: "U8", 3: "I8", 4: "U16", 5: "I16", 6: "I32", 7: "I64", 9: "BOOL", 10: "F16", 11: "F64", 12: "U32", 13: "U64", 16: "BF16"}

var widths = map[string]int64{"F32": 4, "U8": 1, "I8": 1, "U16": 2, "I16": 2, "I32": 4, "I64": 8, "BOOL": 1, "F16": 2, "F64": 8, "U32": 4, "U64": 8, "BF16": 2}

// unparsed is a TensorProto field by field.
type unparsed struct {
	name     string
	dims     []int64
	dataType uint64
	data     *span // raw_data, float_data or double_data
	other    bool  // int32_data and its like
	location uint64
	external map[string]string
}

func (g *reading) tensor(v field) (*Tensor, error) {
	if v.kind != counted {
		return nil, errWire
	}
	u := unparsed{external: map[string]string{}}
	err := g.each(v.span, func(v field) (err error) {
		switch v.number {
		case 1:
			u.dims, err = g.numbers(u.dims, v, maxRank)
		case 2:
			u.dataType = v.value
		case 4, 9, 10: // float_data, raw_data, double_data
			if v.kind != counted || u.data != nil {
				u.other = true // one field for each value
				return nil
			}
			u.data = &v.span
		case 5, 6, 7, 11:
			u.other = true
		case 8:
			u.name, err = g.text(v)
		case 13:
			var key, value string
			if key, value, err = g.entry(v); err == nil {
				u.external[key] = value
			}
		case 14:
			u.location = v.value
		}
		return err
	})
	if err != nil {
		return nil, err
	}
	t, err := u.tensor()
	if err != nil {
		return nil, fmt.Errorf("tensor %.200q %w", u.name, err)
	}
	return t, nil
}

func (u *unparsed) tensor() (*Tensor, error) {
	t := &Tensor{Name: u.name, Type: types[u.dataType]}
	width := widths[t.Type]
	if width == 0 {
		t.Type, t.Unreadable = fmt.Sprintf("type %d", u.dataType), fmt.Sprintf("holds values of ONNX's type %d, which are not read", u.dataType)
	}
	count := int64(1)
	for _, d := range u.dims {
		if d < 0 || d > math.MaxInt32 || d > 0 && count > math.MaxInt64/16/d {
			return nil, fmt.Errorf("has the shape %v, more values than a file can hold", u.dims)
		}
		count *= d
		t.Shape = append(t.Shape, int(d))
	}
	switch {
	case t.Unreadable != "":
		return t, nil
	case u.location == 1:
		return t, t.locateExternal(u.external, count*width)
	case u.other:
		t.Unreadable = "has its values one by one in separate fields, which are not read: save the model again with onnx.numpy_helper"
		return t, nil
	case u.data == nil && count > 0:
		return nil, errNoData
	case count == 0:
		return t, nil
	case u.data.size() != count*width:
		return nil, fmt.Errorf("has %d bytes of data, and %s %v needs %d: the file is damaged", u.data.size(), t.Type, u.dims, count*width)
	}
	t.Offset, t.Size = u.data.at, u.data.size()
	return t, nil
}

// locateExternal reads where in another file the values lie
// (https://onnx.ai/onnx/repo-docs/ExternalData.html).
func (t *Tensor) locateExternal(external map[string]string, size int64) error {
	t.File, t.Size = external["location"], size
	if t.File == "" {
		return fmt.Errorf("is stored in another file that is not named: the file is damaged")
	}
	var err error
	if s := external["offset"]; s != "" {
		if t.Offset, err = strconv.ParseInt(s, 10, 64); err != nil || t.Offset < 0 || t.Offset > math.MaxInt64/2 {
			return fmt.Errorf("lies at offset %.30q: the file is damaged", s)
		}
	}
	if s := external["length"]; s != "" && s != strconv.FormatInt(size, 10) {
		return fmt.Errorf("has %.30s bytes of data, and %s %v needs %d: the file is damaged", s, t.Type, t.Shape, size)
	}
	return nil
}
