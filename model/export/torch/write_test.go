package torch

import (
	"bytes"
	"encoding/binary"
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"math"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"

	"cutpoint/model"
	"cutpoint/model/head"
	"cutpoint/model/weights/safetensors"
)

// written is a file as safetensors' readers see it.
type written struct {
	metadata map[string]string
	names    []string // "0.weight [3 10]" in the order of the bytes
	values   map[string][]float32
}

func write(t *testing.T, d Dictionary) written {
	t.Helper()
	var b bytes.Buffer
	if err := d.Write(&b); err != nil {
		t.Fatal(err)
	}
	raw := b.Bytes()
	h, err := safetensors.ReadHeader(bytes.NewReader(raw), int64(len(raw)))
	if err != nil {
		t.Fatal(err)
	}
	f := written{metadata: h.Metadata, values: map[string][]float32{}}
	for _, x := range h.Tensors {
		f.names = append(f.names, fmt.Sprint(x.Name, " ", x.Shape))
		values := make([]float32, x.Size/4)
		if _, err := binary.Decode(raw[x.Offset:x.Offset+x.Size], binary.LittleEndian, values); err != nil {
			t.Fatal(err)
		}
		f.values[x.Name] = values
	}
	return f
}

func random(r *rand.Rand, n int) []float32 {
	v := make([]float32, n)
	for i := range v {
		v[i] = float32(r.NormFloat64())
	}
	return v
}

func fileOf(h *head.Head, cut string) *head.File {
	f := &head.File{Cut: cut, Fingerprint: "0123", Head: h}
	for k := range h.Classes {
		f.Classes = append(f.Classes, fmt.Sprint("class\n", k))
	}
	return f
}

func heads(r *rand.Rand) map[string]*head.Head {
	affine := func() *head.Head {
		return &head.Head{Kind: head.SoftmaxName, Dim: 10, Classes: 3, Mean: random(r, 10), Scale: random(r, 10), Kernel: random(r, 30), Bias: random(r, 3)}
	}
	bare, centred, scaled, deep := affine(), affine(), affine(), affine()
	bare.Mean, bare.Scale, centred.Scale, scaled.Mean = nil, nil, nil, nil
	deep.Hidden = []head.Dense{{In: 10, Out: 8, Kernel: random(r, 80), Bias: random(r, 8)}, {In: 8, Out: 5, Kernel: random(r, 40), Bias: random(r, 5)}}
	deep.Kernel = random(r, 15)
	return map[string]*head.Head{"affine": affine(), "bare": bare, "centred": centred, "scaled": scaled, "deep": deep}
}

// logProbabilities computes nn.Sequential(Linear, ReLU, Linear, …) and a log
// softmax for one vector.
func (f written) logProbabilities(x []float64) []float64 {
	for i := 0; ; i += 2 {
		w, b := f.values[fmt.Sprint(i, ".weight")], f.values[fmt.Sprint(i, ".bias")]
		if w == nil {
			break
		}
		y := make([]float64, len(b))
		for o := range y {
			if i > 0 && o == 0 {
				for j, v := range x {
					x[j] = max(v, 0)
				}
			}
			y[o] = float64(b[o])
			for j, v := range x {
				y[o] += v * float64(w[o*len(x)+j])
			}
		}
		x = y
	}
	top, sum := slices.Max(x), 0.0
	for _, v := range x {
		sum += math.Exp(v - top)
	}
	for k := range x {
		x[k] -= top + math.Log(sum)
	}
	return x
}

// TestHeads: the layers alone, without a standardisation, give what the head gives.
func TestHeads(t *testing.T) {
	r := rand.New(rand.NewPCG(5, 6))
	all := heads(r)
	for _, name := range slices.Sorted(maps.Keys(all)) {
		h := all[name]
		f := write(t, Dictionary{Head: fileOf(h, "fc2")})
		x := random(r, 20*h.Dim)
		want, err := h.LogProbabilities(head.Matrix{Values: x, Dim: h.Dim})
		if err != nil {
			t.Fatal(err)
		}
		greatest := 0.0 // relative to 1 + |want|, as the layers before are of float32
		for n := range 20 {
			row := make([]float64, h.Dim)
			for i := range row {
				row[i] = float64(x[n*h.Dim+i])
			}
			for k, got := range f.logProbabilities(row) {
				w := want[n*h.Classes+k]
				greatest = max(greatest, math.Abs(got-w)/(1+math.Abs(w)))
			}
		}
		t.Logf("%-8s greatest difference %.1e", name, greatest)
		if !(greatest < 5e-6) {
			t.Errorf("%s: log probabilities differ by %g", name, greatest)
		}
	}
}

func TestNamesAndMetadata(t *testing.T) {
	r := rand.New(rand.NewPCG(7, 8))
	deep := heads(r)["deep"]
	f := write(t, Dictionary{Head: fileOf(deep, "fc2"), Metadata: map[string]string{"more": "said"}})
	if got, want := fmt.Sprint(f.names), "[0.weight [8 10] 0.bias [8] 2.weight [5 8] 2.bias [5] 4.weight [3 5] 4.bias [3]]"; got != want {
		t.Errorf("tensors %s, want %s", got, want)
	}
	if got, want := f.metadata[keyModule], "net = torch.nn.Sequential(torch.nn.Linear(10, 8), torch.nn.ReLU(), torch.nn.Linear(8, 5), torch.nn.ReLU(), torch.nn.Linear(5, 3))"; got != want {
		t.Errorf("module %s, want %s", got, want)
	}
	var classes []string
	if err := json.Unmarshal([]byte(f.metadata[keyClasses]), &classes); err != nil || classes[2] != "class\n2" {
		t.Errorf("classes %q, error %v", classes, err)
	}
	if f.metadata["more"] != "said" || f.metadata[keyFormat] != "pt" || f.metadata[keyFingerprint] != "0123" {
		t.Errorf("metadata %q, want more, format and fingerprint as given", f.metadata)
	}
	deep.Normalize = true
	if f := write(t, Dictionary{Head: fileOf(deep, "fc2")}); !strings.Contains(f.metadata[keyModule], "normalize") {
		t.Errorf("module %s says nothing of the vectors' length", f.metadata[keyModule])
	}
}

// weightsOf makes the parameters of n layers. Zeros cost no memory until they are
// written or read.
func weightsOf(n int) *model.Weights {
	w := &model.Weights{Source: "made up", Preprocess: model.Torch()}
	for _, l := range model.ParameterLayers()[:n] {
		w.Params = append(w.Params, model.Params{Kernel: make([]float32, l.KernelLen()), Bias: make([]float32, l.BiasLen())})
	}
	return w
}

func plain(dim int) *head.Head {
	return &head.Head{Kind: head.SoftmaxName, Dim: dim, Classes: 2, Kernel: make([]float32, 2*dim), Bias: make([]float32, 2)}
}

// TestTrunk is a whole file of a head on the first pool's map, which PyTorch
// flattens with its channels first.
func TestTrunk(t *testing.T) {
	const c, pixels = 64, 112 * 112
	w, h := weightsOf(2), plain(pixels*c)
	for i := range w.Params[0].Kernel {
		w.Params[0].Kernel[i] = float32(i)
	}
	for i := range h.Kernel {
		h.Kernel[i] = float32(i)
	}
	f := write(t, Dictionary{Head: fileOf(h, "pool1"), Trunk: w})
	want := "[features.0.weight [64 3 3 3] features.0.bias [64] features.2.weight [64 64 3 3] features.2.bias [64] classifier.0.weight [2 802816] classifier.0.bias [2]]"
	if got := fmt.Sprint(f.names); got != want {
		t.Errorf("tensors %s, want %s", got, want)
	}
	if f.metadata[keyPreprocess] != "torch" {
		t.Errorf("preprocess %q, want torch", f.metadata[keyPreprocess])
	}
	// (out 5, in 2, y 1, x 0) of (y, x, in, out)
	if got, want := f.values["features.0.weight"][5*27+2*9+1*3+0], float32(((1*3+0)*3+2)*64+5); got != want {
		t.Errorf("kernel value %v, want %v", got, want)
	}
	// class 1, channel 63, pixel 700 of (pixel, channel, class)
	if got, want := f.values["classifier.0.weight"][(1*c+63)*pixels+700], float32((700*c+63)*2+1); got != want {
		t.Errorf("classifier value %v, want %v", got, want)
	}
}

// TestTrunkShapes: which modules there are for each cut. The tensors are not
// written.
func TestTrunkShapes(t *testing.T) {
	w := weightsOf(19)
	for name, want := range map[string]struct{ last, module string }{
		"pool2-max": {"classifier.0.bias [2]", "net.features = net.features[:10]\nnet.avgpool = torch.nn.AdaptiveMaxPool2d(1)\nnet.classifier = torch.nn.Sequential(torch.nn.Linear(128, 2))\n"},
		"pool5-avg": {"classifier.0.bias [2]", "net.features = net.features[:37]\nnet.avgpool = torch.nn.AdaptiveAvgPool2d(1)\n"},
		"pool5":     {"classifier.0.bias [2]", "net.avgpool = torch.nn.Identity()\nnet.classifier = torch.nn.Sequential(torch.nn.Linear(25088, 2))\n"},
		"fc1":       {"classifier.3.bias [2]", "torch.nn.Linear(25088, 4096), torch.nn.ReLU(), torch.nn.Dropout(), torch.nn.Linear(4096, 2))\n"},
		"fc2":       {"classifier.6.bias [2]", "torch.nn.Linear(4096, 4096), torch.nn.ReLU(), torch.nn.Dropout(), torch.nn.Linear(4096, 2))\n"},
	} {
		cut, err := model.ParseCut(name)
		if err != nil {
			t.Fatal(err)
		}
		d := Dictionary{Head: fileOf(plain(cut.Dim()), name), Trunk: w}
		list, err := d.tensors()
		if err != nil {
			t.Fatal(err)
		}
		last := list[len(list)-1]
		if got := fmt.Sprint(last.name, " ", last.Shape); got != want.last {
			t.Errorf("%s: ends with %s, want %s", name, got, want.last)
		}
		if module := d.Module(); !strings.Contains(module, want.module) {
			t.Errorf("%s: module\n%s\nlacks %q", name, module, want.module)
		}
	}
}

// TestRefusals: one sentence, before anything is written.
func TestRefusals(t *testing.T) {
	knn := plain(4096)
	knn.Kind, knn.Neighbours = head.KNNName, &head.Neighbours{K: 1}
	unit := plain(4096)
	unit.Normalize = true
	short := plain(4096)
	short.Bias = nil
	for name, test := range map[string]struct {
		d    Dictionary
		want string
	}{
		"knn":            {Dictionary{Head: fileOf(knn, "fc2")}, "write it as ONNX"},
		"unit length":    {Dictionary{Head: fileOf(unit, "fc2"), Trunk: weightsOf(19)}, "vectors of length 1"},
		"predictions":    {Dictionary{Head: fileOf(plain(1000), "predictions"), Trunk: weightsOf(19)}, "behind a softmax"},
		"no such cut":    {Dictionary{Head: fileOf(plain(9), "fc9"), Trunk: weightsOf(2)}, `unknown cut "fc9"`},
		"another length": {Dictionary{Head: fileOf(plain(9), "fc2"), Trunk: weightsOf(2)}, "takes 9 values and cut fc2 has 4096"},
		"no top":         {Dictionary{Head: fileOf(plain(4096), "fc2"), Trunk: weightsOf(16)}, "have none"},
		"too few layers": {Dictionary{Head: fileOf(plain(128), "pool2-avg"), Trunk: weightsOf(2)}, "have 2 layers, and cut pool2-avg needs 4"},
		"values missing": {Dictionary{Head: fileOf(short, "fc2")}, "layer 0 of 4096 to 2 values"},
	} {
		var b bytes.Buffer
		if err := test.d.Write(&b); err == nil || !strings.Contains(err.Error(), test.want) || b.Len() > 0 {
			t.Errorf("%s: error %v, %d bytes", name, err, b.Len())
		}
	}
	if err := (&Dictionary{Head: fileOf(knn, "fc2")}).Write(nil); !errors.Is(err, ErrNoLayers) {
		t.Errorf("write knn: error %v, want %v", err, ErrNoLayers)
	}
}
