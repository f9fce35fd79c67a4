package weights

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"

	"golang.org/x/sync/errgroup"

	"cutpoint/model"
)

// naming is one library's way to write VGG19 down.
type naming struct {
	library      string
	preprocess   model.Preprocess
	kernel, bias func(index int, l model.Layer) string // tensor names; index counts the layer's kind
	transposed   bool                                  // OIHW and (out, in), features in CHW order
}

// torchConvs are torchvision's indices of the convolutions in vgg19.features;
// the dense layers are classifier.0, .3 and .6.
var torchConvs = []int{0, 2, 5, 7, 10, 12, 14, 16, 19, 21, 23, 25, 28, 30, 32, 34}

func torchName(index int, l model.Layer) string {
	if l.Kind == model.Dense {
		return fmt.Sprintf("classifier.%d", 3*index)
	}
	return fmt.Sprintf("features.%d", torchConvs[index])
}

var (
	keras = naming{
		library: "Keras", preprocess: model.Caffe(),
		kernel: func(_ int, l model.Layer) string { return l.Name + "/kernel" },
		bias:   func(_ int, l model.Layer) string { return l.Name + "/bias" },
	}
	torchvision = naming{
		library: "torchvision", preprocess: model.Torch(), transposed: true,
		kernel: func(i int, l model.Layer) string { return torchName(i, l) + ".weight" },
		bias:   func(i int, l model.Layer) string { return torchName(i, l) + ".bias" },
	}
)

// detect tells whose names the file has.
func detect(f *file) (naming, error) {
	has := func(name string) bool { _, ok := f.tensors[name]; return ok }
	for name := range f.tensors {
		if strings.HasSuffix(name, "running_mean") || strings.HasSuffix(name, "moving_mean") {
			return naming{}, fmt.Errorf("it has batch normalisation (tensor %q): this is vgg19_bn, another network; use plain VGG19", name)
		}
	}
	switch {
	case has("features.0.weight"):
		if !has("features.34.weight") {
			return naming{}, fmt.Errorf("tensor %q is missing: this is not VGG19 but a smaller network", "features.34.weight")
		}
		return torchvision, nil
	case has("block1_conv1/kernel"):
		return keras, nil
	}
	return naming{}, errors.New("it has neither Keras's tensor block1_conv1/kernel nor torchvision's features.0.weight; is it VGG19?")
}

// load reads the layers' values into canonical layout.
func load(ctx context.Context, f *file, layers []model.Layer) (*model.Weights, error) {
	n, err := detect(f)
	if err != nil {
		return nil, err
	}
	if layers, err = present(f, n, layers); err != nil {
		return nil, err
	}
	w := &model.Weights{Preprocess: n.preprocess, Params: make([]model.Params, len(layers))}
	if w.Preprocess, err = override(w.Preprocess, f.metadata["preprocess"]); err != nil {
		return nil, err
	}
	g, ctx := errgroup.WithContext(ctx)
	g.SetLimit(2) // reading alternates with converting; more would only seek
	for i, l := range layers {
		index := kindIndex(layers, i)
		g.Go(func() (err error) {
			w.Params[i], err = n.read(ctx, f, index, l)
			return err
		})
	}
	return w, g.Wait()
}

// kindIndex counts the layers of the same kind before layer i.
func kindIndex(layers []model.Layer, i int) int {
	n := 0
	for _, l := range layers[:i] {
		if l.Kind == layers[i].Kind {
			n++
		}
	}
	return n
}

// present checks that all tensors are there in the right shape, and leaves the
// dense layers out of a no-top file.
func present(f *file, n naming, layers []model.Layer) ([]model.Layer, error) {
	top := slices.IndexFunc(layers, func(l model.Layer) bool { return l.Kind == model.Dense })
	if top >= 0 && !anyOf(f, n, layers[top:]) {
		layers = layers[:top]
	}
	for i, l := range layers {
		index := kindIndex(layers, i)
		for name, want := range map[string][]int{n.kernel(index, l): n.kernelShape(l), n.bias(index, l): {l.BiasLen()}} {
			t, ok := f.tensors[name]
			if !ok {
				return nil, fmt.Errorf("tensor %q is missing (%s names)", name, n.library)
			}
			if !slices.Equal(t.Shape, want) {
				return nil, fmt.Errorf("tensor %q has shape %v, VGG19's is %v", name, t.Shape, want)
			}
		}
	}
	return layers, nil
}

func anyOf(f *file, n naming, layers []model.Layer) bool {
	for i, l := range layers {
		if _, ok := f.tensors[n.kernel(i, l)]; ok {
			return true
		}
	}
	return false
}

func (n naming) kernelShape(l model.Layer) []int {
	switch {
	case l.Kind == model.Dense && n.transposed:
		return []int{l.Out.C, l.In.Len()}
	case l.Kind == model.Dense:
		return []int{l.In.Len(), l.Out.C}
	case n.transposed:
		return []int{l.Out.C, l.In.C, 3, 3}
	}
	return []int{3, 3, l.In.C, l.Out.C}
}

// override applies a file's own word on its colour arithmetic.
func override(p model.Preprocess, name string) (model.Preprocess, error) {
	switch name {
	case "":
		return p, nil
	case "caffe":
		return model.Caffe(), nil
	case "torch":
		return model.Torch(), nil
	}
	return p, fmt.Errorf("its metadata asks for the preprocessing %q; caffe and torch are known", name)
}

func (n naming) read(ctx context.Context, f *file, index int, l model.Layer) (model.Params, error) {
	kernel, err := f.floats(ctx, n.kernel(index, l))
	if err != nil {
		return model.Params{}, err
	}
	bias, err := f.floats(ctx, n.bias(index, l))
	if err != nil {
		return model.Params{}, err
	}
	if n.transposed {
		kernel = canonical(kernel, l)
	}
	return model.Params{Kernel: kernel, Bias: bias}, nil
}

// canonical reorders a torch kernel: (out, in, spatial) with the input in CHW
// order becomes (spatial, in, out), which is HWIO for a convolution and, for a
// dense layer behind a map, the HWC order of that map's rows.
func canonical(src []float32, l model.Layer) []float32 {
	out, in, spatial := l.Out.C, l.In.C, 9
	if l.Kind == model.Dense {
		spatial = l.In.H * l.In.W
	}
	dst := make([]float32, len(src))
	const block = 16 // output channels at a time: one cache line is written whole
	for o0 := 0; o0 < out; o0 += block {
		o1 := min(o0+block, out)
		for i := range in {
			for s := range spatial {
				row := dst[(s*in+i)*out:]
				for o := o0; o < o1; o++ {
					row[o] = src[(o*in+i)*spatial+s]
				}
			}
		}
	}
	return dst
}
