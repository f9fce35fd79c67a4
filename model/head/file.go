package head

import (
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"strconv"

	"cutpoint/model/weights/safetensors"
)

// formatVersion is what this package writes and the highest it reads.
const formatVersion = 2

// File is the content of a head file, a .safetensors file whose tensors are
// those of tensors, and whose __metadata__ holds the rest.
type File struct {
	Cut         string   // canonical name of the cut it was trained on
	Fingerprint string   // of the store it was trained on
	Description string   // what that fingerprint is of, as JSON; "" if whoever made the head did not say
	Classes     []string // (K) names in the order of the head's outputs
	Head        *Head
}

// ErrOtherFeatures is returned for features that a head was not trained on.
var ErrOtherFeatures = errors.New("the head was trained on other features")

// Check refuses features that the head was not trained on: another cut, another
// length, or other weights or page preparation, all of which would give numbers
// without an error and without meaning.
func (f *File) Check(fingerprint, cut string, dim int) error {
	switch {
	case cut != f.Cut || dim != f.Head.Dim:
		return fmt.Errorf("%w: it takes %s (%d values) and was given %s (%d values); read the cut %s", ErrOtherFeatures, f.Cut, f.Head.Dim, cut, dim, f.Cut)
	case fingerprint != f.Fingerprint:
		return fmt.Errorf("%w: its fingerprint is %.12s and the store's is %.12s, so weights, preset or precision differ; featurize with the ones it was trained on, or train it again", ErrOtherFeatures, f.Fingerprint, fingerprint)
	}
	return nil
}

func (f *File) check() error {
	h := f.Head
	switch {
	case h == nil || h.Dim <= 0 || h.Classes < 2:
		return errors.New("the head is empty")
	case len(f.Classes) != h.Classes:
		return fmt.Errorf("%d class names for %d classes", len(f.Classes), h.Classes)
	case h.Dim > MaxDim || h.Classes > maxClasses || len(h.Hidden) > maxHidden || h.Neighbours != nil && h.Neighbours.Pages.Out > maxPages:
		return fmt.Errorf("the head is too large to be read again: %d features, %d classes", h.Dim, h.Classes)
	case f.Cut == "" || f.Fingerprint == "" || h.Kind == "":
		return errors.New("kind, cut or fingerprint is missing")
	case h.Neighbours != nil && (h.Neighbours.K < 1 || h.Neighbours.K > h.Neighbours.Pages.Out):
		return fmt.Errorf("%d of %d neighbours cannot vote", h.Neighbours.K, h.Neighbours.Pages.Out)
	}
	in := h.Dim
	for i, l := range h.Hidden {
		if l.In != in {
			return fmt.Errorf("hidden layer %d takes %d values and is given %d", i, l.In, in)
		}
		in = l.Out
	}
	for _, t := range h.tensors() {
		if err := t.check(h.Classes); err != nil {
			return err
		}
	}
	return nil
}

// Write writes the file. It refuses a head that Load would.
func (f *File) Write(w io.Writer) error {
	if err := f.check(); err != nil {
		return err
	}
	metadata, err := f.metadata()
	if err != nil {
		return err
	}
	arrays := f.Head.tensors()
	header := safetensors.Header{Metadata: metadata}
	for _, a := range arrays {
		header.Tensors = append(header.Tensors, safetensors.Tensor{Name: a.name, DType: a.dtype(), Shape: a.shape})
	}
	if err := header.Write(w); err != nil {
		return err
	}
	for _, a := range arrays {
		if err := a.write(w); err != nil {
			return err
		}
	}
	return nil
}

// metadata is everything but the tensors, in strings, as the format wants it.
func (f *File) metadata() (map[string]string, error) {
	h := f.Head
	meta := map[string]string{"format": "cutpoint head", "format_version": strconv.Itoa(formatVersion), "kind": h.Kind,
		"cut": f.Cut, "dim": strconv.Itoa(h.Dim), "fingerprint": f.Fingerprint, "normalize": strconv.FormatBool(h.Normalize)}
	if f.Description != "" {
		meta["description"] = f.Description
	}
	hidden := []int{}
	for _, l := range h.Hidden {
		hidden = append(hidden, l.Out)
	}
	if n := h.Neighbours; n != nil {
		meta["neighbours"], meta["pages"] = strconv.Itoa(n.K), strconv.Itoa(n.Pages.Out)
	}
	for name, v := range map[string]any{"classes": f.Classes, "options": h.Options, "hidden": hidden} {
		raw, err := json.Marshal(v)
		if err != nil {
			return nil, err
		}
		meta[name] = string(raw)
	}
	return meta, nil
}
