package predict

import (
	"strings"

	"cutpoint/model/head"
	"cutpoint/pipeline/lists"
	"cutpoint/schemas"
)

// documents sums the log probabilities of each document's pages, which need not
// lie together in a table: pages that failed once come later. What is held grows
// with the number of documents, by K sums each.
type documents struct {
	order []*document
	of    map[documentKey]*document
}

// documentKey has the path, too, since each copy of a document has a prediction of its
// own.
type documentKey struct{ id, path string }

type document struct {
	row  Row       // without what is predicted
	sums []float64 // (K)
}

func newDocuments() *documents { return &documents{of: map[documentKey]*document{}} }

func (d *documents) add(f schemas.Feature, logp []float64) {
	key, label := documentKey{f.DocumentID, f.Path}, lists.Label(schemas.Text(f.Label))
	doc := d.of[key]
	if doc == nil { // strings are cloned: they may lie in a block of many rows
		key = documentKey{strings.Clone(f.DocumentID), strings.Clone(f.Path)}
		doc = &document{row: Row{DocumentID: key.id, Path: key.path, Label: strings.Clone(label)}, sums: make([]float64, len(logp))}
		d.of[key] = doc
		d.order = append(d.order, doc)
	}
	if doc.row.Label != label {
		doc.row.Label = "" // its pages disagree
	}
	doc.row.Pages++
	for k, v := range logp {
		doc.sums[k] += v
	}
}

// write hands the documents on in the order of their first pages.
func (d *documents) write(p *Predictor) error {
	for at := 0; at < len(d.order); at += scoredAtOnce {
		var rows []Row
		for _, doc := range d.order[at:min(at+scoredAtOnce, len(d.order))] {
			head.MeanLogProbabilities(doc.sums, int(doc.row.Pages))
			rows = append(rows, p.row(doc.row, doc.sums))
		}
		if err := p.sink.Write(rows); err != nil {
			return err
		}
	}
	return nil
}
