package onnx

import (
	"bytes"
	"encoding/json"
	"fmt"
	"maps"
	"math"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"

	"google.golang.org/protobuf/encoding/protowire"

	"cutpoint/model/head"
)

func random(r *rand.Rand, n int) []float32 {
	v := make([]float32, n)
	for i := range v {
		v[i] = float32(r.NormFloat64())
	}
	return v
}

// heads are all kinds of head, with made-up values.
func heads(r *rand.Rand) map[string]*head.Head {
	affine := func(d, k int) *head.Head {
		return &head.Head{Kind: head.SoftmaxName, Dim: d, Classes: k, Mean: random(r, d), Scale: random(r, d), Kernel: random(r, d*k), Bias: random(r, k)}
	}
	layer := func(in, out int) head.Dense {
		return head.Dense{In: in, Out: out, Kernel: random(r, in*out), Bias: random(r, out)}
	}
	bare := affine(7, 3)
	bare.Mean, bare.Scale = nil, nil
	unit := affine(12, 4)
	unit.Normalize, unit.Mean = true, nil
	centred := affine(5, 2)
	centred.Scale = nil
	deep := affine(6, 3)
	deep.Kernel, deep.Hidden = random(r, 8*3), []head.Dense{layer(6, 9), layer(9, 8)}
	dead := affine(9, 3)
	dead.Scale[4] = 0
	knn := &head.Head{Kind: head.KNNName, Dim: 6, Classes: 4, Normalize: true, Options: map[string]string{"metric": "cosine"},
		Neighbours: &head.Neighbours{K: 3, Pages: layer(6, 20), Classes: make([]int32, 20)}}
	for i := range knn.Neighbours.Classes {
		knn.Neighbours.Classes[i] = int32(i % 4)
		knn.Neighbours.Pages.Bias[i] = 0
	}
	return map[string]*head.Head{"affine": affine(10, 5), "bare": bare, "unit": unit, "centred": centred, "deep": deep, "dead": dead, "knn": knn}
}

func fileOf(h *head.Head) *head.File {
	f := &head.File{Cut: "fc2", Fingerprint: strings.Repeat("ab", 32), Head: h}
	for k := range h.Classes {
		f.Classes = append(f.Classes, fmt.Sprint("class ", k))
	}
	return f
}

func encode(t testing.TB, m Model) *decoded {
	t.Helper()
	var b bytes.Buffer
	if err := m.Write(&b); err != nil {
		t.Fatal(err)
	}
	return decode(t, b.Bytes())
}

// TestHeads: what the operators of the model mean is what the head computes.
func TestHeads(t *testing.T) {
	r := rand.New(rand.NewPCG(1, 2))
	const n = 40
	all := heads(r)
	for _, name := range slices.Sorted(maps.Keys(all)) {
		h := all[name]
		x := random(r, n*h.Dim)
		clear(x[:h.Dim])                   // a page of zeros
		for i := h.Dim; i < 2*h.Dim; i++ { // one whose squares vanish
			x[i] *= 1e-30
		}
		if h.Normalize {
			for i := 2 * h.Dim; i < 3*h.Dim; i++ { // one whose squares overflow
				x[i] *= 1e30
			}
		}
		features := array{[]int{n, h.Dim}, make([]float64, len(x))}
		for i, v := range x {
			features.values[i] = float64(v)
		}
		want, err := h.LogProbabilities(head.Matrix{Values: x, Dim: h.Dim})
		if err != nil {
			t.Fatal(err)
		}
		classes, err := h.Predict(head.Matrix{Values: x, Dim: h.Dim})
		if err != nil || len(classes) != n || len(want) != n*h.Classes {
			t.Fatalf("%s: %d classes and %d log probabilities of %d pages, error %v", name, len(classes), len(want), n, err)
		}
		values := encode(t, Model{Head: fileOf(h)}).evaluate(t, features)
		greatest := 0.0 // of logarithms relative to 1 + |want|, as hidden layers are of float32
		for i, w := range want {
			greatest = max(greatest, math.Abs(values[LogProbabilities].values[i]-w)/(1+math.Abs(w)), math.Abs(values[Probabilities].values[i]-math.Exp(w)))
		}
		t.Logf("%-8s greatest difference %.1e", name, greatest)
		if !(greatest < 5e-6) {
			t.Errorf("%s: probabilities differ by %g", name, greatest)
		}
		for i, c := range classes {
			if int(values[Class].values[i]) != c {
				t.Errorf("%s: page %d is %v, want %d", name, i, values[Class].values[i], c)
			}
		}
	}
}

// TestStructure is the whole of a small model.
func TestStructure(t *testing.T) {
	f := &head.File{Cut: "fc1", Fingerprint: "0123", Classes: []string{"a", "b"}, Head: &head.Head{
		Kind: head.SoftmaxName, Dim: 3, Classes: 2, Mean: []float32{1, 2, 3}, Scale: []float32{4, 5, 6},
		Kernel: []float32{1, 2, 3, 4, 5, 6}, Bias: []float32{7, 8}, Options: map[string]string{"l2": "1"}}}
	d := encode(t, Model{Head: f, Producer: "cutpoint", ProducerVersion: "v1", Doc: "about", InputDoc: "what goes in", Metadata: map[string]string{"more": "said"}})
	var nodes []string
	for _, o := range d.nodes {
		nodes = append(nodes, o.String())
	}
	golden := []string{
		"Sub[features head_mean]->[head_centred] map[]",
		"Mul[head_centred head_scale]->[head_standardised] map[]",
		"Gemm[head_standardised head_logits_kernel head_logits_bias]->[head_logits] map[]",
		"Softmax[head_logits]->[probabilities] map[axis:[1]]",
		"LogSoftmax[head_logits]->[log_probabilities] map[axis:[1]]",
		"ArgMax[head_logits]->[class] map[axis:[1] keepdims:[0]]",
	}
	if !slices.Equal(nodes, golden) {
		t.Errorf("nodes\n%s\nwant\n%s", strings.Join(nodes, "\n"), strings.Join(golden, "\n"))
	}
	if got, want := fmt.Sprint(d.inputs, d.outputs), "[features FLOAT [N 3]] [probabilities FLOAT [N 2] log_probabilities FLOAT [N 2] class INT64 [N]]"; got != want {
		t.Errorf("inputs and outputs are %s, want %s", got, want)
	}
	if got, want := fmt.Sprint(d.initializers), "map[head_logits_bias:{[2] [7 8]} head_logits_kernel:{[3 2] [1 2 3 4 5 6]} head_mean:{[3] [1 2 3]} head_scale:{[3] [4 5 6]}]"; got != want {
		t.Errorf("initializers are %s, want %s", got, want)
	}
	if got, want := fmt.Sprint(d.metadata), `map[cutpoint.classes:["a","b"] cutpoint.cut:fc1 cutpoint.fingerprint:0123 cutpoint.kind:softmax cutpoint.options:{"l2":"1"} more:said]`; got != want {
		t.Errorf("metadata is %s, want %s", got, want)
	}
	if got := d.number(modelIRVersion); got != irVersion {
		t.Errorf("IR version %d", got)
	}
	for field, want := range map[protowire.Number]string{modelProducer: "cutpoint", modelProducerVersion: "v1", modelDoc: "about"} {
		if got := d.texts(field); !slices.Equal(got, []string{want}) {
			t.Errorf("field %d is %q, want %q", field, got, want)
		}
	}
}

// TestHostileNames: whatever a class is called, the file is UTF-8 and the names
// come back.
func TestHostileNames(t *testing.T) {
	names := []string{"", "\x00", "a\nb", `"],"x":["`, "\xff\xfe", strings.Repeat("é", 1<<17), "</script>", "数"}
	h := heads(rand.New(rand.NewPCG(3, 4)))["affine"]
	h.Classes = len(names)
	h.Kernel, h.Bias = make([]float32, h.Dim*len(names)), make([]float32, len(names))
	d := encode(t, Model{Head: &head.File{Cut: "\xff", Fingerprint: "\n\"", Classes: names, Head: h}})
	var got []string
	if err := json.Unmarshal([]byte(d.metadata[keyClasses]), &got); err != nil {
		t.Fatal(err)
	}
	for i, want := range names {
		if want = strings.ToValidUTF8(want, "��"); got[i] != want {
			t.Errorf("class %d is %.20q, want %.20q", i, got[i], want)
		}
	}
	if d.metadata[keyCut] != "�" || d.metadata[keyFingerprint] != "\n\"" {
		t.Errorf("metadata %q, want U+FFFD for what is no UTF-8, and the rest unchanged", d.metadata)
	}
}
