package head

import (
	"encoding/binary"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"math"
	"os"
	"slices"
	"strconv"

	"cutpoint/model/weights/safetensors"
)

// Limits on what a head file may claim, so that a broken one costs nothing.
const (
	maxDim     = 1 << 20 // the largest cut, pool1, has 802,816 values
	maxClasses = 1 << 16
	maxValues  = 1 << 29 // of the kernel
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
	if err != nil || dim < 1 || dim > maxDim {
		return nil, fmt.Errorf("its dim is %q", meta["dim"])
	}
	f := &File{Cut: meta["cut"], Fingerprint: meta["fingerprint"], Head: &Head{Kind: meta["kind"], Dim: dim}}
	if err := json.Unmarshal([]byte(meta["classes"]), &f.Classes); err != nil {
		return nil, fmt.Errorf("its classes are not a JSON list of names: %w", err)
	}
	if k := len(f.Classes); k < 2 || k > maxClasses || dim*k > maxValues {
		return nil, fmt.Errorf("it has %d classes on %d features", k, dim)
	}
	f.Head.Classes = len(f.Classes)
	if options := meta["options"]; options != "" {
		if err := json.Unmarshal([]byte(options), &f.Head.Options); err != nil {
			return nil, fmt.Errorf("its options are not JSON: %w", err)
		}
	}
	return f, nil
}

// readTensors reads the values of the four tensors that a head has.
func (f *File) readTensors(r io.ReaderAt, tensors []safetensors.Tensor) error {
	h := f.Head
	want := h.tensors()
	if len(tensors) != len(want) {
		return fmt.Errorf("it has %d tensors, a head has %d", len(tensors), len(want))
	}
	to := map[string]*[]float32{"mean": &h.Mean, "scale": &h.Scale, "kernel": &h.Kernel, "bias": &h.Bias}
	for _, w := range want {
		i := slices.IndexFunc(tensors, func(t safetensors.Tensor) bool { return t.Name == w.name })
		if i < 0 {
			return fmt.Errorf("tensor %s is missing", w.name)
		}
		t := tensors[i]
		if t.DType != "F32" || !slices.Equal(t.Shape, w.shape) {
			return fmt.Errorf("tensor %s is %s %v, want F32 %v", t.Name, t.DType, t.Shape, w.shape)
		}
		raw := make([]byte, t.Size) // in the file, as ReadHeader has checked
		if n, err := r.ReadAt(raw, t.Offset); n < len(raw) {
			return fmt.Errorf("read tensor %s: %w", t.Name, err)
		}
		*to[w.name] = float32sOf(raw)
	}
	return nil
}

func float32sOf(raw []byte) []float32 {
	out := make([]float32, len(raw)/4)
	for i := range out {
		out[i] = math.Float32frombits(binary.LittleEndian.Uint32(raw[4*i:]))
	}
	return out
}
