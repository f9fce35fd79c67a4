package predict

import (
	"encoding/csv"
	"encoding/json"
	"fmt"
	"io"
	"strconv"

	"github.com/parquet-go/parquet-go"

	"cutpoint/model/head"
	"cutpoint/schemas"
)

// Formats of predictions, by the names that the command line has for them.
const (
	FormatCSV     = "csv"
	FormatJSONL   = "jsonl"
	FormatParquet = "parquet"
)

// NewWriter returns a writer of predictions of the head's classes.
func NewWriter(format string, w io.Writer, f *head.File) (Writer, error) {
	switch format {
	case FormatCSV:
		return newCSV(w, f.Classes)
	case FormatJSONL:
		out := json.NewEncoder(w)
		out.SetEscapeHTML(false)
		return &jsonl{out, f.Classes}, nil
	case FormatParquet:
		return newParquet(w, f)
	}
	return nil, fmt.Errorf("unknown format %q; predictions are written as %s, %s or %s", format, FormatCSV, FormatJSONL, FormatParquet)
}

// csvWriter writes RFC 4180 with a header: the columns of schemas.Prediction, the
// probabilities spread out as p_<class>.
type csvWriter struct{ out *csv.Writer }

func newCSV(w io.Writer, classes []string) (*csvWriter, error) {
	header := []string{"document_id", "page", "path", "label", "predicted", "probability"}
	for _, name := range classes {
		header = append(header, "p_"+name)
	}
	c := &csvWriter{csv.NewWriter(w)}
	return c, c.out.Write(header)
}

func (c *csvWriter) Write(rows []schemas.Prediction) error {
	for _, r := range rows {
		label := ""
		if r.Label != nil {
			label = *r.Label
		}
		record := []string{r.DocumentID, strconv.Itoa(int(r.Page)), r.Path, label, r.Predicted, number(r.Probability)}
		for _, p := range r.Probabilities {
			record = append(record, number(p))
		}
		if err := c.out.Write(record); err != nil {
			return err
		}
	}
	c.out.Flush() // so that a reader of a pipe sees pages as they come
	return c.out.Error()
}

func (c *csvWriter) Close() error {
	c.out.Flush()
	return c.out.Error()
}

// number writes the shortest decimal that reads back as the same float32.
func number(v float32) string { return strconv.FormatFloat(float64(v), 'g', -1, 32) }

// jsonl writes one JSON object a line, the probabilities by class.
type jsonl struct {
	out     *json.Encoder
	classes []string
}

func (j *jsonl) Write(rows []schemas.Prediction) error {
	for _, r := range rows {
		probabilities := map[string]float32{}
		for k, p := range r.Probabilities {
			probabilities[j.classes[k]] = p
		}
		line := struct {
			DocumentID    string             `json:"document_id"`
			Page          int32              `json:"page"`
			Path          string             `json:"path"`
			Label         *string            `json:"label"`
			Predicted     string             `json:"predicted"`
			Probability   float32            `json:"probability"`
			Probabilities map[string]float32 `json:"probabilities"`
		}{r.DocumentID, r.Page, r.Path, r.Label, r.Predicted, r.Probability, probabilities}
		if err := j.out.Encode(line); err != nil {
			return err
		}
	}
	return nil
}

func (*jsonl) Close() error { return nil }

// parquetWriter writes schemas.Prediction, with the classes in the metadata.
type parquetWriter struct {
	*parquet.GenericWriter[schemas.Prediction]
}

func newParquet(w io.Writer, f *head.File) (*parquetWriter, error) {
	classes, err := json.Marshal(f.Classes)
	if err != nil {
		return nil, err
	}
	return &parquetWriter{parquet.NewGenericWriter[schemas.Prediction](w, parquet.Compression(&parquet.Snappy),
		parquet.KeyValueMetadata(schemas.KeyClasses, string(classes)), parquet.KeyValueMetadata(schemas.KeyHead, f.Head.Kind),
		parquet.KeyValueMetadata(schemas.KeyFingerprint, f.Fingerprint), parquet.KeyValueMetadata(schemas.KeyTool, schemas.Tool()))}, nil
}

func (p *parquetWriter) Write(rows []schemas.Prediction) error {
	_, err := p.GenericWriter.Write(rows)
	return err
}
