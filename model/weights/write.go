package weights

import (
	"io"
	"maps"

	"cutpoint/model"
	"cutpoint/model/weights/safetensors"
)

// Write writes weights as a safetensors file: float32 under Keras's names in its layout,
// (3, 3, in, out) and (in, out), with the colours that they take in the metadata, so that
// Open gives the same weights back.
func Write(w io.Writer, m *model.Weights, metadata map[string]string) error {
	all := map[string]string{"preprocess": m.Preprocess.Name}
	maps.Copy(all, metadata)
	header := safetensors.Header{Metadata: all, Tensors: layerTensors(len(m.Params))}
	if err := header.Write(w); err != nil {
		return err
	}
	for _, p := range m.Params {
		for _, values := range [][]float32{p.Kernel, p.Bias} {
			if err := safetensors.WriteValues(w, values); err != nil {
				return err
			}
		}
	}
	return nil
}

// layerTensors describes kernel and bias of the first layers that have parameters.
func layerTensors(layers int) (list []safetensors.Tensor) {
	names := keras(model.Layers())
	for i, l := range model.ParameterLayers()[:layers] {
		shape := []int{l.In.Len(), l.Out.C}
		if l.Kind == model.Conv3x3 {
			shape = []int{3, 3, l.In.C, l.Out.C}
		}
		list = append(list, safetensors.Tensor{Name: names.tensorName(i, kernel), DType: "F32", Shape: shape},
			safetensors.Tensor{Name: names.tensorName(i, bias), DType: "F32", Shape: []int{l.Out.C}})
	}
	return list
}
