package weights

import (
	"fmt"
	"regexp"
	"strings"

	"cutpoint/model"
)

// vocabulary is how one library names, lays out and feeds VGG19.
type vocabulary struct {
	library    string
	outFirst   bool // (out, in, height, width), (out, in), and pool5 flattened as CHW
	preprocess model.Preprocess
	layers     map[string]int // from the library's layer name to the index of Weights.Params
	names      []string       // the other way, under the first of several names
	kernel     string         // how the kernel's name ends, e.g. "/kernel"
	bias       string
	split      func(name string) (layer string, part part)
}

// part says which of a layer's two tensors a name means.
type part int

const (
	neither part = iota
	kernel
	bias
	statistic // a running mean or variance of batch normalisation
)

// tensorName returns the usual name of a tensor in the vocabulary.
func (v *vocabulary) tensorName(layer int, p part) string {
	if p == kernel {
		return v.names[layer] + v.kernel
	}
	return v.names[layer] + v.bias
}

func keras(layers []model.Layer) *vocabulary {
	v := &vocabulary{library: "Keras", preprocess: model.Caffe(), layers: map[string]int{}, kernel: "/kernel", bias: "/bias", split: splitKeras}
	counts := map[string]int{}
	for _, l := range layers {
		if l.KernelLen() == 0 {
			continue
		}
		class := map[model.Kind]string{model.Conv3x3: "conv2d", model.Dense: "dense"}[l.Kind]
		counted := countedPrefix + class
		if n := counts[class]; n > 0 {
			counted += fmt.Sprintf("_%d", n)
		}
		counts[class]++
		v.layers[counted] = len(v.names)
		v.layers[l.Name] = len(v.names)
		v.names = append(v.names, l.Name)
	}
	return v
}

// countedPrefix precedes the layer names of Keras 3's files, which are those of the classes
// with a count: the third convolution is conv2d_2 there whatever its name is in the
// model (keras/src/saving/saving_lib.py, _save_container_state). In files of other
// kinds conv2d_2 is some layer of the user.
const countedPrefix = "vars/"

var countedLayer = regexp.MustCompile(`^(conv2d|dense|batch_normalization)(_\d+)?$`)

// torchvision counts a convolution as two modules of `features` (with its ReLU),
// a pool as one, and a dense layer as three of `classifier` (with ReLU and
// dropout): torchvision/models/vgg.py. timm has the same convolutions and names
// the dense layers otherwise, fc1 being a 7×7 convolution with the same values in
// the same order: timm/models/vgg.py.
func torchvision(layers []model.Layer) *vocabulary {
	v := &vocabulary{library: "torchvision", outFirst: true, preprocess: model.Torch(), layers: map[string]int{}, kernel: ".weight", bias: ".bias", split: splitTorch}
	timm := map[string]string{"fc1": "pre_logits.fc1", "fc2": "pre_logits.fc2", "predictions": "head.fc"}
	features, classifier := 0, 0
	for _, l := range layers {
		name := ""
		switch l.Kind {
		case model.Conv3x3:
			name = fmt.Sprintf("features.%d", features)
			features += 2
		case model.MaxPool:
			features++
			continue
		case model.Dense:
			name = fmt.Sprintf("classifier.%d", classifier)
			classifier += 3
			v.layers[timm[l.Name]] = len(v.names)
		}
		v.layers[name] = len(v.names)
		v.names = append(v.names, name)
	}
	return v
}

// kerasCount is the number that Keras 1 and TensorFlow add to names that are
// already taken: block1_conv1_W_1.
var kerasCount = regexp.MustCompile(`_\d+$`)

// splitKeras reads the names of Keras's files of all ages:
// block1_conv1/kernel, block1_conv1/block1_conv1/kernel:0,
// block1_conv1/block1_conv1_W_1:0, layers/conv2d/vars/0. The state of an optimiser,
// whose names resemble those of its tensors, is left out.
func splitKeras(name string) (string, part) {
	steps := strings.Split(name, "/")
	if len(steps) < 2 || strings.HasPrefix(steps[0], "optimizer") {
		return "", neither
	}
	layer := steps[len(steps)-2]
	if layer == "vars" && len(steps) > 2 {
		return splitCounted(steps[len(steps)-3], steps[len(steps)-1])
	}
	variable := strings.TrimSuffix(steps[len(steps)-1], ":0")
	variable = strings.TrimPrefix(variable, layer+"_")
	switch kerasCount.ReplaceAllString(variable, "") {
	case "kernel", "W":
		return layer, kernel
	case "bias", "b":
		return layer, bias
	case "moving_mean", "moving_variance":
		return layer, statistic
	}
	return "", neither
}

// splitCounted reads a name of Keras 3's .weights.h5: a layer and the number of its
// variable.
func splitCounted(layer, variable string) (string, part) {
	p := map[string]part{"0": kernel, "1": bias}[variable]
	if m := countedLayer.FindStringSubmatch(layer); m != nil {
		layer = countedPrefix + layer
		if m[1] == "batch_normalization" {
			p = statistic
		}
	}
	return layer, p
}

// torchName allows the prefixes that DataParallel, torch.compile and a wrapping
// module leave behind.
var torchName = regexp.MustCompile(`^(?:module\.|_orig_mod\.|model\.)*((?:features|classifier)\.\d+|pre_logits\.fc\d|head\.fc)\.(\w+)$`)

func splitTorch(name string) (string, part) {
	m := torchName.FindStringSubmatch(name)
	if m == nil {
		return "", neither
	}
	switch m[2] {
	case "weight":
		return m[1], kernel
	case "bias":
		return m[1], bias
	case "running_mean", "running_var":
		return m[1], statistic
	}
	return "", neither
}

// trunkLayer matches layer names that only the convolutional part of a VGG has.
// Where such a layer is not VGG19's, the file is another network. Other unknown
// names may be a head that someone trained on top and are ignored.
var trunkLayer = regexp.MustCompile(`^(features\.\d+|block\d+_\w+|` + countedPrefix + `(conv2d|batch_normalization)\w*)$`)
