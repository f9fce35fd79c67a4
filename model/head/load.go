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
)

// Limits on what a head file may claim, so that a broken one costs nothing.
const (
	maxHeader  = 16 << 20
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
func read(r io.Reader, size int64) (*File, error) {
	var word [8]byte
	if _, err := io.ReadFull(r, word[:]); err != nil {
		return nil, fmt.Errorf("%w: it has %d bytes", ErrFormat, size)
	}
	n := binary.LittleEndian.Uint64(word[:])
	if n > maxHeader || int64(n) > size-8 {
		return nil, fmt.Errorf("%w: its header claims %d bytes of a file of %d", ErrFormat, n, size)
	}
	raw := make([]byte, n)
	if _, err := io.ReadFull(r, raw); err != nil {
		return nil, fmt.Errorf("%w: its header ends early", ErrFormat)
	}
	var header map[string]json.RawMessage
	if err := json.Unmarshal(raw, &header); err != nil {
		return nil, fmt.Errorf("%w: its header is not JSON: %w", ErrFormat, err)
	}
	f, err := fromMetadata(header["__metadata__"])
	if err != nil {
		return nil, fmt.Errorf("%w: %w", ErrFormat, err)
	}
	if err := f.readTensors(r, header, size-8-int64(n)); err != nil {
		return nil, fmt.Errorf("%w: %w", ErrFormat, err)
	}
	if err := f.check(); err != nil {
		return nil, fmt.Errorf("%w: %w", ErrFormat, err)
	}
	return f, nil
}

// fromMetadata makes a file whose head has its sizes but no values yet.
func fromMetadata(raw json.RawMessage) (*File, error) {
	var meta map[string]string
	if err := json.Unmarshal(raw, &meta); err != nil {
		return nil, errors.New("its __metadata__ is missing or not text: heads are written by fit")
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

// readTensors reads the values, of which size bytes remain, in the order and
// with the offsets that Save writes; nothing else is a head.
func (f *File) readTensors(r io.Reader, header map[string]json.RawMessage, size int64) error {
	h, at := f.Head, 0
	k := h.Classes
	for _, t := range []struct {
		name   string
		shape  []int
		values *[]float32
	}{{"mean", []int{h.Dim}, &h.Mean}, {"scale", []int{h.Dim}, &h.Scale}, {"kernel", []int{h.Dim, k}, &h.Kernel}, {"bias", []int{k}, &h.Bias}} {
		var e entry
		if err := json.Unmarshal(header[t.name], &e); err != nil {
			return fmt.Errorf("tensor %s is missing or described wrongly", t.name)
		}
		n := 1
		for _, s := range t.shape {
			n *= s
		}
		if e.DType != "F32" || !slices.Equal(e.Shape, t.shape) || e.Offsets != [2]int{at, at + 4*n} {
			return fmt.Errorf("tensor %s is %s %v at %v, want F32 %v at [%d %d]", t.name, e.DType, e.Shape, e.Offsets, t.shape, at, at+4*n)
		}
		at += 4 * n
		if int64(at) > size {
			return fmt.Errorf("tensor %s ends at byte %d of %d: the file is cut short", t.name, at, size)
		}
		raw := make([]byte, 4*n)
		if _, err := io.ReadFull(r, raw); err != nil {
			return fmt.Errorf("tensor %s: the file is cut short", t.name)
		}
		*t.values = make([]float32, n)
		for i := range *t.values {
			(*t.values)[i] = math.Float32frombits(binary.LittleEndian.Uint32(raw[4*i:]))
		}
	}
	if int64(at) != size {
		return fmt.Errorf("%d bytes follow the last tensor", size-int64(at))
	}
	return nil
}
