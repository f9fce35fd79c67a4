package main

import (
	"bufio"
	"encoding/binary"
	"fmt"
	"io"
	"math"
	"os"
	"strings"

	"cutpoint/model/head"
	"cutpoint/model/head/train"
)

// load reads rows of dim values and their classes and groups. The matrix is the only copy
// of the values, so that the process's peak shows what training takes.
func load(values, labels string, dim, classes int) (train.Data, error) {
	d := train.Data{Matrix: head.Matrix{Dim: dim}, Classes: classes}
	text, err := os.ReadFile(labels)
	if err != nil {
		return d, err
	}
	for line := range strings.Lines(string(text)) {
		var y, group int
		if _, err := fmt.Sscan(line, &y, &group); err != nil {
			return d, fmt.Errorf("%s: %w", labels, err)
		}
		d.Y, d.Groups = append(d.Y, y), append(d.Groups, group)
	}
	f, err := os.Open(values)
	if err != nil {
		return d, err
	}
	defer f.Close()
	d.Values = make([]float32, len(d.Y)*dim) // (N, dim)
	in := bufio.NewReader(f)
	row := make([]byte, 4*dim)
	for i := range d.Y {
		if _, err := io.ReadFull(in, row); err != nil {
			return d, fmt.Errorf("%s: row %d: %w", values, i, err)
		}
		for j := range dim {
			d.Values[i*dim+j] = math.Float32frombits(binary.LittleEndian.Uint32(row[4*j:]))
		}
	}
	return d, nil
}

// write leaves the log probabilities of the scored rows and the head's weights.
func write(h *head.Head, scored train.Data, name string) error {
	logp, err := h.LogProbabilities(scored.Matrix)
	if err != nil {
		return err
	}
	if err := writeFile(name+".logp", logp); err != nil {
		return err
	}
	return writeFile(name+".weights", h.Mean, h.Scale, h.Kernel, h.Bias)
}

// writeFile writes slices of fixed-size numbers one after the other.
func writeFile(name string, parts ...any) error {
	f, err := os.Create(name)
	if err != nil {
		return err
	}
	defer f.Close()
	out := bufio.NewWriter(f)
	for _, p := range parts {
		if err := binary.Write(out, binary.LittleEndian, p); err != nil {
			return fmt.Errorf("write %s: %w", name, err)
		}
	}
	if err := out.Flush(); err != nil {
		return err
	}
	return f.Close()
}
