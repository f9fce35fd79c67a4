package onnx

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"math"
	"slices"
	"strings"
	"testing"

	"cutpoint/model"
	"cutpoint/model/head"
)

// weightsOf makes the parameters of n layers. Zeros cost no memory until they are
// written or read.
func weightsOf(n int, p model.Preprocess) *model.Weights {
	w := &model.Weights{Source: "made up", Preprocess: p}
	for _, l := range model.ParameterLayers()[:n] {
		w.Params = append(w.Params, model.Params{Kernel: make([]float32, l.KernelLen()), Bias: make([]float32, l.BiasLen())})
	}
	return w
}

func headOf(t *testing.T, cut string) *head.File {
	t.Helper()
	c, err := model.ParseCut(cut)
	if err != nil {
		t.Fatal(err)
	}
	f := fileOf(&head.Head{Kind: head.SoftmaxName, Dim: c.Dim(), Classes: 2, Kernel: make([]float32, 2*c.Dim()), Bias: make([]float32, 2)})
	f.Cut = cut
	return f
}

// TestTrunkEnds: behind each cut's last layer comes what makes its vector, and
// nothing of the trunk after it.
func TestTrunkEnds(t *testing.T) {
	w := weightsOf(19, model.Caffe())
	for cut, want := range map[string]struct {
		convolutions, pools int
		end                 string // after the last pool
	}{
		"pool1":       {2, 1, "Transpose Flatten"},
		"pool2-avg":   {4, 2, "ReduceMean"},
		"pool3-max":   {8, 3, "ReduceMax"},
		"pool4":       {12, 4, "Transpose Flatten"},
		"pool5":       {16, 5, "Transpose Flatten"},
		"pool5-avg":   {16, 5, "ReduceMean"},
		"fc1":         {16, 5, "Transpose Flatten Gemm Relu"},
		"fc2":         {16, 5, "Transpose Flatten Gemm Relu Gemm Relu"},
		"predictions": {16, 5, "Transpose Flatten Gemm Relu Gemm Relu Gemm Softmax"},
	} {
		g, err := (&Model{Head: headOf(t, cut), Trunk: w}).graph()
		if err != nil {
			t.Fatal(err)
		}
		var ops []string
		count := map[string]int{}
		for _, f := range parse(t, g.fields) {
			if f.number == graphNode {
				o := decodeNode(t, parse(t, f.b))
				count[o.op]++
				if ops = append(ops, o.op); o.op == "MaxPool" {
					ops = nil
				}
			}
		}
		if got, want := strings.Join(ops, " "), want.end+" Identity Gemm Softmax LogSoftmax ArgMax"; got != want {
			t.Errorf("%s: ends with %s, want %s", cut, got, want)
		}
		if count["Conv"] != want.convolutions || count["MaxPool"] != want.pools {
			t.Errorf("the model to %s has %d convolutions and %d pools, want %d and %d", cut, count["Conv"], count["MaxPool"], want.convolutions, want.pools)
		}
	}
}

// TestTrunk is a whole file, with torchvision's colours and rounded values.
func TestTrunk(t *testing.T) {
	w := weightsOf(2, model.Torch())
	for i := range w.Params[0].Kernel {
		w.Params[0].Kernel[i] = float32(i)
	}
	w.Params[1].Bias[63] = -2
	d := encode(t, Model{Head: headOf(t, "pool1-max"), Trunk: w, Float16: true})
	var nodes []string
	for _, o := range d.nodes {
		nodes = append(nodes, o.String())
	}
	golden := []string{
		"Cast[pixels]->[pixels_float] map[to:[1]]",
		"Mul[pixels_float pixels_scale]->[pixels_scaled] map[]",
		"Sub[pixels_scaled pixels_mean]->[pixels_centred] map[]",
		"Div[pixels_centred pixels_std]->[pixels_standardised] map[]",
		"Transpose[pixels_standardised]->[pixels_chw] map[perm:[0 3 1 2]]",
		"Conv[pixels_chw block1_conv1_kernel block1_conv1_bias]->[block1_conv1] map[kernel_shape:[3 3] pads:[1 1 1 1]]",
		"Relu[block1_conv1]->[block1_conv1_relu] map[]",
		"Conv[block1_conv1_relu block1_conv2_kernel block1_conv2_bias]->[block1_conv2] map[kernel_shape:[3 3] pads:[1 1 1 1]]",
		"Relu[block1_conv2]->[block1_conv2_relu] map[]",
		"MaxPool[block1_conv2_relu]->[block1_pool] map[kernel_shape:[2 2] strides:[2 2]]",
		"ReduceMax[block1_pool]->[maximum] map[axes:[2 3] keepdims:[0]]",
		"Cast[maximum]->[features_float16] map[to:[10]]",
		"Cast[features_float16]->[features_float32] map[to:[1]]",
		"Identity[features_float32]->[features] map[]",
	}
	if !slices.Equal(nodes[:len(golden)], golden) {
		t.Errorf("nodes\n%s\nwant them to begin\n%s", strings.Join(nodes, "\n"), strings.Join(golden, "\n"))
	}
	if got, want := fmt.Sprint(d.inputs, d.outputs), "[pixels UINT8 [N 224 224 3]] [probabilities FLOAT [N 2] log_probabilities FLOAT [N 2] class INT64 [N] features FLOAT [N 64]]"; got != want {
		t.Errorf("inputs and outputs are %s, want %s", got, want)
	}
	kernel := d.initializers["block1_conv1_kernel"]
	if !slices.Equal(kernel.dims, []int{64, 3, 3, 3}) {
		t.Errorf("kernel of shape %v", kernel.dims)
	}
	// (out 5, in 2, y 1, x 0) of (y, x, in, out)
	if got, want := kernel.values[5*27+2*9+1*3+0], float64(((1*3+0)*3+2)*64+5); got != want {
		t.Errorf("kernel value %v, want %v", got, want)
	}
	if got := d.initializers["block1_conv2_bias"].values[63]; got != -2 {
		t.Errorf("bias %v, want -2", got)
	}
}

// TestCaffe: the channels are reordered and nothing is scaled.
func TestCaffe(t *testing.T) {
	d := encode(t, Model{Head: headOf(t, "pool1-avg"), Trunk: weightsOf(2, model.Caffe())})
	var ops []string
	for _, o := range d.nodes[:5] {
		ops = append(ops, o.op)
	}
	if got := strings.Join(ops, " "); got != "Cast Gather Sub Transpose Conv" {
		t.Errorf("begins with %s", got)
	}
	if got := d.initializers["pixels_order"].values; !slices.Equal(got, []float64{2, 1, 0}) {
		t.Errorf("order of colours %v, want 2 1 0", got)
	}
	if got := float32(d.initializers["pixels_mean"].values[0]); got != 103.939 {
		t.Errorf("mean of blue %v", got)
	}
}

// TestRefusals: one sentence, before anything is written.
func TestRefusals(t *testing.T) {
	short := headOf(t, "fc2")
	short.Head.Bias = short.Head.Bias[:1]
	long := headOf(t, "fc2")
	long.Head.Dim++
	odd := headOf(t, "fc2")
	odd.Cut = "fc9"
	for name, test := range map[string]struct {
		m    Model
		want string
	}{
		"values missing":   {Model{Head: short}, "head_logits_bias has 1 values"},
		"no such cut":      {Model{Head: odd, Trunk: weightsOf(2, model.Caffe())}, `unknown cut "fc9"`},
		"another length":   {Model{Head: long, Trunk: weightsOf(2, model.Caffe())}, "takes 4097 values and cut fc2 has 4096"},
		"no top":           {Model{Head: headOf(t, "fc2"), Trunk: weightsOf(16, model.Caffe())}, "have none"},
		"too few layers":   {Model{Head: headOf(t, "pool2"), Trunk: weightsOf(2, model.Caffe())}, "no layer block2_conv1"},
		"kernel too short": {Model{Head: headOf(t, "pool1"), Trunk: &model.Weights{Params: make([]model.Params, 2)}}, "block1_conv1"},
	} {
		var b bytes.Buffer
		if err := test.m.Write(&b); err == nil || !strings.Contains(err.Error(), test.want) || b.Len() > 0 {
			t.Errorf("%s: error %v, %d bytes", name, err, b.Len())
		}
	}
}

// TestTooLarge: 2 GiB less a byte is the end of a protocol buffer.
func TestTooLarge(t *testing.T) {
	f := headOf(t, "fc2")
	f.Head.Classes = 1 << 17
	f.Head.Kernel, f.Head.Bias = make([]float32, f.Head.Dim<<17), make([]float32, 1<<17)
	if err := (&Model{Head: f}).Write(io.Discard); !errors.Is(err, ErrTooLarge) || !strings.Contains(err.Error(), "2.00 GiB") {
		t.Errorf("write a head of 2 GiB: error %v, want %v", err, ErrTooLarge)
	}
}

// TestWriteFails: a full disk is an error, wherever it shows.
func TestWriteFails(t *testing.T) {
	full := errors.New("no space left on device")
	for _, room := range []int{0, 10, 2 << 20} {
		m := Model{Head: headOf(t, "pool3")} // 1.6 MB of kernel
		m.Head.Head.Mean = make([]float32, m.Head.Head.Dim)
		if err := m.Write(&narrow{room, full}); !errors.Is(err, full) {
			t.Errorf("room for %d: %v", room, err)
		}
	}
}

// narrow accepts room bytes, then fails.
type narrow struct {
	room int
	err  error
}

func (w *narrow) Write(p []byte) (int, error) {
	if n := len(p); n <= w.room {
		w.room -= n
		return n, nil
	}
	n := w.room
	w.room = 0
	return n, w.err
}

// TestLengths: the length of every nested message is stated before it, so that
// what is written has it to the byte, with lengths of one byte and of several.
func TestLengths(t *testing.T) {
	for _, dim := range []int{1, 9, 10, 11, 31, 32, 33, 127, 128, 4000, 4097, 1 << 16} {
		f := fileOf(&head.Head{Kind: "softmax", Dim: dim, Classes: 2, Kernel: make([]float32, 2*dim), Bias: make([]float32, 2), Scale: make([]float32, dim)})
		f.Head.Kernel[2*dim-1] = math.Pi
		d := encode(t, Model{Head: f})
		if k := d.initializers["head_logits_kernel"]; len(k.values) != 2*dim || float32(k.values[2*dim-1]) != math.Pi {
			t.Errorf("%d features: kernel %v", dim, k.dims)
		}
	}
}
