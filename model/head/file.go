package head

import (
	"bufio"
	"encoding/binary"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"strconv"
)

// formatVersion is what this package writes and the highest it reads.
const formatVersion = 2

// File is a head as it stands on disk: a .safetensors file whose tensors are
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

// Save writes the file at path so that a reader finds the old file or the whole
// new one, never a part: temporary name, fsync, rename, fsync of the folder.
func (f *File) Save(path string) (err error) {
	if err := f.check(); err != nil {
		return fmt.Errorf("save head %s: %w", path, err)
	}
	tmp, err := os.CreateTemp(filepath.Dir(path), ".head-*.tmp")
	if err != nil {
		return fmt.Errorf("save head %s: %w", path, err)
	}
	defer func() {
		if err != nil {
			err = fmt.Errorf("save head %s: %w", path, errors.Join(err, tmp.Close(), removeIfThere(tmp.Name())))
		}
	}()
	if err := f.write(tmp); err != nil {
		return err
	}
	if err := tmp.Chmod(0o644); err != nil { // CreateTemp's 0600 would hide the head from colleagues
		return err
	}
	if err := tmp.Sync(); err != nil {
		return err
	}
	if err := os.Rename(tmp.Name(), path); err != nil {
		return err
	}
	if err := tmp.Close(); err != nil {
		return err
	}
	return syncFolder(filepath.Dir(path))
}

func removeIfThere(path string) error {
	if err := os.Remove(path); !errors.Is(err, fs.ErrNotExist) {
		return err
	}
	return nil
}

func syncFolder(path string) error {
	folder, err := os.Open(path)
	if err != nil {
		return err
	}
	return errors.Join(folder.Sync(), folder.Close())
}

// write writes the safetensors layout: the header's length as a little-endian
// uint64, the header as JSON padded with spaces to 8 bytes, the values.
func (f *File) write(w io.Writer) error {
	header, err := f.header()
	if err != nil {
		return err
	}
	out := bufio.NewWriterSize(w, 1<<20)
	var word [8]byte
	binary.LittleEndian.PutUint64(word[:], uint64(len(header)))
	out.Write(word[:]) // a bufio.Writer keeps its first error for Flush
	out.Write(header)
	for _, t := range f.Head.tensors() {
		for i := range t.len() {
			binary.LittleEndian.PutUint32(word[:4], t.bits(i))
			out.Write(word[:4])
		}
	}
	return out.Flush()
}

// entry is a tensor's description in a safetensors header.
type entry struct {
	DType   string `json:"dtype"`
	Shape   []int  `json:"shape"`
	Offsets [2]int `json:"data_offsets"`
}

func (f *File) header() ([]byte, error) {
	metadata, err := f.metadata()
	if err != nil {
		return nil, err
	}
	header := map[string]any{"__metadata__": metadata}
	at := 0
	for _, t := range f.Head.tensors() {
		header[t.name] = entry{t.dtype(), t.shape, [2]int{at, at + 4*t.len()}}
		at += 4 * t.len()
	}
	raw, err := json.Marshal(header)
	for err == nil && len(raw)%8 != 0 {
		raw = append(raw, ' ')
	}
	return raw, err
}

// metadata is everything but the tensors; its values are strings, as the format
// wants them.
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
