package safetensors

import (
	"encoding/binary"
	"encoding/json"
	"fmt"
	"io"
	"slices"
)

// Write writes the beginning of a file: everything before the tensors' values,
// which the caller writes after it, in the order of Tensors. Offset and Size need
// not be set. Spaces behind the JSON align the values to 8 bytes.
func (h *Header) Write(w io.Writer) error {
	header := map[string]any{}
	if h.Metadata != nil {
		header["__metadata__"] = h.Metadata
	}
	begin := int64(0)
	for _, t := range h.Tensors {
		size, err := sizeOf(t.DType, t.Shape)
		if err != nil {
			return fmt.Errorf("tensor %s %w", t.Name, err)
		}
		header[t.Name] = entry{t.DType, t.Shape, [2]int64{begin, begin + size}}
		begin += size
	}
	raw, err := json.Marshal(header)
	if err != nil {
		return fmt.Errorf("describe the tensors: %w", err)
	}
	for len(raw)%8 != 0 {
		raw = append(raw, ' ')
	}
	if _, err := w.Write(binary.LittleEndian.AppendUint64(nil, uint64(len(raw)))); err != nil {
		return err
	}
	_, err = w.Write(raw)
	return err
}

// entry is a tensor's description in the header.
type entry struct {
	DType   string   `json:"dtype"`
	Shape   []int    `json:"shape"`
	Offsets [2]int64 `json:"data_offsets"`
}

// sizeOf returns the number of bytes of a tensor.
func sizeOf(dtype string, shape []int) (int64, error) {
	width, ok := widths[dtype]
	if !ok {
		return 0, fmt.Errorf("has the unknown dtype %.20q", dtype)
	}
	bits := width
	for _, n := range shape {
		bits *= int64(n)
	}
	return bits / 8, nil
}

// valuesAtOnce bounds the buffer of WriteValues.
const valuesAtOnce = 1 << 14

// WriteValues writes a tensor's values, or some of them, in the format of a file.
func WriteValues[T float32 | int32 | int64](w io.Writer, values []T) error {
	var buffer []byte
	for part := range slices.Chunk(values, valuesAtOnce) {
		var err error
		if buffer, err = binary.Append(buffer[:0], binary.LittleEndian, part); err != nil {
			return err
		}
		if _, err := w.Write(buffer); err != nil {
			return err
		}
	}
	return nil
}
