// Package weights reads VGG19's trained values from the files people have into
// model.Weights: one canonical layout, whatever the file's names and orders.
// Files are told by their content. They are input like any other: nothing is
// allocated before the header's claims are checked against the file's size.
package weights

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"strconv"
	"strings"

	"cutpoint/model"
)

// Open loads weights from a source: "random:SEED", or a .safetensors file with
// Keras's names (block1_conv1/kernel …) or torchvision's (features.0.weight …).
func Open(ctx context.Context, source string) (*model.Weights, error) {
	if seed, ok := strings.CutPrefix(source, "random:"); ok {
		return openRandom(ctx, source, seed)
	}
	f, err := os.Open(source)
	if errors.Is(err, fs.ErrNotExist) {
		return nil, fmt.Errorf("weights file %s does not exist; give a .safetensors file, or random:SEED to try the program", source)
	}
	if err != nil {
		return nil, fmt.Errorf("open weights: %w", err)
	}
	defer f.Close()
	w, err := openFile(ctx, f)
	if err != nil {
		return nil, fmt.Errorf("weights %s: %w", source, err)
	}
	w.Source = filepath.Base(source)
	return w, nil
}

func openRandom(ctx context.Context, source, text string) (*model.Weights, error) {
	seed, err := strconv.ParseUint(text, 10, 64)
	if err != nil {
		return nil, fmt.Errorf("weights %s: the seed must be a whole number from 0 to 18446744073709551615, as in random:1", source)
	}
	w, err := random(ctx, model.ParameterLayers(), seed)
	if err != nil {
		return nil, err
	}
	w.Source = source
	return w, nil
}

func openFile(ctx context.Context, f *os.File) (*model.Weights, error) {
	info, err := f.Stat()
	if err != nil {
		return nil, err
	}
	if !info.Mode().IsRegular() {
		return nil, errors.New("not a regular file")
	}
	head := make([]byte, 512)
	n, err := io.ReadFull(f, head)
	if err != nil && !errors.Is(err, io.ErrUnexpectedEOF) {
		return nil, fmt.Errorf("read its beginning: %w (is the file empty?)", err)
	}
	if kind := foreign(head[:n]); kind != "" {
		return nil, fmt.Errorf("this is %s, which is not read; convert it to .safetensors", kind)
	}
	file, err := readHeader(f, info.Size())
	if err != nil {
		return nil, err
	}
	return load(ctx, file, model.ParameterLayers())
}

// foreign names a file format that is none of ours, by its first bytes.
func foreign(head []byte) string {
	for _, f := range []struct{ magic, name string }{
		{"\x89HDF\r\n\x1a\n", "a Keras HDF5 file (.h5)"},
		{"PK\x03\x04", "a zip file: a PyTorch checkpoint (.pth) or a Keras 3 model"},
		{"\x80\x02", "a pickle, which could run any program"}, {"\x80\x04", "a pickle, which could run any program"},
		{"\x1f\x8b", "a gzip file"}, {"version https://git-lfs", "a Git LFS pointer, not the file itself"},
		{"<!DOCTYPE", "a web page"}, {"<html", "a web page"},
	} {
		if bytes.HasPrefix(head, []byte(f.magic)) {
			return f.name
		}
	}
	return ""
}
