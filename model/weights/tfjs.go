package weights

import (
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"math"
)

const (
	maxModelJSON = 8 << 20 // a layers model's topology and list of weights
	maxShards    = 1 << 16
)

// manifestGroup is an element of a model.json's weightsManifest: files whose bytes, one
// behind the other, are the weights (tfjs-core, io/types.ts).
type manifestGroup struct {
	Paths   []string         `json:"paths"`
	Weights []manifestWeight `json:"weights"`
}

type manifestWeight struct {
	Name         string `json:"name"`
	Shape        []int  `json:"shape"`
	DType        string `json:"dtype"`
	Quantization *struct {
		DType string  `json:"dtype"`
		Scale float64 `json:"scale"`
		Min   float64 `json:"min"`
	} `json:"quantization"`
}

// readTFJS lists the weights of a TensorFlow.js layers model, which has Keras's names and
// layout. Its shards lie in the folder of its model.json.
func readTFJS(r io.ReaderAt, size int64, folder *modelFolder) (*catalogue, error) {
	if size > maxModelJSON {
		return nil, fmt.Errorf("it is JSON text of %d bytes, more than a TensorFlow.js model has: %s", size, accepted)
	}
	raw := make([]byte, size)
	if err := readFull(r, raw, 0); err != nil {
		return nil, err
	}
	var m struct {
		Manifest []manifestGroup `json:"weightsManifest"`
	}
	if err := json.Unmarshal(raw, &m); err != nil {
		return nil, fmt.Errorf("it is JSON text that is cut off or damaged (%w)", err)
	}
	if len(m.Manifest) == 0 {
		return nil, errors.New("it is JSON text without the weightsManifest of a TensorFlow.js model; perhaps the index of a model in several files: give the one file that holds the tensors; " + accepted)
	}
	c := &catalogue{}
	for _, g := range m.Manifest {
		shards, err := g.open(folder)
		if err != nil {
			return nil, err
		}
		tensors, err := g.tensors(shards)
		if err != nil {
			return nil, err
		}
		c.tensors = append(c.tensors, tensors...)
	}
	return c, nil
}

// open opens the group's files.
func (g *manifestGroup) open(folder *modelFolder) (*joined, error) {
	if len(g.Paths) > maxShards {
		return nil, fmt.Errorf("its weights lie in %d files, more than %d: not a model this reads", len(g.Paths), maxShards)
	}
	j := &joined{}
	for _, path := range g.Paths {
		f, size, err := folder.open(path)
		if err != nil {
			return nil, err
		}
		j.parts = append(j.parts, joinedFile{f, j.size, size})
		j.size += size
	}
	return j, nil
}

// tensors returns the group's weights with their offsets in its files, which they must fill.
func (g *manifestGroup) tensors(in *joined) ([]tensor, error) {
	var list []tensor
	at := int64(0)
	for _, w := range g.Weights {
		t, err := w.tensor()
		if err != nil {
			return nil, fmt.Errorf("tensor %.200q %w", w.Name, err)
		}
		if t.size > in.size-at {
			return nil, fmt.Errorf("tensor %.200q ends beyond its files, which have %d bytes: a file is cut off or of another model", w.Name, in.size)
		}
		t.offset, t.file = at, in
		at += t.size
		list = append(list, t)
	}
	if at != in.size {
		return nil, fmt.Errorf("its files have %d bytes, and its tensors need %d: a file is of another model", in.size, at)
	}
	return list, nil
}

// widthsTFJS are the types of weights and how many bytes a value takes.
var widthsTFJS = map[string]struct {
	element element
	width   int64
}{
	"float32": {f32, 4}, "float16": {f16, 2}, "uint8": {u8, 1}, "uint16": {u16, 2}, "int32": {"I32", 4}, "bool": {"BOOL", 1},
}

// tensor describes a weight without its offset.
func (w *manifestWeight) tensor() (tensor, error) {
	stored := w.DType
	if w.Quantization != nil {
		stored = w.Quantization.DType
	}
	kind, known := widthsTFJS[stored]
	if !known {
		return tensor{}, fmt.Errorf("holds %.30q, which is not read", stored)
	}
	t := tensor{name: w.Name, element: kind.element, shape: w.Shape, size: kind.width}
	for _, d := range w.Shape {
		if d < 0 || d > 0 && t.size > math.MaxInt64/16/int64(d) {
			return tensor{}, fmt.Errorf("has the shape %v, more values than files can hold", w.Shape)
		}
		t.size *= int64(d)
	}
	if q := w.Quantization; q != nil && stored != "float16" {
		t.scaled = &affine{float32(q.Scale), float32(q.Min)}
	}
	return t, nil
}

// joined reads files as if they were one.
type joined struct {
	parts []joinedFile
	size  int64
}

type joinedFile struct {
	io.ReaderAt
	at, size int64
}

// ReadAt reads across the borders of files.
func (j *joined) ReadAt(p []byte, at int64) (n int, err error) {
	for _, part := range j.parts {
		if n == len(p) {
			return n, nil
		}
		from := at + int64(n) - part.at
		if from < 0 || from >= part.size {
			continue
		}
		want := p[n:min(int64(len(p)), int64(n)+part.size-from)]
		got, err := part.ReaderAt.ReadAt(want, from)
		if n += got; got < len(want) {
			return n, err
		}
	}
	if n < len(p) {
		return n, io.EOF
	}
	return n, nil
}
