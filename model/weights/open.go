package weights

import (
	"context"
	"errors"
	"fmt"
	"path/filepath"
	"strings"

	"cutpoint/model"
)

// accepted is what every refusal of a source ends with.
const accepted = "weights are random:SEED, a .safetensors file with Keras's or torchvision's names, PyTorch's .pth with a state_dict, an ONNX model, a TensorFlow.js layers model (its model.json or folder), or Keras's .h5 file, which ./scripts/fetch-weights gets"

// Open reads VGG19's weights from source: "random:SEED" for values made up from
// a decimal uint64 (see the package's random.go), otherwise a file's path. A file
// without fully connected layers gives the 16 convolutions only. Tensors that are
// not part of VGG19 are ignored, except those that show the file to be another
// network, such as batch normalisation.
func Open(ctx context.Context, source string) (*model.Weights, error) {
	w, err := open(ctx, source, model.Layers())
	if err != nil {
		return nil, fmt.Errorf("open weights %s: %w", source, err)
	}
	return w, nil
}

// open is Open for any network of VGG19's kind, so that tests can use small ones.
func open(ctx context.Context, source string, layers []model.Layer) (*model.Weights, error) {
	if seed, ok := strings.CutPrefix(source, "random:"); ok {
		return random(ctx, seed, layers)
	}
	if source == "" {
		return nil, errors.New("no source is given: " + accepted)
	}
	f, err := openFile(source)
	if err != nil {
		return nil, err
	}
	defer f.close()
	c, err := readCatalogue(f, f.size, &f.folder, layers)
	if err != nil {
		return nil, err
	}
	w, err := load(ctx, f, c, layers)
	if err != nil {
		return nil, err
	}
	w.Source = filepath.Base(source)
	return w, nil
}
