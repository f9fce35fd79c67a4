package predict

import (
	"fmt"
	"math"

	"cutpoint/model"
	"cutpoint/model/head"
	"cutpoint/pipeline/lists"
	"cutpoint/schemas"
)

// What a prediction is for.
const (
	UnitPage     = "page"
	UnitDocument = "document" // the class with the largest mean of log probabilities over the pages
)

// Row is one prediction.
type Row struct {
	DocumentID    string
	Page          int32 // of UnitPage, from 0
	Pages         int32 // of UnitDocument: how many were scored
	Path          string
	Label         string // as known; "" if none is
	Predicted     string
	Probability   float64   // of the predicted class
	Probabilities []float64 // (K) in the order of the head's classes
}

// Sink takes rows in order.
type Sink interface {
	Write(rows []Row) error
}

// Predictor scores vectors with a head and hands rows on. It is used from one
// goroutine at a time.
type Predictor struct {
	file      *head.File
	sink      Sink
	documents *documents // nil for UnitPage
	values    []float32  // (≤ scoredAtOnce, D), used again
	summary   Summary
	counts    []int // (K) rows by predicted class
	known     map[string]bool
}

// scoredAtOnce bounds the vectors that are laid side by side for the head.
const scoredAtOnce = 256

// New makes a predictor. It refuses a head with two classes of one name, or with a cut
// that is not one of the network's.
func New(f *head.File, unit string, sink Sink) (*Predictor, error) {
	if _, err := CutOf(f); err != nil {
		return nil, err
	}
	p := &Predictor{file: f, sink: sink, counts: make([]int, len(f.Classes)), known: map[string]bool{}}
	for _, c := range f.Classes {
		if p.known[c] {
			return nil, fmt.Errorf("the head has two classes of the name %q: train it again", c)
		}
		p.known[c] = true
	}
	switch unit {
	case UnitPage:
	case UnitDocument:
		p.documents = newDocuments()
	default:
		return nil, fmt.Errorf("unknown unit %q; predictions are for each %s or each %s", unit, UnitPage, UnitDocument)
	}
	return p, nil
}

// CutOf returns the cut whose vectors the head takes.
func CutOf(f *head.File) (model.Cut, error) {
	cut, err := model.ParseCut(f.Cut)
	if err != nil {
		return cut, fmt.Errorf("the head's cut: %w", err)
	}
	if cut.Dim() != f.Head.Dim {
		return cut, fmt.Errorf("the head takes %d values and cut %s has %d: train it again", f.Head.Dim, cut, cut.Dim())
	}
	return cut, nil
}

// Score scores pages and writes or collects their predictions. Their vectors must be those of the head's cut.
func (p *Predictor) Score(pages []schemas.Feature) error {
	for len(pages) > 0 {
		n := min(len(pages), scoredAtOnce)
		if err := p.score(pages[:n]); err != nil {
			return err
		}
		pages = pages[n:]
	}
	return nil
}

func (p *Predictor) score(pages []schemas.Feature) error {
	p.values = p.values[:0]
	for _, f := range pages {
		if len(f.Embedding) != p.file.Head.Dim {
			return fmt.Errorf("score page %d of %s: it has %d values and the head takes %d", f.Page, f.Path, len(f.Embedding), p.file.Head.Dim)
		}
		p.values = append(p.values, f.Embedding...)
	}
	logp, err := p.file.Head.LogProbabilities(head.Matrix{Values: p.values, Dim: p.file.Head.Dim})
	if err != nil {
		return fmt.Errorf("score %d pages from %s page %d on: %w", len(pages), pages[0].Path, pages[0].Page, err)
	}
	p.summary.Pages += len(pages)
	rows := make([]Row, 0, len(pages))
	for i, f := range pages {
		scores := logp[i*len(p.counts) : (i+1)*len(p.counts)]
		if p.documents != nil {
			p.documents.add(f, scores)
			continue
		}
		rows = append(rows, p.row(Row{DocumentID: f.DocumentID, Page: f.Page, Path: f.Path, Label: lists.Label(schemas.Text(f.Label))}, scores))
	}
	if len(rows) == 0 {
		return nil
	}
	return p.sink.Write(rows)
}

// row completes a row by the log probabilities of its classes, (K), and counts it.
func (p *Predictor) row(r Row, logp []float64) Row {
	best := 0
	r.Probabilities = make([]float64, len(logp))
	for k, v := range logp {
		r.Probabilities[k] = math.Exp(v)
		if v > logp[best] {
			best = k
		}
	}
	r.Predicted, r.Probability = p.file.Classes[best], r.Probabilities[best]
	p.summary.Rows++
	p.counts[best]++
	switch {
	case r.Label == "":
	case !p.known[r.Label]:
		p.summary.OtherLabels++
	default:
		p.summary.Labelled++
		if r.Label == r.Predicted {
			p.summary.Correct++
		}
	}
	return r
}

// End writes what is left, the documents of UnitDocument, and says what was done.
func (p *Predictor) End() (Summary, error) {
	if p.documents != nil {
		if err := p.documents.write(p); err != nil {
			return p.Summary(), err
		}
		p.documents = newDocuments()
	}
	return p.Summary(), nil
}
