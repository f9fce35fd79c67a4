package weights

import (
	"context"
	"errors"
	"io/fs"
	"math"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"cutpoint/model"
)

func sameParams(t *testing.T, got, want []model.Params) {
	t.Helper()
	if len(got) != len(want) {
		t.Fatalf("%d layers, want %d", len(got), len(want))
	}
	for i := range want {
		if !slices.Equal(got[i].Kernel, want[i].Kernel) {
			t.Errorf("the kernel of layer %d differs:\n%v\n%v", i, got[i].Kernel, want[i].Kernel)
		}
		if !slices.Equal(got[i].Bias, want[i].Bias) {
			t.Errorf("the bias of layer %d differs:\n%v\n%v", i, got[i].Bias, want[i].Bias)
		}
	}
}

// renamed gives tensors other names.
func renamed(tensors map[string]array, rename func(string) string) map[string]array {
	m := map[string]array{}
	for name, t := range tensors {
		m[rename(name)] = t
	}
	return m
}

// timm stores dense layers as convolutions.
func timm() map[string]array {
	m := renamed(torchTensors(), strings.NewReplacer("classifier.0", "pre_logits.fc1", "classifier.3", "pre_logits.fc2", "classifier.6", "head.fc").Replace)
	m["pre_logits.fc1.weight"] = array{[]int{70, 5, 2, 2}, m["pre_logits.fc1.weight"].values}
	m["pre_logits.fc2.weight"] = array{[]int{6, 70, 1, 1}, m["pre_logits.fc2.weight"].values}
	return m
}

// keras2 are the names of Keras 1 and 2 and their files.
func keras2(suffixes ...string) func(string) string {
	return func(name string) string {
		layer, part, _ := strings.Cut(name, "/")
		if part == "kernel" {
			return layer + "/" + layer + suffixes[0]
		}
		return layer + "/" + layer + suffixes[1]
	}
}

// keras3 are the names that Keras 3.15 gave VGG19's tensors in a .weights.h5 file: by
// class and count, whatever the layers are called.
func keras3(prefix string) func(string) string {
	return strings.NewReplacer("block1_conv1", prefix+"conv2d", "block2_conv1", prefix+"conv2d_1", "fc1", prefix+"dense", "fc2", prefix+"dense_1",
		"predictions", prefix+"dense_2", "kernel", "vars/0", "bias", "vars/1").Replace
}

func TestVocabularies(t *testing.T) {
	prefix := func(p string) func(string) string { return func(name string) string { return p + name } }
	suffix := func(s string) func(string) string { return func(name string) string { return name + s } }
	caffe, torch := model.Caffe(), model.Torch()
	for _, test := range []struct {
		name       string
		tensors    map[string]array
		preprocess model.Preprocess
	}{
		{"Keras", kerasTensors(), caffe},
		{"Keras :0", renamed(kerasTensors(), suffix(":0")), caffe},
		{"Keras W_1", renamed(kerasTensors(), keras2("_W_1:0", "_b_1:0")), caffe},
		{"Keras W", renamed(kerasTensors(), keras2("_W", "_b")), caffe},
		{"Keras doubled", renamed(kerasTensors(), keras2("/kernel:0", "/bias:0")), caffe},
		{"Keras whole model", renamed(kerasTensors(), prefix("model_weights/vgg19/")), caffe},
		{"Keras 3 .weights.h5", renamed(kerasTensors(), keras3("layers/")), caffe},
		{"Keras 3 .weights.h5, nested", renamed(kerasTensors(), keras3("layers/functional/layers/")), caffe},
		{"torchvision", torchTensors(), torch},
		{"torchvision in DataParallel", renamed(torchTensors(), prefix("module.")), torch},
		{"torchvision in a compiled model", renamed(torchTensors(), prefix("model._orig_mod.")), torch},
		{"timm", timm(), torch},
	} {
		t.Run(test.name, func(t *testing.T) {
			w, err := openTiny(t, safetensorsOf(test.tensors, f32, nil))
			if err != nil {
				t.Fatal(err)
			}
			sameParams(t, w.Params, tinyParams())
			if w.Preprocess != test.preprocess {
				t.Errorf("preprocess %s, want %s", w.Preprocess.Name, test.preprocess.Name)
			}
			if w.Source != "tiny.bin" {
				t.Errorf("source %q, want tiny.bin", w.Source)
			}
		})
	}
}

func TestElements(t *testing.T) {
	for _, e := range []element{f16, bf16, f32, f64} {
		for library, tensors := range map[string]map[string]array{"Keras": kerasTensors(), "torchvision": torchTensors()} {
			t.Run(string(e)+" "+library, func(t *testing.T) {
				w, err := loadTiny(safetensorsOf(tensors, e, nil))
				if err != nil {
					t.Fatal(err)
				}
				sameParams(t, w.Params, tinyParams())
			})
		}
	}
}

// TestHDF5 reads what h5py and Keras wrote (testdata/README.md).
func TestHDF5(t *testing.T) {
	for _, name := range []string{"keras1.h5", "keras2.h5", "model.h5", "latest.h5", "keras3.weights.h5"} {
		w, err := open(context.Background(), filepath.Join("testdata", name), tiny())
		if err != nil {
			t.Fatal(err)
		}
		sameParams(t, w.Params, tinyParams())
		if w.Preprocess != model.Caffe() || w.Source != name {
			t.Errorf("preprocess %s, source %s", w.Preprocess.Name, w.Source)
		}
	}
	_, err := open(context.Background(), filepath.Join("testdata", "gzip.h5"), tiny())
	if err == nil || !strings.Contains(err.Error(), "tensor fc1/kernel:0 is stored in chunks") {
		t.Errorf("a compressed file gives %v", err)
	}
}

func TestNoTop(t *testing.T) {
	for library, tensors := range map[string]map[string]array{"Keras": kerasTensors(), "torchvision": torchTensors()} {
		for name := range tensors {
			if !strings.HasPrefix(name, "block") && !strings.HasPrefix(name, "features") {
				delete(tensors, name)
			}
		}
		tensors["dense_1/kernel"] = array{[]int{2}, []float32{1, 2}} // a head of the user's own
		w, err := loadTiny(safetensorsOf(tensors, f32, nil))
		if err != nil {
			t.Fatalf("open weights of %s: %v", library, err)
		}
		sameParams(t, w.Params, tinyParams()[:2])
	}
}

func TestMetadataDecidesPreprocess(t *testing.T) {
	for name, want := range map[string]model.Preprocess{"caffe": model.Caffe(), "torch": model.Torch()} {
		w, err := loadTiny(safetensorsOf(kerasTensors(), f32, map[string]string{"preprocess": name}))
		if err != nil || w.Preprocess != want {
			t.Errorf("weights whose metadata say %s: %v, %v; want preprocess %+v", name, w, err, want)
		}
	}
	_, err := loadTiny(safetensorsOf(kerasTensors(), f32, map[string]string{"preprocess": "tf"}))
	if err == nil || !strings.Contains(err.Error(), `"tf"`) {
		t.Errorf("an unknown preprocessing gives %v", err)
	}
}

// TestStrangersAreIgnored adds what users' files have besides the network.
func TestStrangersAreIgnored(t *testing.T) {
	tensors := kerasTensors()
	for _, name := range []string{"step", "optimizer_weights/Adam/block1_conv1/kernel", "batch_normalization/moving_mean", "dense/kernel", "conv2d/kernel", "optimizer/vars/0", "layers/batch/vars/7"} {
		tensors[name] = array{[]int{1}, []float32{1}}
	}
	w, err := loadTiny(safetensorsOf(tensors, f32, nil))
	if err != nil {
		t.Fatal(err)
	}
	sameParams(t, w.Params, tinyParams())
}

func TestOtherNetworks(t *testing.T) {
	with := func(tensors map[string]array, name string, shape ...int) map[string]array {
		n := 1
		for _, k := range shape {
			n *= k
		}
		tensors[name] = array{shape, make([]float32, n)}
		return tensors
	}
	without := func(tensors map[string]array, name string) map[string]array {
		delete(tensors, name)
		return tensors
	}
	both := kerasTensors()
	for name, a := range torchTensors() {
		both[name] = a
	}
	nan := kerasTensors()
	nan["fc2/kernel"].values[8] = float32(math.NaN())
	for _, test := range []struct {
		name    string
		tensors map[string]array
		element element
		want    string
	}{
		{"nothing", nil, f32, "no tensors"},
		{"another", map[string]array{"conv1.weight": {[]int{1}, []float32{1}}}, f32, `the first is "conv1.weight"`},
		{"both", both, f32, "keep those of one"},
		{"batch normalisation", with(torchTensors(), "features.1.running_mean", 4), f32, "VGG19 with batch normalisation"},
		{"batch normalisation in Keras", with(kerasTensors(), "block1_bn1/moving_mean", 4), f32, "VGG19 with batch normalisation"},
		{"batch normalisation in Keras 3", with(renamed(kerasTensors(), keras3("layers/")), "layers/batch_normalization/vars/2", 4), f32, "VGG19 with batch normalisation"},
		{"more convolutions in Keras 3", with(renamed(kerasTensors(), keras3("layers/")), "layers/conv2d_2/vars/0", 3, 3, 5, 5), f32, "tensor layers/conv2d_2/vars/0 is not part of VGG19: the file has 3 convolutions"},
		{"missing kernel", without(kerasTensors(), "block2_conv1/kernel"), f32, "tensor block2_conv1/kernel is missing: the file has 1 convolutions, and VGG19 has 2"},
		{"missing bias", without(torchTensors(), "features.3.bias"), f32, "tensor features.3.bias is missing"},
		{"part of the top", without(torchTensors(), "classifier.3.weight"), f32, "tensor classifier.3.weight is missing"},
		{"more convolutions", with(kerasTensors(), "block2_conv2/kernel", 3, 3, 5, 5), f32, "tensor block2_conv2/kernel is not part of VGG19: the file has 3 convolutions"},
		{"other convolutions", with(torchTensors(), "features.6.weight", 5, 5, 3, 3), f32, "tensor features.6.weight is not part of VGG19"},
		{"other shape", with(kerasTensors(), "block1_conv1/kernel", 4, 3, 3, 3), f32, "shape [4 3 3 3], want [3 3 3 4]"},
		{"own classifier", with(torchTensors(), "classifier.6.weight", 2, 6), f32, "leave out the dense layers"},
		{"twice", with(kerasTensors(), "block1_conv1/block1_conv1_W_1:0", 3, 3, 3, 4), f32, "are both block1_conv1/kernel"},
		{"integers", kerasTensors(), "I64", "holds I64: only F32"},
		{"NaN", nan, f32, "tensor fc2/kernel holds NaN at value 8"},
	} {
		_, err := loadTiny(safetensorsOf(test.tensors, test.element, nil))
		if err == nil || !strings.Contains(err.Error(), test.want) {
			t.Errorf("%s: %v, want an error with %q", test.name, err, test.want)
		}
	}
}

func TestOtherVGG(t *testing.T) {
	// VGG16 in torchvision's and in Keras's names, without values.
	torch, keras := &catalogue{}, &catalogue{}
	for _, i := range []string{"0", "2", "5", "7", "10", "12", "14", "17", "19", "21", "24", "26", "28"} {
		torch.tensors = append(torch.tensors, tensor{name: "features." + i + ".weight", shape: []int{1, 1, 3, 3}}, tensor{name: "features." + i + ".bias"})
	}
	for _, l := range withParameters(model.Layers()) {
		if l.Kind == model.Conv3x3 && !strings.HasSuffix(l.Name, "conv4") {
			keras.tensors = append(keras.tensors, tensor{name: l.Name + "/kernel", shape: []int{3, 3, l.In.C, l.Out.C}}, tensor{name: l.Name + "/bias", shape: []int{l.Out.C}, element: f32})
			keras.tensors[len(keras.tensors)-2].element = f32
		}
	}
	for c, want := range map[*catalogue]string{torch: "features.17.weight is not part of VGG19", keras: "block3_conv4/kernel is missing"} {
		_, err := match(c, model.Layers())
		if err == nil || !strings.Contains(err.Error(), want) || !strings.Contains(err.Error(), "13 convolutions, as VGG16 has, and VGG19 has 16") {
			t.Errorf("match VGG16: error %v, want %q", err, want)
		}
	}
}

func TestTorchvisionIndices(t *testing.T) {
	want := []string{"features.0", "features.2", "features.5", "features.7", "features.10", "features.12", "features.14", "features.16",
		"features.19", "features.21", "features.23", "features.25", "features.28", "features.30", "features.32", "features.34",
		"classifier.0", "classifier.3", "classifier.6"}
	if got := torchvision(model.Layers()).names; !slices.Equal(got, want) {
		t.Errorf("torchvision's names: %v, want %v", got, want)
	}
}

func TestOtherFormats(t *testing.T) {
	for content, want := range map[string]string{
		"":                                   "is empty",
		"PK\x03\x04\x14\x00archive/data.pkl": "ZIP directory",
		"\x80\x02}q\x00(X\x01":               "cut off",
		"\n<!DOCTYPE html><html>":            "HTML",
		"<html>":                             "HTML",
		"version https://git-lfs.github.com": "git lfs pull",
		"\x1f\x8b\x08":                       "gunzip",
		"\x08\x08\x12\x07pytorch\x1a\x052.0": "cut off or damaged",
		"{\"weight_map\": {}}":               "JSON",
		"no weights":                         "unknown",
		"\x89HDF\r\n\x1a\n\x00":              "cut off",
		"\x10\x00\x00\x00\x00\x00\x00\x00{":  "cut off",
	} {
		_, err := openTiny(t, []byte(content))
		if err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%q: %v, want an error with %q", content, err, want)
		}
	}
}

func TestSources(t *testing.T) {
	folder := t.TempDir()
	missing := filepath.Join(folder, "missing.safetensors")
	for source, want := range map[string]string{
		"":                            "no source is given",
		missing:                       "there is no such file: weights are random:SEED, a .safetensors file",
		folder:                        "without the model.json",
		"random:":                     "a seed is a whole number",
		"random:-1":                   "a seed is a whole number",
		"random:0x10":                 "a seed is a whole number",
		"random:18446744073709551616": "a seed is a whole number",
	} {
		_, err := Open(context.Background(), source)
		if err == nil || !strings.Contains(err.Error(), want) || !strings.Contains(err.Error(), source) {
			t.Errorf("%q: %v, want an error with %q", source, err, want)
		}
	}
	if _, err := Open(context.Background(), missing); !errors.Is(err, fs.ErrNotExist) {
		t.Errorf("%v is not fs.ErrNotExist", err)
	}
}

func TestCancelled(t *testing.T) {
	path := filepath.Join(t.TempDir(), "tiny.safetensors")
	if err := os.WriteFile(path, safetensorsOf(kerasTensors(), f32, nil), 0o600); err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithCancel(context.Background())
	cancel()
	for _, source := range []string{path, "random:1"} {
		if _, err := open(ctx, source, tiny()); !errors.Is(err, context.Canceled) {
			t.Errorf("%s: %v, want context.Canceled", source, err)
		}
	}
}

// TestCutOff cuts whole files at every byte.
func TestCutOff(t *testing.T) {
	h5, err := os.ReadFile(filepath.Join("testdata", "keras1.h5"))
	if err != nil {
		t.Fatal(err)
	}
	for _, b := range [][]byte{h5, safetensorsOf(torchTensors(), bf16, nil)} {
		for n := range b {
			if _, err := loadTiny(b[:n]); err == nil {
				t.Fatalf("cut to %d bytes of %d: no error", n, len(b))
			}
		}
	}
}

func FuzzOpen(f *testing.F) {
	f.Add(safetensorsOf(kerasTensors(), f16, nil))
	f.Add(safetensorsOf(torchTensors(), bf16, map[string]string{"preprocess": "torch"}))
	f.Fuzz(func(t *testing.T, b []byte) {
		if w, err := loadTiny(b); err == nil && len(w.Params) != 2 && len(w.Params) != 5 {
			t.Fatalf("%d layers loaded, want 2 or 5", len(w.Params))
		}
	})
}

// FuzzPTH is seeded with files that torch.save wrote, in both of its layouts.
func FuzzPTH(f *testing.F) {
	names, err := filepath.Glob("testdata/*.pth")
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
	f.Fuzz(func(t *testing.T, b []byte) {
		if w, err := loadTiny(b); err == nil && len(w.Params) != 2 && len(w.Params) != 5 {
			t.Fatalf("%d layers loaded, want 2 or 5", len(w.Params))
		}
	})
}
