// Package safetensors reads and writes the header of a .safetensors file: an
// 8-byte little-endian length, a JSON object of that length, the tensors' bytes
// (https://github.com/huggingface/safetensors, section "Format").
//
// A header that is read is not trusted. Everything a caller needs in order to read a tensor
// safely has been checked: it lies in the file, it has the length that its shape
// and type ask for, and no byte belongs to two tensors or to none.
package safetensors

import (
	"bytes"
	"cmp"
	"encoding/binary"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"math"
	"slices"
)

const (
	maxHeader  = 100_000_000 // bytes, the limit of the reference implementation
	maxTensors = 1 << 16
	maxRank    = 32
)

// Header is the description of a file.
type Header struct {
	Metadata map[string]string // "__metadata__", nil if absent
	Tensors  []Tensor          // in the order of their bytes in the file
}

// Tensor is one array, little-endian in C order.
type Tensor struct {
	Name         string
	DType        string // "F32", "BF16", "I64", …
	Shape        []int
	Offset, Size int64 // bytes, from the beginning of the file
}

// widths are the bits of one value of each type of the format.
var widths = map[string]int64{
	"BOOL": 8, "U8": 8, "I8": 8, "F8_E5M2": 8, "F8_E4M3": 8, "F8_E8M0": 8, "F6_E2M3": 6, "F6_E3M2": 6, "F4": 4,
	"I16": 16, "U16": 16, "F16": 16, "BF16": 16, "I32": 32, "U32": 32, "F32": 32, "I64": 64, "U64": 64, "F64": 64, "C64": 64,
}

// ReadHeader reads and checks the header of a file of size bytes. It allocates in
// proportion to the header's bytes that are really there.
func ReadHeader(r io.ReaderAt, size int64) (*Header, error) {
	var word [8]byte
	if size < int64(len(word)) {
		return nil, fmt.Errorf("the file has %d bytes, too few for a safetensors header", size)
	}
	if err := readFull(r, word[:], 0); err != nil {
		return nil, err
	}
	length := binary.LittleEndian.Uint64(word[:])
	switch {
	case length > maxHeader:
		return nil, fmt.Errorf("the safetensors header claims %d bytes, more than the format's limit of %d: the file is damaged", length, maxHeader)
	case length > uint64(size-8):
		return nil, fmt.Errorf("the safetensors header claims %d bytes and only %d follow: the file is cut off, get it again", length, size-8)
	}
	raw := make([]byte, length)
	if err := readFull(r, raw, 8); err != nil {
		return nil, err
	}
	h, err := parse(raw, size-8-int64(length))
	if err != nil {
		return nil, err
	}
	for i := range h.Tensors {
		h.Tensors[i].Offset += 8 + int64(length)
	}
	return h, nil
}

func readFull(r io.ReaderAt, p []byte, at int64) error {
	if n, err := r.ReadAt(p, at); n < len(p) {
		return fmt.Errorf("read the safetensors header: %w", err)
	}
	return nil
}

// parse reads the JSON object key by key, because a map would hide that a name
// is in it twice. Offsets are relative to the data, which has dataSize bytes.
func parse(raw []byte, dataSize int64) (*Header, error) {
	d := json.NewDecoder(bytes.NewReader(raw))
	if t, err := d.Token(); err != nil || t != json.Delim('{') {
		return nil, errors.New("the safetensors header is no JSON object: the file is damaged")
	}
	h := &Header{}
	seen := map[string]bool{}
	for d.More() {
		key, err := d.Token()
		if err != nil {
			return nil, fmt.Errorf("parse the safetensors header: %w", err)
		}
		name, _ := key.(string) // an object's keys are strings, or Token fails
		switch {
		case seen[name]:
			return nil, fmt.Errorf("tensor %.200q is in the header twice: the file is damaged", name)
		case len(seen) > maxTensors:
			return nil, fmt.Errorf("the header has more than %d tensors: not a file this reads", maxTensors)
		}
		seen[name] = true
		if err := h.add(d, name, dataSize); err != nil {
			return nil, err
		}
	}
	if _, err := d.Token(); err != nil { // the closing brace
		return nil, fmt.Errorf("parse the safetensors header: %w", err)
	}
	if _, err := d.Token(); err != io.EOF {
		return nil, errors.New("the safetensors header goes on after its JSON object: the file is damaged")
	}
	return h, h.checkCover(dataSize)
}

func (h *Header) add(d *json.Decoder, name string, dataSize int64) error {
	if name == "__metadata__" {
		if err := d.Decode(&h.Metadata); err != nil {
			return fmt.Errorf("parse __metadata__ of the safetensors header: %w", err)
		}
		return nil
	}
	var e struct {
		DType   string  `json:"dtype"`
		Shape   []int64 `json:"shape"`
		Offsets []int64 `json:"data_offsets"`
	}
	if err := d.Decode(&e); err != nil {
		return fmt.Errorf("parse tensor %.200q of the safetensors header: %w", name, err)
	}
	if len(e.Offsets) != 2 || e.Offsets[0] < 0 || e.Offsets[1] < e.Offsets[0] {
		return fmt.Errorf("tensor %.200q has data_offsets %.60s, want [begin, end]: the file is damaged", name, fmt.Sprint(e.Offsets))
	}
	if e.Offsets[1] > dataSize {
		return fmt.Errorf("tensor %.200q ends at byte %d of %d: the file is cut off, get it again", name, e.Offsets[1], dataSize)
	}
	size := e.Offsets[1] - e.Offsets[0]
	shape, err := checkShape(e.DType, e.Shape, size)
	if err != nil {
		return fmt.Errorf("tensor %.200q %w", name, err)
	}
	h.Tensors = append(h.Tensors, Tensor{Name: name, DType: e.DType, Shape: shape, Offset: e.Offsets[0], Size: size})
	return nil
}

// checkShape verifies that shape and type ask for size bytes, without overflow.
func checkShape(dtype string, dims []int64, size int64) ([]int, error) {
	width, ok := widths[dtype]
	if !ok {
		return nil, fmt.Errorf("has the unknown dtype %.20q", dtype)
	}
	if len(dims) > maxRank {
		return nil, fmt.Errorf("has %d dimensions, more than %d", len(dims), maxRank)
	}
	bits, empty := width, false
	shape := make([]int, len(dims))
	for i, n := range dims {
		if n < 0 || n > math.MaxInt32 {
			return nil, fmt.Errorf("has the dimension %d", n)
		}
		shape[i] = int(n)
		empty = empty || n == 0
		if n > 0 && bits > math.MaxInt64/n {
			return nil, fmt.Errorf("has the shape %v, more values than a file can hold", dims)
		}
		bits *= max(n, 1)
	}
	if empty {
		bits = 0
	}
	if bits%8 != 0 || bits/8 != size {
		return nil, fmt.Errorf("has %d bytes of data, and %s %v needs %d: the file is damaged", size, dtype, dims, bits/8)
	}
	return shape, nil
}

// checkCover sorts the tensors by place and verifies that they cover the data
// exactly: the format allows no overlap, gap or rest.
func (h *Header) checkCover(dataSize int64) error {
	slices.SortStableFunc(h.Tensors, func(a, b Tensor) int {
		if a.Offset != b.Offset {
			return cmp.Compare(a.Offset, b.Offset)
		}
		return cmp.Compare(a.Size, b.Size) // an empty tensor before the one that begins there
	})
	var at int64
	for _, t := range h.Tensors {
		switch {
		case t.Offset < at:
			return fmt.Errorf("tensor %.200q overlaps the one before it: the file is damaged", t.Name)
		case t.Offset > at:
			return fmt.Errorf("%d bytes before tensor %.200q belong to no tensor: the file is damaged", t.Offset-at, t.Name)
		}
		at = t.Offset + t.Size
	}
	if at != dataSize {
		return fmt.Errorf("%d bytes after the last tensor belong to no tensor: the file is damaged", dataSize-at)
	}
	return nil
}
