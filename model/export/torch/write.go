package torch

import (
	"bufio"
	"encoding/json"
	"fmt"
	"io"
	"maps"

	"cutpoint/model"
	"cutpoint/model/head"
	"cutpoint/model/weights/safetensors"
)

// Keys of __metadata__, in addition to those of Dictionary.Metadata.
const (
	keyFormat      = "format"     // "pt", as Hugging Face's libraries want it
	keyPreprocess  = "preprocess" // of the trunk's colours: "caffe" or "torch"
	keyModule      = "cutpoint.pytorch"
	keyClasses     = "cutpoint.classes" // JSON list of names, in the order of the outputs
	keyKind        = "cutpoint.kind"
	keyCut         = "cutpoint.cut"
	keyFingerprint = "cutpoint.fingerprint"
)

// Dictionary is what a file says.
type Dictionary struct {
	Head     *head.File
	Trunk    *model.Weights    // of which the file has what leads to the head's cut; nil: the head alone
	Metadata map[string]string // more of __metadata__
}

// Write writes the dictionary to w. It returns ErrNoLayers before it writes
// anything, and keeps no second copy of the weights.
func (d *Dictionary) Write(w io.Writer) error {
	if err := d.write(w); err != nil {
		return fmt.Errorf("write the state dictionary: %w", err)
	}
	return nil
}

func (d *Dictionary) write(w io.Writer) error {
	list, err := d.tensors()
	if err != nil {
		return err
	}
	header, err := d.header(list)
	if err != nil {
		return err
	}
	out := bufio.NewWriterSize(w, 1<<20)
	if err := header.Write(out); err != nil {
		return err
	}
	for _, t := range list {
		if _, err := t.WriteTo(out); err != nil {
			return err
		}
	}
	return out.Flush()
}

func (d *Dictionary) tensors() ([]tensor, error) {
	h := d.Head.Head
	if h.Neighbours != nil {
		return nil, fmt.Errorf("a %s head is a vote of stored pages: %w", h.Kind, ErrNoLayers)
	}
	if d.Trunk == nil {
		return headTensors(h)
	}
	cut, err := model.ParseCut(d.Head.Cut)
	switch {
	case err != nil:
		return nil, fmt.Errorf("the head's cut: %w", err)
	case cut.Dim() != h.Dim:
		return nil, fmt.Errorf("the head takes %d values and cut %s has %d", h.Dim, cut, cut.Dim())
	case h.Normalize:
		return nil, fmt.Errorf("the head takes vectors of length 1, and VGG19 has no layer that makes them: %w", ErrNoLayers)
	case model.Layers()[cut.Layer()].Activation == model.Softmax:
		return nil, fmt.Errorf("cut %s lies behind a softmax, which torchvision's VGG19 does not have: %w", cut, ErrNoLayers)
	}
	return trunkTensors(d.Trunk, cut, h)
}

func (d *Dictionary) header(list []tensor) (*safetensors.Header, error) {
	classes, err := json.Marshal(d.Head.Classes)
	if err != nil {
		return nil, err
	}
	metadata := map[string]string{keyFormat: "pt", keyModule: d.Module(), keyClasses: string(classes),
		keyKind: d.Head.Head.Kind, keyCut: d.Head.Cut, keyFingerprint: d.Head.Fingerprint}
	if d.Trunk != nil {
		metadata[keyPreprocess] = d.Trunk.Preprocess.Name
	}
	maps.Copy(metadata, d.Metadata)
	header := &safetensors.Header{Metadata: metadata}
	for _, t := range list {
		header.Tensors = append(header.Tensors, safetensors.Tensor{Name: t.name, DType: "F32", Shape: t.Shape})
	}
	return header, nil
}
