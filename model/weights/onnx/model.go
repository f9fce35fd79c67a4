package onnx

import (
	"errors"
	"fmt"
	"io"
)

const (
	maxNodes   = 1 << 16
	maxTensors = 1 << 16
	maxInts    = 1 << 8
	maxRank    = 32
)

// Model is what an ONNX file holds of a network like VGG19.
type Model struct {
	Producer string            // "pytorch", "tf2onnx", …
	Metadata map[string]string // metadata_props
	Layers   []Layer
	Names    []string // of all initialisers and nodes, as a hint to where the model comes from
}

// node is an operator. Numbers of fields in this file are those of onnx.proto.
type node struct {
	name, op        string
	inputs, outputs []string
	ints            map[string][]int64 // the attributes that are integers
	value           *Tensor            // the attribute of a Constant
	scaled          bool               // an attribute alpha or beta other than 1
}

// reading is the state of Read.
type reading struct {
	file
	model   Model
	nodes   []node
	tensors map[string]*Tensor
	graphs  int
}

// Read reads the graph of a model in a file of size bytes.
func Read(r io.ReaderAt, size int64) (*Model, error) {
	g := &reading{file: file{r: r}, tensors: map[string]*Tensor{}}
	g.model.Metadata = map[string]string{}
	if err := g.each(span{0, size}, g.modelField); err != nil {
		return nil, err
	}
	if g.graphs != 1 {
		return nil, fmt.Errorf("it has %d graphs, want one: the file is cut off or damaged", g.graphs)
	}
	for name := range g.tensors {
		g.model.Names = append(g.model.Names, name)
	}
	for _, n := range g.nodes {
		g.model.Names = append(g.model.Names, n.name)
	}
	layers, err := g.follow()
	if err != nil {
		return nil, err
	}
	g.model.Layers = layers
	return &g.model, nil
}

func (g *reading) modelField(v field) (err error) {
	switch v.number {
	case 2:
		g.model.Producer, err = g.text(v)
	case 7:
		if v.kind != counted {
			return errWire
		}
		g.graphs++
		return g.each(v.span, g.graphField)
	case 14:
		var key, value string
		if key, value, err = g.entry(v); err == nil {
			g.model.Metadata[key] = value
		}
	}
	return err
}

// entry reads a StringStringEntryProto.
func (g *reading) entry(v field) (key, value string, err error) {
	if v.kind != counted {
		return "", "", errWire
	}
	err = g.each(v.span, func(v field) (err error) {
		switch v.number {
		case 1:
			key, err = g.text(v)
		case 2:
			value, err = g.text(v)
		}
		return err
	})
	return key, value, err
}

func (g *reading) graphField(v field) error {
	switch v.number {
	case 1:
		if len(g.nodes) == maxNodes {
			return fmt.Errorf("it has more than %d nodes: not a file this reads", maxNodes)
		}
		n, err := g.node(v)
		g.nodes = append(g.nodes, n)
		return err
	case 5:
		t, err := g.tensor(v)
		if err != nil {
			return err
		}
		if len(g.tensors) == maxTensors {
			return fmt.Errorf("it has more than %d tensors: not a file this reads", maxTensors)
		}
		if g.tensors[t.Name] != nil {
			return fmt.Errorf("tensor %.200q is in it twice: the file is damaged", t.Name)
		}
		g.tensors[t.Name] = t
	}
	return nil
}

func (g *reading) node(v field) (node, error) {
	n := node{ints: map[string][]int64{}}
	if v.kind != counted {
		return n, errWire
	}
	err := g.each(v.span, func(v field) error {
		var text string
		var err error
		switch v.number {
		case 1, 2, 3, 4:
			if text, err = g.text(v); err != nil {
				return err
			}
		}
		switch v.number {
		case 1:
			n.inputs = append(n.inputs, text)
		case 2:
			n.outputs = append(n.outputs, text)
		case 3:
			n.name = text
		case 4:
			n.op = text
		case 5:
			return g.attribute(&n, v)
		}
		return nil
	})
	return n, err
}

// attribute reads what the walk along the graph asks for: integers, and the tensor
// of a Constant.
func (g *reading) attribute(n *node, v field) error {
	if v.kind != counted {
		return errWire
	}
	var name string
	var ints []int64
	var float []byte
	err := g.each(v.span, func(v field) (err error) {
		switch v.number {
		case 1:
			name, err = g.text(v)
		case 2:
			if v.kind != fixed32 {
				return errWire
			}
			var b []byte
			b, err = g.bytes(v.at, 4)
			float = append([]byte(nil), b...)
		case 3, 8:
			ints, err = g.numbers(ints, v, maxInts)
		case 5:
			n.value, err = g.tensor(v)
		}
		return err
	})
	if err != nil {
		return err
	}
	if ints != nil {
		n.ints[name] = ints
	}
	if one := "\x00\x00\x80\x3f"; (name == "alpha" || name == "beta") && string(float) != one {
		n.scaled = true
	}
	return nil
}

var errNoData = errors.New("has no data: the file is damaged")
