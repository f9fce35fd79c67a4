package weights

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"

	"cutpoint/model"
)

// accepted is what every refusal of a source ends with.
const accepted = "weights are random:SEED, a .safetensors file with Keras's or torchvision's names, PyTorch's .pth with a state_dict, or Keras's .h5 file, which ./scripts/fetch-weights gets"

// Open reads VGG19's weights from source: "random:SEED" for values made up from
// a decimal uint64 (see the package's random.go), otherwise a file's path. A file
// without fully connected layers gives the 16 convolutions only. Tensors that are
// no part of VGG19 are ignored, except those that show the file to be another
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
	// Stat first: opening a named pipe would wait for its writer.
	info, err := os.Stat(source)
	switch {
	case errors.Is(err, fs.ErrNotExist):
		return nil, fmt.Errorf("there is no such file: %s (%w)", accepted, fs.ErrNotExist)
	case err != nil:
		return nil, err
	case !info.Mode().IsRegular():
		return nil, fmt.Errorf("it is not a regular file (%s): %s", info.Mode().Type(), accepted)
	}
	f, err := os.Open(source)
	if err != nil {
		return nil, err
	}
	defer f.Close()
	c, err := readCatalogue(f, info.Size())
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
