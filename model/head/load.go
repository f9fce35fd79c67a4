package head

import (
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"slices"
	"strconv"

	"cutpoint/model/weights/safetensors"
)

// MaxDim is the largest number of features, and of a hidden layer's values: the
// largest cut, pool1, has 802,816.
const MaxDim = 1 << 20

// Limits on what a head file may claim. Memory is allocated for what it holds alone.
const (
	maxClasses = 1 << 16
	maxHidden  = 8
	maxPages   = 1 << 24 // that vote
)

// ErrFormat is returned for a file that is not a head file.
var ErrFormat = errors.New("not a head file")

// Load reads a head file.
func Load(path string) (*File, error) {
	in, err := os.Open(path)
	if err != nil {
		return nil, fmt.Errorf("load head: %w", err)
	}
	defer in.Close()
	info, err := in.Stat()
	if err != nil {
		return nil, fmt.Errorf("load head: %w", err)
	}
	f, err := read(in, info.Size())
	if err != nil {
		return nil, fmt.Errorf("load head %s: %w", path, err)
	}
	return f, nil
}

// read reads a head file of size bytes. It allocates no more than the file holds.
func read(r io.ReaderAt, size int64) (*File, error) {
	header, err := safetensors.ReadHeader(r, size)
	if err != nil {
		return nil, fmt.Errorf("%w: %w", ErrFormat, err)
	}
	f, err := fromMetadata(header.Metadata)
	if err != nil {
		return nil, fmt.Errorf("%w: %w", ErrFormat, err)
	}
	if err := f.readTensors(r, header.Tensors); err != nil {
		return nil, fmt.Errorf("%w: %w", ErrFormat, err)
	}
	if err := f.check(); err != nil {
		return nil, fmt.Errorf("%w: %w", ErrFormat, err)
	}
	return f, nil
}

// fromMetadata makes a file whose head has its sizes but no values yet.
func fromMetadata(meta map[string]string) (*File, error) {
	if meta == nil {
		return nil, errors.New("its __metadata__ is missing: heads are written by fit")
	}
	if version, err := strconv.Atoi(meta["format_version"]); err != nil || version < 1 {
		return nil, fmt.Errorf("its format version is %q", meta["format_version"])
	} else if version > formatVersion {
		return nil, fmt.Errorf("its format version is %d and this program reads up to %d: update the program", version, formatVersion)
	}
	dim, err := strconv.Atoi(meta["dim"])
	if err != nil || dim < 1 || dim > MaxDim {
		return nil, fmt.Errorf("its dim is %q", meta["dim"])
	}
	f := &File{Cut: meta["cut"], Fingerprint: meta["fingerprint"], Description: meta["description"],
		Head: &Head{Kind: meta["kind"], Dim: dim, Normalize: meta["normalize"] == "true"}}
	if err := json.Unmarshal([]byte(meta["classes"]), &f.Classes); err != nil {
		return nil, fmt.Errorf("its classes are not a JSON list of names: %w", err)
	}
	f.Head.Classes = len(f.Classes)
	if k := len(f.Classes); k < 2 || k > maxClasses {
		return nil, fmt.Errorf("it has %d classes", k)
	}
	if options := meta["options"]; options != "" {
		if err := json.Unmarshal([]byte(options), &f.Head.Options); err != nil {
			return nil, fmt.Errorf("its options are not JSON: %w", err)
		}
	}
	return f, f.Head.shapesOf(meta)
}

// shapesOf sets the sizes of what lies between the features and the classes.
func (h *Head) shapesOf(meta map[string]string) error {
	var hidden []int
	if list := meta["hidden"]; list != "" {
		if err := json.Unmarshal([]byte(list), &hidden); err != nil || len(hidden) > maxHidden {
			return fmt.Errorf("its hidden layers are %.100q", list)
		}
	}
	in := h.Dim
	for _, out := range hidden {
		if out < 1 || out > MaxDim {
			return fmt.Errorf("it has a hidden layer of %d values", out)
		}
		h.Hidden = append(h.Hidden, Dense{In: in, Out: out})
		in = out
	}
	if meta["neighbours"] == "" {
		return nil
	}
	k, kErr := strconv.Atoi(meta["neighbours"])
	m, mErr := strconv.Atoi(meta["pages"])
	if kErr != nil || mErr != nil || k < 1 || m < k || m > maxPages {
		return fmt.Errorf("%.20q of %.20q neighbours cannot vote", meta["neighbours"], meta["pages"])
	}
	h.Neighbours = &Neighbours{K: k, Pages: Dense{In: h.Dim, Out: m}}
	return nil
}

// readTensors reads the arrays that a head of these sizes has. Mean and scale
// may be absent.
func (f *File) readTensors(r io.ReaderAt, tensors []safetensors.Tensor) error {
	h := f.Head
	has := func(name string) int {
		return slices.IndexFunc(tensors, func(t safetensors.Tensor) bool { return t.Name == name })
	}
	for name, values := range map[string]*[]float32{"mean": &h.Mean, "scale": &h.Scale} {
		if has(name) >= 0 {
			*values = []float32{} // so that it counts among the head's
		}
	}
	want := h.tensors()
	if len(tensors) != len(want) {
		return fmt.Errorf("it has %d tensors, this kind of head has %d", len(tensors), len(want))
	}
	for _, w := range want {
		i := has(w.name)
		if i < 0 {
			return fmt.Errorf("tensor %s is missing", w.name)
		}
		t := tensors[i]
		if t.DType != w.dtype() || !slices.Equal(t.Shape, w.shape) {
			return fmt.Errorf("tensor %s is %s %v, want %s %v", t.Name, t.DType, t.Shape, w.dtype(), w.shape)
		}
		raw := make([]byte, t.Size) // in the file, as ReadHeader has checked
		if n, err := r.ReadAt(raw, t.Offset); n < len(raw) {
			return fmt.Errorf("read tensor %s: %w", t.Name, err)
		}
		w.set(raw)
	}
	if h.Neighbours != nil {
		h.Neighbours.Pages.Bias = make([]float32, len(h.Neighbours.Classes))
	}
	return nil
}
