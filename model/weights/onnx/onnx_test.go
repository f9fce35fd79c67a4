package onnx

import (
	"bytes"
	"encoding/binary"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"google.golang.org/protobuf/encoding/protowire"
)

// fields concatenates encoded fields.
func fields(f ...[]byte) []byte { return bytes.Join(f, nil) }

func message(n protowire.Number, b []byte) []byte {
	return protowire.AppendBytes(protowire.AppendTag(nil, n, protowire.BytesType), b)
}

func text(n protowire.Number, s string) []byte { return message(n, []byte(s)) }

func integer(n protowire.Number, v uint64) []byte {
	return protowire.AppendVarint(protowire.AppendTag(nil, n, protowire.VarintType), v)
}

func packed(n protowire.Number, v ...uint64) []byte {
	var b []byte
	for _, x := range v {
		b = protowire.AppendVarint(b, x)
	}
	return message(n, b)
}

// tensorOf is a TensorProto of float32 zeros.
func tensorOf(name string, dims ...uint64) []byte {
	n := uint64(4)
	for _, d := range dims {
		n *= d
	}
	return fields(packed(1, dims...), integer(2, 1), text(8, name), message(9, make([]byte, n)))
}

// operator is a node: "op in in > out", with attributes.
func operator(line string, attributes ...[]byte) []byte {
	in, out, _ := strings.Cut(line, " > ")
	words := strings.Fields(in)
	b := fields(text(3, "node of "+out), text(4, words[0]))
	for _, w := range words[1:] {
		b = append(b, text(1, w)...)
	}
	b = append(b, text(2, out)...)
	for _, a := range attributes {
		b = append(b, message(5, a)...)
	}
	return message(1, b)
}

func ints(name string, v ...uint64) []byte { return fields(text(1, name), packed(8, v...)) }
func oneInt(name string, v uint64) []byte  { return fields(text(1, name), integer(3, v)) }

// initializers are what every test's graph may use.
var initializers = fields(message(5, tensorOf("k", 4, 3, 3, 3)), message(5, tensorOf("b", 4)), message(5, tensorOf("oi", 7, 16)), message(5, tensorOf("io", 16, 7)),
	message(5, tensorOf("c", 7)), message(5, tensorOf("row", 1, 7)))

func modelOf(nodes ...[]byte) []byte {
	return fields(integer(1, 8), text(2, "test"), message(7, fields(initializers, fields(nodes...))))
}

func read(b []byte) (*Model, error) { return Read(bytes.NewReader(b), int64(len(b))) }

// TestFollow has graphs of a convolution and a dense layer as exporters write them.
func TestFollow(t *testing.T) {
	conv := operator("Conv x k b > 1")
	for name, c := range map[string]struct {
		nodes   [][]byte
		kernel  string
		inFirst bool
		hwc     bool
	}{
		"Gemm":             {[][]byte{conv, operator("Relu 1 > 2"), operator("Flatten 2 > 3"), operator("Gemm 3 oi c > 4", oneInt("transB", 1))}, "oi", false, false},
		"Gemm, in first":   {[][]byte{conv, operator("Flatten 1 > 3"), operator("Gemm 3 io c > 4")}, "io", true, false},
		"MatMul and Add":   {[][]byte{conv, operator("Reshape 1 s > 3"), operator("MatMul 3 io > 4"), operator("Add c 4 > 5")}, "io", true, false},
		"a row as a bias":  {[][]byte{conv, operator("MatMul 1 io > 4"), operator("Add 4 row > 5")}, "io", true, false},
		"channels last":    {[][]byte{operator("Transpose x > x1", ints("perm", 0, 3, 1, 2)), operator("Conv x1 k b > 1"), operator("Transpose 1 > 2", ints("perm", 0, 2, 3, 1)), operator("MatMul 2 io > 4"), operator("Add 4 c > 5")}, "io", true, true},
		"there and back":   {[][]byte{conv, operator("Transpose 1 > 2", ints("perm", 0, 2, 3, 1)), operator("Transpose 2 > 3", ints("perm", 0, 3, 1, 2)), operator("MatMul 3 io > 4"), operator("Add 4 c > 5")}, "io", true, false},
		"turned kernel":    {[][]byte{operator("Transpose oi > t", ints("perm", 1, 0)), conv, operator("MatMul 1 t > 4"), operator("Add 4 c > 5")}, "oi", false, false},
		"an alias":         {[][]byte{operator("Identity b > b2"), operator("Conv x k b2 > 1"), operator("Gemm 1 io c > 4")}, "io", true, false},
		"computed shape":   {[][]byte{conv, operator("Shape 1 > s"), operator("Gather s c > s0"), operator("Concat s0 c > s1"), operator("Reshape 1 s1 > 3"), operator("Gemm 3 io c > 4")}, "io", true, false},
		"a Constant":       {[][]byte{operator("Constant > w", fields(text(1, "value"), message(5, tensorOf("", 16, 7)))), conv, operator("Gemm 1 w c > 4")}, "", true, false},
		"no bias in Conv":  {[][]byte{operator("Conv x k > 0"), operator("Add 0 b > 1"), operator("Gemm 1 io c > 4")}, "io", true, false},
		"a Dropout's mask": {[][]byte{conv, operator("Dropout 1 > 2"), operator("Gemm 2 io c > 4"), operator("Softmax 4 > 5")}, "io", true, false},
	} {
		m, err := read(modelOf(c.nodes...))
		if err != nil || len(m.Layers) != 2 {
			t.Errorf("reading a model with %s: %+v, %v; want two layers", name, m, err)
			continue
		}
		l := m.Layers[1]
		if m.Layers[0].Dense || !l.Dense || l.Kernel.Name != c.kernel || l.InFirst != c.inFirst || l.HWC != c.hwc {
			t.Errorf("%s: layer %+v with kernel %+v", name, l, l.Kernel)
		}
		if b := m.Layers[0].Bias; b == nil || len(b.Shape) != 1 || l.Bias == nil || len(l.Bias.Shape) != 1 {
			t.Errorf("%s: biases %+v and %+v", name, b, l.Bias)
		}
	}
}

func TestGraphRefusals(t *testing.T) {
	conv := operator("Conv x k b > 1")
	for name, c := range map[string]struct {
		nodes [][]byte
		want  string
	}{
		"nothing":             {nil, "no convolution"},
		"batch normalisation": {[][]byte{conv, operator("BatchNormalization 1 b b b b > 2")}, "VGG19 with batch normalisation"},
		"quantised":           {[][]byte{operator("DequantizeLinear k b > w")}, "quantised"},
		"normalises itself":   {[][]byte{operator("Sub x m > x1"), conv}, `operator "Sub" before`},
		"another operator":    {[][]byte{conv, operator("Sigmoid 1 > 2")}, `operator "Sigmoid"`},
		"a residual":          {[][]byte{conv, operator("Relu 1 > 2"), operator("Add 2 1 > 3")}, "operator Add"},
		"two biases":          {[][]byte{conv, operator("Add 1 b > 2")}, "operator Add"},
		"a branch":            {[][]byte{conv, operator("Conv x k b > 2")}, "branches"},
		"no values":           {[][]byte{operator("Conv x y z > 1")}, "has no values"},
		"strides":             {[][]byte{operator("Conv x k b > 1", ints("strides", 2, 2))}, "has strides [2 2]"},
		"groups":              {[][]byte{operator("Conv x k b > 1", oneInt("group", 3))}, "has group [3]"},
		"scaled":              {[][]byte{conv, operator("Gemm 1 io c > 2", fields(text(1, "alpha"), protowire.AppendFixed32(protowire.AppendTag(nil, 2, protowire.Fixed32Type), 0x40000000)))}, "is scaled"},
		"turned image":        {[][]byte{conv, operator("Transpose 1 > 2", ints("perm", 3, 2, 1, 0))}, "transposes by"},
	} {
		if _, err := read(modelOf(c.nodes...)); err == nil || !strings.Contains(err.Error(), c.want) {
			t.Errorf("%s: %v, want an error with %q", name, err, c.want)
		}
	}
}

func TestTensorRefusals(t *testing.T) {
	entry := func(k, v string) []byte { return message(13, fields(text(1, k), text(2, v))) }
	for name, c := range map[string]struct {
		tensor []byte
		want   string
	}{
		"too few bytes":   {fields(packed(1, 3), integer(2, 1), text(8, "w"), message(9, make([]byte, 8))), "has 8 bytes of data, and F32 [3] needs 12"},
		"no bytes":        {fields(packed(1, 3), integer(2, 1), text(8, "w")), "has no data"},
		"huge":            {fields(packed(1, 1<<31-1, 1<<31-1, 1<<31-1), integer(2, 1)), "more values than"},
		"negative":        {fields(packed(1, 1<<63), integer(2, 1)), "more values than"},
		"many dimensions": {fields(packed(1, make([]uint64, 33)...), integer(2, 1)), "more than 32"},
		"nowhere":         {fields(packed(1, 3), integer(2, 1), integer(14, 1)), "not named"},
		"bad offset":      {fields(packed(1, 3), integer(2, 1), integer(14, 1), entry("location", "d"), entry("offset", "-1")), `at offset "-1"`},
		"bad length":      {fields(packed(1, 3), integer(2, 1), integer(14, 1), entry("location", "d"), entry("length", "13")), "has 13 bytes"},
		"a long name":     {fields(text(8, strings.Repeat("x", maxText+1))), "too long"},
	} {
		b := fields(integer(1, 8), message(7, message(5, c.tensor)))
		if _, err := read(b); err == nil || !strings.Contains(err.Error(), c.want) {
			t.Errorf("%s: %v, want an error with %q", name, err, c.want)
		}
	}
	for name, want := range map[string]struct {
		tensor []byte
		want   string
	}{
		"strings":    {fields(packed(1, 3), integer(2, 8), text(8, "b")), "type 8"},
		"one by one": {fields(packed(1, 1), integer(2, 10), integer(5, 7), text(8, "b")), "one by one"},
	} {
		b := fields(integer(1, 8), message(7, fields(message(5, tensorOf("k", 4, 3, 3, 3)), message(5, want.tensor), operator("Conv x k b > 1"))))
		m, err := read(b)
		if err != nil || m.Layers[0].Bias == nil || !strings.Contains(m.Layers[0].Bias.Unreadable, want.want) {
			t.Errorf("reading %s: %+v, %v; want a bias that is unreadable for %q", name, m, err, want.want)
		}
	}
}

func TestWireRefusals(t *testing.T) {
	many := bytes.Repeat(integer(99, 1), maxFields+1)
	for name, c := range map[string]struct {
		file []byte
		want string
	}{
		"no graph":        {integer(1, 8), "0 graphs"},
		"two graphs":      {fields(message(7, nil), message(7, nil)), "2 graphs"},
		"a group":         {[]byte{0x3b}, "do not fit"},
		"endless varint":  {bytes.Repeat([]byte{0xff}, 20), "do not fit"},
		"length too long": {[]byte{0x3a, 0xff, 0xff, 0xff, 0xff, 0x0f}, "do not fit"},
		"graph a number":  {integer(7, 1), "do not fit"},
		"many fields":     {many, "fields"},
	} {
		if _, err := read(c.file); err == nil || !strings.Contains(err.Error(), c.want) {
			t.Errorf("%s: %v, want an error with %q", name, err, c.want)
		}
	}
}

// TestUnpackedDims: parsers must take repeated numbers in either form.
func TestUnpackedDims(t *testing.T) {
	k := fields(integer(1, 4), integer(1, 3), integer(1, 3), integer(1, 3), integer(2, 1), text(8, "k"), message(4, make([]byte, 432)))
	m, err := read(fields(integer(1, 8), message(7, fields(message(5, k), operator("Conv x k > 1")))))
	if err != nil || len(m.Layers[0].Kernel.Shape) != 4 || m.Layers[0].Kernel.Size != 432 {
		t.Errorf("reading dims that are not packed: %+v, %v; want a kernel of four dimensions and 432 bytes", m, err)
	}
}

// FuzzRead checks of every model that is read that the tensors of its layers lie in it.
func FuzzRead(f *testing.F) {
	names, err := filepath.Glob("../testdata/*.onnx")
	if err != nil || len(names) == 0 {
		f.Fatalf("%d files, %v", len(names), err)
	}
	for _, name := range names {
		data, err := os.ReadFile(name)
		if err != nil {
			f.Fatal(err)
		}
		f.Add(data)
	}
	f.Add(modelOf(operator("Conv x k b > 1"), operator("MatMul 1 io > 4"), operator("Add 4 row > 5")))
	f.Add(binary.AppendUvarint([]byte{0x3a}, 1<<40))
	f.Fuzz(func(t *testing.T, b []byte) {
		m, err := read(b)
		if err != nil {
			return
		}
		for _, l := range m.Layers {
			for _, x := range []*Tensor{l.Kernel, l.Bias} {
				if x != nil && x.File == "" && (x.Offset < 0 || x.Size < 0 || x.Offset+x.Size > int64(len(b))) {
					t.Fatalf("%+v of %d bytes", x, len(b))
				}
			}
		}
	})
}
