package export

import (
	"bufio"
	"encoding/binary"
	"encoding/json"
	"fmt"
	"io"
	"math"
	"strings"

	"cutpoint/model/weights/safetensors"
	"cutpoint/schemas"
)

// matrix writes (N, D) float32, little-endian, row by row, and counts.
type matrix struct {
	out     *bufio.Writer
	table   Table
	written int64
	row     []byte
}

func newMatrix(w io.Writer, t Table) matrix {
	return matrix{out: bufio.NewWriterSize(w, 1<<20), table: t, row: make([]byte, 4*t.Info.Dim)}
}

func (m *matrix) write(r schemas.Feature) error {
	if err := m.table.check(r); err != nil {
		return err
	}
	if m.written++; m.written > m.table.Rows {
		return fmt.Errorf("more rows than the %d that were announced", m.table.Rows)
	}
	for i, v := range r.Embedding {
		binary.LittleEndian.PutUint32(m.row[4*i:], math.Float32bits(v))
	}
	_, err := m.out.Write(m.row)
	return err
}

// close checks that as many rows came as the header says.
func (m *matrix) close() error {
	if m.written != m.table.Rows {
		return fmt.Errorf("%d rows where %d were announced", m.written, m.table.Rows)
	}
	return m.out.Flush()
}

// npy is NumPy's format 1.0 (numpy.lib.format): magic, version, the header's
// length, a Python dictionary padded with spaces so that the values begin at a
// multiple of 64 bytes.
type npy struct{ matrix }

func newNPY(w io.Writer, t Table) (*npy, error) {
	n := &npy{newMatrix(w, t)}
	header := fmt.Sprintf("{'descr': '<f4', 'fortran_order': False, 'shape': (%d, %d), }", t.Rows, t.Info.Dim)
	const before = 10 // magic, version, length
	header += strings.Repeat(" ", 63-(before+len(header))%64) + "\n"
	n.out.WriteString("\x93NUMPY\x01\x00")
	n.out.Write(binary.LittleEndian.AppendUint16(nil, uint16(len(header))))
	_, err := n.out.WriteString(header)
	return n, err
}

func (n *npy) Write(rows []schemas.Feature) error {
	for _, r := range rows {
		if err := n.write(r); err != nil {
			return err
		}
	}
	return nil
}

func (n *npy) Close() error { return n.close() }

// safetensorsFile has the tensors embedding (N, D) F32, page (N) I32 and label (N)
// I64, a class's number or -1, and in __metadata__ what the numbers are.
type safetensorsFile struct {
	matrix
	pages  []int32
	labels []int64
}

func newSafetensors(w io.Writer, t Table) (*safetensorsFile, error) {
	metadata := map[string]string{schemas.KeyFingerprint: t.Description.Fingerprint(), schemas.KeyTool: schemas.Tool()}
	for key, v := range map[string]any{schemas.KeyCut: t.Info, schemas.KeyDescription: t.Description, keyClasses: t.Classes} {
		raw, err := json.Marshal(v)
		if err != nil {
			return nil, err
		}
		metadata[key] = string(raw)
	}
	rows := int(t.Rows)
	header := safetensors.Header{Metadata: metadata, Tensors: []safetensors.Tensor{
		{Name: schemas.ColumnEmbedding, DType: "F32", Shape: []int{rows, t.Info.Dim}},
		{Name: schemas.ColumnLabel, DType: "I64", Shape: []int{rows}},
		{Name: schemas.ColumnPage, DType: "I32", Shape: []int{rows}},
	}}
	s := &safetensorsFile{matrix: newMatrix(w, t)}
	return s, header.Write(s.out)
}

// keyClasses is the key of the classes' names, a JSON list, in metadata.
const keyClasses = "cutpoint.classes"

func (s *safetensorsFile) Write(rows []schemas.Feature) error {
	for _, r := range rows {
		if err := s.write(r); err != nil {
			return err
		}
		s.pages = append(s.pages, r.Page)
		s.labels = append(s.labels, int64(s.table.class(r.Label)))
	}
	return nil
}

// Close writes the short tensors, which were kept: twelve bytes a row.
func (s *safetensorsFile) Close() error {
	if err := safetensors.WriteValues(s.out, s.labels); err != nil {
		return err
	}
	if err := safetensors.WriteValues(s.out, s.pages); err != nil {
		return err
	}
	return s.close()
}
