package predict

import (
	"errors"
	"fmt"
	"math"

	"cutpoint/model/head"
	"cutpoint/schemas"
)

// What a prediction is about.
const (
	UnitPage     = "page"
	UnitDocument = "document" // by the mean of its pages' log probabilities
)

// Writer takes predictions in order.
type Writer interface {
	Write(rows []schemas.Prediction) error
	// Close completes the output; what lies below stays open.
	Close() error
}

// atOnce is how many pages are scored together: a head with hidden layers lays
// out its weights for each call.
const atOnce = 256

// Predictor scores pages as they come, in bounded memory, and documents once all
// pages are known: K numbers a document.
type Predictor struct {
	file *head.File
	unit string
	out  Writer

	vectors   []float32 // (n, D) of the pages that wait
	waiting   []schemas.Feature
	documents []*document // in the order of their first page
	byID      map[string]*document
	summary   Summary
}

// document is what its pages say together.
type document struct {
	first schemas.Feature // its first page, without the vector
	sum   []float64       // (K) of log probabilities
	pages int
}

// Summary says what was predicted.
type Summary struct {
	Unit      string  `json:"unit"`
	Predicted int     `json:"predicted"` // units
	Classes   []Count `json:"classes"`   // (K)
	Labelled  int     `json:"labelled"`  // of the units, those whose label the head knows
	Right     int     `json:"right"`     // of those, predicted as labelled
}

// Count is how many units were taken for a class.
type Count struct {
	Name  string `json:"name"`
	Units int    `json:"units"`
}

// New returns a predictor that writes to out.
func New(f *head.File, unit string, out Writer) (*Predictor, error) {
	if unit != UnitPage && unit != UnitDocument {
		return nil, fmt.Errorf("unknown unit %q; units are %s and %s", unit, UnitPage, UnitDocument)
	}
	p := &Predictor{file: f, unit: unit, out: out, byID: map[string]*document{}, summary: Summary{Unit: unit}}
	for _, name := range f.Classes {
		p.summary.Classes = append(p.summary.Classes, Count{Name: name})
	}
	return p, nil
}

// Add takes pages; their vectors may be used again when it returns.
func (p *Predictor) Add(rows []schemas.Feature) error {
	for _, r := range rows {
		if len(r.Embedding) != p.file.Head.Dim {
			return fmt.Errorf("predict %s page %d: it has %d values and the head takes %d", r.Path, r.Page, len(r.Embedding), p.file.Head.Dim)
		}
		p.vectors = append(p.vectors, r.Embedding...)
		r.Embedding = nil
		if p.waiting = append(p.waiting, r); len(p.waiting) == atOnce {
			if err := p.score(); err != nil {
				return err
			}
		}
	}
	return nil
}

// Close scores and writes what waits and completes the output.
func (p *Predictor) Close() (Summary, error) {
	err := p.score()
	for lo := 0; err == nil && lo < len(p.documents); lo += atOnce {
		var rows []schemas.Prediction
		for _, d := range p.documents[lo:min(lo+atOnce, len(p.documents))] {
			rows = append(rows, p.document(d))
		}
		err = p.write(rows)
	}
	return p.summary, errors.Join(err, p.out.Close())
}

// score turns the waiting pages into predictions, or adds them to their documents.
func (p *Predictor) score() error {
	h := p.file.Head
	logp, err := h.LogProbabilities(head.Matrix{Values: p.vectors, Dim: h.Dim})
	if err != nil {
		return err
	}
	var rows []schemas.Prediction
	for i, r := range p.waiting {
		page := logp[i*h.Classes : (i+1)*h.Classes]
		if p.unit == UnitDocument {
			p.gather(r, page)
		} else {
			rows = append(rows, p.prediction(r, r.Page, page))
		}
	}
	p.vectors, p.waiting = p.vectors[:0], p.waiting[:0]
	return p.write(rows)
}

// gather adds a page to its document.
func (p *Predictor) gather(r schemas.Feature, logp []float64) {
	d := p.byID[r.DocumentID]
	if d == nil {
		d = &document{first: r, sum: make([]float64, len(logp))}
		p.byID[r.DocumentID] = d
		p.documents = append(p.documents, d)
	}
	d.pages++
	for k, v := range logp {
		d.sum[k] += v
	}
}

// document is the prediction of the mean of its pages' log probabilities, which
// are made to add up to 1 again.
func (p *Predictor) document(d *document) schemas.Prediction {
	top, total := math.Inf(-1), 0.0
	for k := range d.sum {
		d.sum[k] /= float64(d.pages)
		top = max(top, d.sum[k])
	}
	for _, v := range d.sum {
		total += math.Exp(v - top)
	}
	for k := range d.sum {
		d.sum[k] -= top + math.Log(total)
	}
	return p.prediction(d.first, schemas.WholeDocument, d.sum)
}

// prediction makes a row from log probabilities, (K), and counts it.
func (p *Predictor) prediction(r schemas.Feature, page int32, logp []float64) schemas.Prediction {
	best := 0
	probabilities := make([]float32, len(logp))
	for k, v := range logp {
		probabilities[k] = float32(math.Exp(v))
		if v > logp[best] {
			best = k
		}
	}
	s := &p.summary
	s.Predicted++
	s.Classes[best].Units++
	if r.Label != nil {
		for k, name := range p.file.Classes {
			if name == *r.Label {
				s.Labelled++
				if k == best {
					s.Right++
				}
			}
		}
	}
	return schemas.Prediction{DocumentID: r.DocumentID, Page: page, Path: r.Path, Label: r.Label,
		Predicted: p.file.Classes[best], Probability: probabilities[best], Probabilities: probabilities}
}

func (p *Predictor) write(rows []schemas.Prediction) error {
	if len(rows) == 0 {
		return nil
	}
	if err := p.out.Write(rows); err != nil {
		return fmt.Errorf("write predictions: %w", err)
	}
	return nil
}
