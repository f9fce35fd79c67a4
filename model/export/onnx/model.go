package onnx

import (
	"bufio"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"maps"
	"math"
	"slices"

	"cutpoint/model"
	"cutpoint/model/head"
)

// Version of the file's format, and of the operators in it.
const (
	irVersion = 8
	opset     = 17
)

// maxSize is what a protocol buffer may have: 2 GiB less a byte
// (https://protobuf.dev/programming-guides/proto-limits/).
const maxSize = math.MaxInt32

// ErrTooLarge is returned for a model that a protocol buffer cannot hold.
var ErrTooLarge = errors.New("an ONNX file holds 2 GiB at most")

// Keys of metadata_props, in addition to those of Model.Metadata. A head's are the names
// of its own file.
const (
	keyClasses     = "cutpoint.classes"     // JSON list of names, in the order of the outputs
	keyKind        = "cutpoint.kind"        // the head's recipe
	keyOptions     = "cutpoint.options"     // JSON of what it was trained with
	keyCut         = "cutpoint.cut"         // canonical name of the cut
	keyFingerprint = "cutpoint.fingerprint" // of the features
)

// Model is what a file says.
type Model struct {
	Head    *head.File
	Trunk   *model.Weights // takes pixels to the head's cut; nil: the model takes features
	Float16 bool           // behind the trunk, values are rounded as the store's were
	// Producer and ProducerVersion are the program that writes the file.
	Producer, ProducerVersion string
	Doc                       string            // for people
	InputDoc                  string            // what the input must be, for people
	Metadata                  map[string]string // more of metadata_props
}

// Write writes the model to w. It returns ErrTooLarge before it writes anything,
// and an error that names the tensor if arrays and shapes disagree. It keeps no
// second copy of the weights.
func (m *Model) Write(w io.Writer) error {
	if err := m.write(w); err != nil {
		return fmt.Errorf("write the ONNX model: %w", err)
	}
	return nil
}

func (m *Model) write(w io.Writer) error {
	g, err := m.graph()
	if err != nil {
		return err
	}
	front, err := m.front()
	if err != nil {
		return err
	}
	length := int64(len(g.fields))
	for _, t := range g.tensors {
		length += t.field()
	}
	front = front.open(modelGraph, length)
	if size := int64(len(front)) + length; size > maxSize {
		return fmt.Errorf("%w, and this model would have %.2f GiB: %s", ErrTooLarge, float64(size)/(1<<30), m.remedy())
	}
	out := bufio.NewWriterSize(w, 1<<20)
	out.Write(front) // a bufio.Writer keeps its first error for Flush
	out.Write(g.fields)
	for _, t := range g.tensors {
		if err := t.writeTo(out); err != nil {
			return err
		}
	}
	return out.Flush()
}

func (m *Model) remedy() string {
	if m.Trunk != nil {
		return "export the head alone, or train one on a shallower cut"
	}
	return "train one with fewer hidden units or on a shorter cut, or write a safetensors file, which has no limit"
}

// graph makes the computation.
func (m *Model) graph() (*graph, error) {
	h := m.Head.Head
	g := &graph{fields: message(nil).text(graphName, "cutpoint")}
	if m.Trunk == nil {
		g.input(value(Features, m.InputDoc, typeFloat, h.Dim))
		g.head(h, Features)
		return g, g.err
	}
	cut, err := model.ParseCut(m.Head.Cut)
	switch {
	case err != nil:
		return nil, fmt.Errorf("the head's cut: %w", err)
	case cut.Dim() != h.Dim:
		return nil, fmt.Errorf("the head takes %d values and cut %s has %d", h.Dim, cut, cut.Dim())
	}
	if err := m.Trunk.Check([]model.Cut{cut}); err != nil {
		return nil, err
	}
	s := model.InputShape()
	g.input(value(Pixels, m.InputDoc, typeUint8, s.H, s.W, s.C))
	x := g.trunk(m.Trunk, cut)
	if m.Float16 {
		x = g.half(x)
	}
	g.head(h, g.node(Features, "Identity", []string{x}))
	g.output(value(Features, "cut "+cut.String()+" as stores hold it", typeFloat, cut.Dim()))
	return g, g.err
}

// front is the ModelProto without its graph.
func (m *Model) front() (message, error) {
	metadata := map[string]string{keyKind: m.Head.Head.Kind, keyCut: m.Head.Cut, keyFingerprint: m.Head.Fingerprint}
	for key, v := range map[string]any{keyClasses: m.Head.Classes, keyOptions: m.Head.Head.Options} {
		raw, err := json.Marshal(v)
		if err != nil {
			return nil, err
		}
		metadata[key] = string(raw)
	}
	maps.Copy(metadata, m.Metadata)
	f := message(nil).number(modelIRVersion, irVersion).
		message(modelOpset, message(nil).number(opsetVersion, opset)).
		text(modelProducer, m.Producer).text(modelProducerVersion, m.ProducerVersion).
		text(modelDoc, m.Doc)
	for _, key := range slices.Sorted(maps.Keys(metadata)) {
		f = f.message(modelMetadata, message(nil).text(entryKey, key).text(entryVal, metadata[key]))
	}
	return f, nil
}
