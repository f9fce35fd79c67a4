package weights

import (
	"bytes"
	"context"
	"encoding/binary"
	"encoding/json"
	"maps"
	"math"
	"os"
	"path/filepath"
	"slices"
	"testing"

	"cutpoint/model"
)

// tiny is a network built as VGG19 is, with little in it: two blocks, the second
// of which gives 2×2×5 to fc1.
func tiny() []model.Layer {
	s := func(h, w, c int) model.Shape { return model.Shape{H: h, W: w, C: c} }
	return []model.Layer{
		{Name: "block1_conv1", Kind: model.Conv3x3, In: s(8, 8, 3), Out: s(8, 8, 4)},
		{Name: "block1_pool", Kind: model.MaxPool, In: s(8, 8, 4), Out: s(4, 4, 4)},
		{Name: "block2_conv1", Kind: model.Conv3x3, In: s(4, 4, 4), Out: s(4, 4, 5)},
		{Name: "block2_pool", Kind: model.MaxPool, In: s(4, 4, 5), Out: s(2, 2, 5)},
		{Name: "fc1", Kind: model.Dense, In: s(2, 2, 5), Out: s(1, 1, 70)}, // more rows than a band
		{Name: "fc2", Kind: model.Dense, In: s(1, 1, 70), Out: s(1, 1, 6)},
		{Name: "predictions", Kind: model.Dense, In: s(1, 1, 6), Out: s(1, 1, 3)},
	}
}

// tinyParams are the tiny network's weights: multiples of 1/8 small enough to be
// the same in every format. testdata/make.py has the same rule.
func tinyParams() []model.Params {
	var params []model.Params
	ramp := func(start, n int) []float32 {
		v := make([]float32, n)
		for i := range v {
			v[i] = float32((start+7*i)%31-15) / 8
		}
		return v
	}
	for i, l := range withParameters(tiny()) {
		params = append(params, model.Params{Kernel: ramp(i, l.KernelLen()), Bias: ramp(3*i+1, l.BiasLen())})
	}
	return params
}

// array is a tensor to be written.
type array struct {
	shape  []int
	values []float32
}

// kerasTensors returns the tiny network as Keras lays it out.
func kerasTensors() map[string]array {
	m := map[string]array{}
	for i, l := range withParameters(tiny()) {
		p := tinyParams()[i]
		shape := []int{l.In.Len(), l.Out.C}
		if l.Kind == model.Conv3x3 {
			shape = []int{3, 3, l.In.C, l.Out.C}
		}
		m[l.Name+"/kernel"] = array{shape, p.Kernel}
		m[l.Name+"/bias"] = array{[]int{l.Out.C}, p.Bias}
	}
	return m
}

// torchTensors returns the tiny network as torchvision lays it out, by index
// arithmetic that is independent of the package's: each value is looked up where
// the layout says that it is.
func torchTensors() map[string]array {
	names := []string{"features.0", "features.3", "classifier.0", "classifier.3", "classifier.6"}
	m := map[string]array{}
	for i, l := range withParameters(tiny()) {
		p := tinyParams()[i]
		var shape []int
		var values []float32
		h, w := l.In.H, l.In.W
		if shape = []int{l.Out.C, l.In.Len()}; l.Kind == model.Conv3x3 {
			h, w = 3, 3
			shape = []int{l.Out.C, l.In.C, 3, 3}
		}
		for o := range l.Out.C {
			for c := range l.In.C {
				for y := range h {
					for x := range w {
						values = append(values, p.Kernel[((y*w+x)*l.In.C+c)*l.Out.C+o])
					}
				}
			}
		}
		m[names[i]+".weight"] = array{shape, values}
		m[names[i]+".bias"] = array{[]int{l.Out.C}, p.Bias}
	}
	return m
}

// encode writes values in a format.
func encode(values []float32, e element) []byte {
	var b []byte
	for _, v := range values {
		bits := math.Float32bits(v)
		switch e {
		case f16: // the tiny network's values are zero or normal numbers of 5 bits
			h := uint16(bits >> 16 & 0x8000)
			if v != 0 {
				h |= uint16((bits>>23&0xff-127+15)<<10 | bits>>13&0x3ff)
			}
			b = binary.LittleEndian.AppendUint16(b, h)
		case bf16:
			b = binary.LittleEndian.AppendUint16(b, uint16(bits>>16))
		case f32:
			b = binary.LittleEndian.AppendUint32(b, bits)
		case f64:
			b = binary.LittleEndian.AppendUint64(b, math.Float64bits(float64(v)))
		default: // of a format that is not read, only the size matters
			b = append(b, make([]byte, 8)...)
		}
	}
	return b
}

// safetensorsOf writes a .safetensors file.
func safetensorsOf(tensors map[string]array, e element, metadata map[string]string) []byte {
	type entry struct {
		DType   element `json:"dtype"`
		Shape   []int   `json:"shape"`
		Offsets [2]int  `json:"data_offsets"`
	}
	header := map[string]any{}
	if metadata != nil {
		header["__metadata__"] = metadata
	}
	var data []byte
	for _, name := range slices.Sorted(maps.Keys(tensors)) {
		t, begin := tensors[name], len(data)
		data = append(data, encode(t.values, e)...)
		header[name] = entry{e, t.shape, [2]int{begin, len(data)}}
	}
	text, err := json.Marshal(header)
	if err != nil {
		panic(err) // maps of strings and numbers always marshal
	}
	b := binary.LittleEndian.AppendUint64(nil, uint64(len(text)))
	return slices.Concat(b, text, data)
}

// openTiny opens a file with the given bytes as the tiny network.
func openTiny(t testing.TB, b []byte) (*model.Weights, error) {
	t.Helper()
	path := filepath.Join(t.TempDir(), "tiny.bin")
	if err := os.WriteFile(path, b, 0o600); err != nil {
		t.Fatal(err)
	}
	return open(context.Background(), path, tiny())
}

// loadTiny is openTiny without a file.
func loadTiny(b []byte) (*model.Weights, error) {
	r := bytes.NewReader(b)
	c, err := readCatalogue(r, r.Size(), nil, tiny())
	if err != nil {
		return nil, err
	}
	return load(context.Background(), r, c, tiny())
}
