package weights

import (
	"encoding/binary"
	"encoding/json"
	"fmt"
	"io"
	"math"

	"cutpoint/model"
)

// Write writes weights as a safetensors file: float32 under Keras's names in its layout,
// (3, 3, in, out) and (in, out), with the colours that they take in the metadata, so that
// Open gives the same weights back.
func Write(w io.Writer, m *model.Weights, metadata map[string]string) error {
	header, err := safetensorsHeader(m, metadata)
	if err != nil {
		return err
	}
	if _, err := w.Write(binary.LittleEndian.AppendUint64(nil, uint64(len(header)))); err != nil {
		return err
	}
	if _, err := w.Write(header); err != nil {
		return err
	}
	for _, p := range m.Params {
		for _, values := range [][]float32{p.Kernel, p.Bias} {
			if err := writeValues(w, values); err != nil {
				return err
			}
		}
	}
	return nil
}

// safetensorsHeader is the JSON object in front of the values, padded so that they are
// aligned (huggingface/safetensors, README, "Format").
func safetensorsHeader(m *model.Weights, metadata map[string]string) ([]byte, error) {
	type entry struct {
		DType   string `json:"dtype"`
		Shape   []int  `json:"shape"`
		Offsets [2]int `json:"data_offsets"`
	}
	all := map[string]string{"preprocess": m.Preprocess.Name}
	for k, v := range metadata {
		all[k] = v
	}
	header, at := map[string]any{"__metadata__": all}, 0
	add := func(name string, shape []int, n int) {
		header[name] = entry{"F32", shape, [2]int{at, at + 4*n}}
		at += 4 * n
	}
	names := keras(model.Layers())
	for i, l := range model.ParameterLayers()[:len(m.Params)] {
		shape := []int{l.In.Len(), l.Out.C}
		if l.Kind == model.Conv3x3 {
			shape = []int{3, 3, l.In.C, l.Out.C}
		}
		add(names.tensorName(i, kernel), shape, l.KernelLen())
		add(names.tensorName(i, bias), []int{l.Out.C}, l.BiasLen())
	}
	raw, err := json.Marshal(header)
	if err != nil {
		return nil, fmt.Errorf("describe the tensors: %w", err)
	}
	for len(raw)%8 != 0 {
		raw = append(raw, ' ')
	}
	return raw, nil
}

func writeValues(w io.Writer, values []float32) error {
	buffer := make([]byte, 0, 4*min(len(values), pieceValues))
	for len(values) > 0 {
		piece := values[:min(len(values), pieceValues)]
		buffer = buffer[:0]
		for _, v := range piece {
			buffer = binary.LittleEndian.AppendUint32(buffer, math.Float32bits(v))
		}
		if _, err := w.Write(buffer); err != nil {
			return err
		}
		values = values[len(piece):]
	}
	return nil
}
