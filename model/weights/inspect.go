package weights

import (
	"context"
	"fmt"
	"math"

	"cutpoint/model"
)

// Inspection is what a file of weights holds.
type Inspection struct {
	Format  string   `json:"format"`
	Bytes   int64    `json:"bytes"`
	Tensors []Tensor `json:"tensors"`
	Refused string   `json:"refused,omitempty"` // why it does not serve as VGG19; the rest is then missing

	Library string  `json:"library,omitempty"` // whose names the tensors have
	Colors  string  `json:"colors,omitempty"`  // "caffe" (BGR less its mean) or "torch" (RGB, normalised)
	Because string  `json:"because,omitempty"` // how the colours are known
	Top     bool    `json:"top"`               // the fully connected layers are there
	SHA256  string  `json:"sha256,omitempty"`  // of the values, as in a store's fingerprint
	Layers  []Layer `json:"layers,omitempty"`
}

// Tensor is an array of the file.
type Tensor struct {
	Name   string `json:"name"`
	Type   string `json:"type"` // "F32", "F16", …
	Shape  []int  `json:"shape"`
	Serves string `json:"serves,omitempty"` // VGG19's layer
}

// Layer has the values of a layer of VGG19 in short.
type Layer struct {
	Name   string  `json:"name"`
	Kernel Summary `json:"kernel"`
	Bias   Summary `json:"bias"`
}

// Summary describes values that are all finite.
type Summary struct {
	Values    int     `json:"values"`
	Least     float32 `json:"least"`
	Greatest  float32 `json:"greatest"`
	Mean      float64 `json:"mean"`
	Deviation float64 `json:"deviation"` // root of the mean square from the mean
}

// Inspect says what a file holds. A file of weights that are not VGG19's is not an error,
// but refused in the result; one that cannot be read as weights at all is an error.
func Inspect(ctx context.Context, path string) (*Inspection, error) {
	in, err := inspect(ctx, path)
	if err != nil {
		return nil, fmt.Errorf("open weights %s: %w", path, err)
	}
	return in, nil
}

func inspect(ctx context.Context, path string) (*Inspection, error) {
	f, err := openFile(path)
	if err != nil {
		return nil, err
	}
	defer f.close()
	c, err := readCatalogue(f, f.size, &f.folder, model.Layers())
	if err != nil {
		return nil, err
	}
	in := &Inspection{Format: c.format.String(), Bytes: f.size, Tensors: []Tensor{}}
	n, matched := match(c, model.Layers())
	for i := range c.tensors {
		t := &c.tensors[i]
		in.Tensors = append(in.Tensors, Tensor{Name: t.name, Type: string(t.element), Shape: t.shape, Serves: n.serves(t)})
	}
	if matched != nil {
		in.Refused = matched.Error()
		return in, nil
	}
	w, err := load(ctx, f, c, model.Layers())
	if err != nil {
		in.Refused = err.Error()
		return in, ctx.Err()
	}
	in.Library, in.Colors, in.Top, in.SHA256 = n.library, w.Preprocess.Name, w.HasTop(), w.SHA256()
	if in.Because = "they are those of " + n.library + ", whose names the tensors have"; c.preprocess != "" {
		in.Because = c.because
	}
	for i, l := range model.ParameterLayers()[:len(w.Params)] {
		in.Layers = append(in.Layers, Layer{l.Name, summarise(w.Params[i].Kernel), summarise(w.Params[i].Bias)})
	}
	return in, nil
}

// serves returns the layer that a tensor is for; "" if there is none or n is nil.
func (n *network) serves(t *tensor) string {
	if n == nil {
		return ""
	}
	for i, l := range model.ParameterLayers() {
		if i < len(n.kernels) && (n.kernels[i] == t || n.biases[i] == t) {
			return l.Name
		}
	}
	return ""
}

func summarise(values []float32) Summary {
	s := Summary{Values: len(values), Least: values[0], Greatest: values[0]}
	sum, squares := 0.0, 0.0
	for _, v := range values {
		s.Least, s.Greatest = min(s.Least, v), max(s.Greatest, v)
		sum, squares = sum+float64(v), squares+float64(v)*float64(v)
	}
	s.Mean = sum / float64(len(values))
	s.Deviation = math.Sqrt(max(0, squares/float64(len(values))-s.Mean*s.Mean))
	return s
}
