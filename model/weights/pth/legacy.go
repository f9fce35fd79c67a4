package pth

import (
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"math/big"

	"cutpoint/model/weights/pickle"
)

// legacyMagic is the first pickle of a file in the old layout.
var legacyMagic, _ = new(big.Int).SetString("1950a86a20f9469cfc6c", 16)

// readLegacy reads what PyTorch wrote before 1.6, torchvision's vgg19-dcbb9e9d.pth among
// it: a pickle each of the magic number, the layout's version, the
// machine's sizes, the object, and the keys of the storages; then every storage,
// in that order, as a count in 8 bytes and the values, all of it little-endian
// whatever the machine (torch/csrc/serialization.cpp).
func readLegacy(r io.ReaderAt, size int64) (*File, error) {
	d := pickle.NewDecoder(io.NewSectionReader(r, 0, size), maxPickle, allow)
	magic, err := d.Decode()
	if err != nil {
		return nil, fmt.Errorf("read its pickle: %w", err)
	}
	if n, ok := magic.(*big.Int); !ok || n.Cmp(legacyMagic) != 0 {
		return nil, errors.New("it is a Python pickle and not PyTorch's: " + remedy)
	}
	var parts [4]any // version, machine, object, keys
	for i := range parts {
		if parts[i], err = d.Decode(); err != nil {
			return nil, fmt.Errorf("read its pickle: %w", err)
		}
	}
	if v, ok := parts[0].(int64); !ok || v != 1001 {
		return nil, fmt.Errorf("its layout has the version %v, and PyTorch's is 1001: the file is damaged", parts[0])
	}
	found, err := stateDict(parts[2])
	if err != nil {
		return nil, err
	}
	keys, ok := parts[3].(*pickle.List)
	if !ok {
		return nil, errors.New("it has no list of its storages: the file is damaged")
	}
	known, err := references(d.Persistent)
	if err != nil {
		return nil, err
	}
	storages, err := legacyStorages(r, size, d.Offset(), known, keys.Items)
	if err != nil {
		return nil, err
	}
	f := &File{}
	for _, n := range found {
		t, err := n.tensor(func(ref reference) (storage, error) {
			s, ok := storages[ref.key]
			if !ok {
				return s, fmt.Errorf("tensor %.200q lies in storage %.50q, which the file does not list: the file is damaged", n.name, ref.key)
			}
			return s, nil
		})
		if err != nil {
			return nil, err
		}
		f.Tensors = append(f.Tensors, t)
	}
	return f, nil
}

// legacyStorages walks along the storages, whose types only the pickle says.
func legacyStorages(r io.ReaderAt, size, at int64, known map[string]reference, keys []any) (map[string]storage, error) {
	storages := map[string]storage{}
	for i, k := range keys {
		key, _ := k.(string)
		ref, ok := known[key]
		if !ok {
			return nil, fmt.Errorf("storage %.50q belongs to no tensor: the file is damaged", key)
		}
		var word [8]byte
		if at > size-8 {
			return nil, fmt.Errorf("storage %d of %d is missing: the file is cut off, get it again", i+1, len(keys))
		}
		if _, err := r.ReadAt(word[:], at); err != nil && err != io.EOF {
			return nil, err
		}
		count, width := int64(binary.LittleEndian.Uint64(word[:])), widths[ref.typ]
		at += 8
		if count != ref.count {
			return nil, fmt.Errorf("storage %.50q has %d values, and its tensors say %d: the file is damaged", key, count, ref.count)
		}
		if count > (size-at)/width {
			return nil, fmt.Errorf("storage %.50q ends beyond the file: the file is cut off, get it again", key)
		}
		storages[key] = storage{at, count, ref.typ}
		at += count * width
	}
	return storages, nil
}

// references returns the storages that a pickle asks for, by key. It is an error
// if two differ in type or length under one key.
func references(ids []any) (map[string]reference, error) {
	known := map[string]reference{}
	for _, id := range ids {
		ref, err := parseReference(id)
		if err != nil {
			return nil, err
		}
		if other, ok := known[ref.key]; ok && (other.typ != ref.typ || other.count != ref.count) {
			return nil, fmt.Errorf("storage %.50q is two different ones: the file is damaged", ref.key)
		}
		known[ref.key] = ref
	}
	return known, nil
}
