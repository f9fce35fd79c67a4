package recompute

import (
	"cmp"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"math"

	"cutpoint/model"
	"cutpoint/pipeline/corpus"
	"cutpoint/pipeline/raster"
	"cutpoint/schemas"
)

// Tolerance is the relative RMS difference up to which vectors count as equal: other
// kernels sum in another order. What was multiplied in bfloat16 is as far from float64 as
// 1.4e-2 (docs/performance.md), on a GPU in another way than on a CPU.
const (
	Tolerance         = 1e-4
	ToleranceBFloat16 = 0.05
)

// Tables is what the check needs of a store.
type Tables interface {
	// Documents yields every row of the documents table, in any order.
	Documents(ctx context.Context, yield func(rows []schemas.Document) error) error
	// Features yields the rows of a cut's table.
	Features(ctx context.Context, cut string, yield func(rows []schemas.Feature) error) error
}

// Job is what to check.
type Job struct {
	Cuts        []model.Cut // the store's tables
	Pages       int         // how many pages to choose
	Seed        uint64      // decides which
	Batch       int         // pages per forward pass; 0 = 16
	Tolerance   float64     // 0 = Tolerance
	Float16     bool        // the stored values are rounded to binary16
	Tables      Tables
	NewEngine   func() (model.Engine, error) // called once, if there is a page to compute
	Limits      raster.Limits
	Preparation raster.Preparation // as the store's pages were prepared
}

// Report says what was found.
type Report struct {
	Asked     int      `json:"asked"`
	Pages     int      `json:"pages"`                 // computed and compared
	Vectors   int      `json:"vectors"`               // compared, of all cuts
	Identical int      `json:"identical"`             // of Vectors: bit for bit
	Greatest  float64  `json:"greatest_relative_rms"` // of the differences
	Problems  []string `json:"problems"`              // vectors that differ
	Unchecked []string `json:"unchecked"`             // pages whose document is gone or has changed
}

// stored is a chosen page: where its document was, and its vectors by cut.
type stored struct {
	key     schemas.PageKey
	path    string
	vectors [][]float32 // in the order of Job.Cuts; nil where a cut lacks the page
}

// Run checks pages. Differences are in the report; an error says that the check
// could not be done.
func Run(ctx context.Context, job Job) (Report, error) {
	job.Batch, job.Tolerance = cmp.Or(job.Batch, 16), cmp.Or(job.Tolerance, Tolerance)
	r := Report{Asked: job.Pages, Problems: []string{}, Unchecked: []string{}}
	pages, err := job.choose(ctx)
	if err != nil || len(pages) == 0 {
		return r, err
	}
	engine, err := job.NewEngine()
	if err != nil {
		return r, err
	}
	defer engine.Close()
	var batch []*stored
	var pixels []uint8 // (len(batch), 224, 224, 3)
	flush := func() error {
		err := job.compare(ctx, engine, batch, pixels, &r)
		batch, pixels = batch[:0], pixels[:0]
		return err
	}
	for i := range pages {
		p := &pages[i]
		page, err := p.prepare(ctx, job.Limits, job.Preparation)
		var lacks *noSuchPage
		switch {
		case ctx.Err() != nil:
			return r, ctx.Err()
		case errors.As(err, &lacks):
			r.Problems = append(r.Problems, fmt.Sprintf("page %d of %s (document %s) is stored, but the document does not give it: %v", p.key.Page, p.path, p.key.DocumentID, lacks.err))
			continue
		case err != nil:
			r.Unchecked = append(r.Unchecked, fmt.Sprintf("page %d of %s: %v", p.key.Page, p.path, err))
			continue
		}
		batch, pixels = append(batch, p), append(pixels, page...)
		if len(batch) == job.Batch {
			if err := flush(); err != nil {
				return r, err
			}
		}
	}
	return r, flush()
}

// noSuchPage says that the document that was featurized, unchanged, lacks a page that
// is stored.
type noSuchPage struct{ err error }

func (e *noSuchPage) Error() string { return e.err.Error() }

// prepare reads the document again and returns the page's pixels.
func (p *stored) prepare(ctx context.Context, limits raster.Limits, how raster.Preparation) ([]uint8, error) {
	data, err := corpus.Entry{Path: corpus.Path(p.path)}.Read(limits.MaxBytes)
	if err != nil {
		return nil, err
	}
	if sum := sha256.Sum256(data); hex.EncodeToString(sum[:]) != p.key.DocumentID {
		return nil, fmt.Errorf("the file holds another document now")
	}
	doc, err := raster.Open(ctx, data, limits, how.Decoding)
	if err != nil {
		return nil, &noSuchPage{err}
	}
	defer doc.Close()
	if int(p.key.Page) >= doc.Pages() {
		return nil, &noSuchPage{fmt.Errorf("it has %d pages", doc.Pages())}
	}
	image, err := doc.Decode(ctx, int(p.key.Page))
	if err != nil {
		return nil, &noSuchPage{err}
	}
	pixels := make([]uint8, model.InputShape().Len())
	image.Prepare(pixels, model.InputShape().W, how)
	return pixels, nil
}

// compare computes a batch and holds it to what is stored.
func (j Job) compare(ctx context.Context, engine model.Engine, batch []*stored, pixels []uint8, r *Report) error {
	if len(batch) == 0 {
		return nil
	}
	dst := make([][]float32, len(j.Cuts))
	for i, c := range j.Cuts {
		dst[i] = make([]float32, len(batch)*c.Dim())
	}
	if err := engine.Forward(ctx, pixels, j.Cuts, dst); err != nil {
		return err
	}
	for k, p := range batch {
		r.Pages++
		for i, c := range j.Cuts {
			if p.vectors[i] == nil {
				continue
			}
			now := dst[i][k*c.Dim() : (k+1)*c.Dim()]
			if j.Float16 {
				schemas.RoundHalf(now)
			}
			r.vector(p, c, now, p.vectors[i], j.Tolerance)
		}
	}
	return nil
}

// vector compares one vector.
func (r *Report) vector(p *stored, cut model.Cut, now, then []float32, tolerance float64) {
	r.Vectors++
	rms := relativeRMS(now, then)
	if rms == 0 {
		r.Identical++
	}
	if !math.IsInf(rms, 0) && !math.IsNaN(rms) { // which JSON has no number for; the problem says it
		r.Greatest = max(r.Greatest, rms)
	}
	if !(rms <= tolerance) {
		r.Problems = append(r.Problems, fmt.Sprintf("table %s: page %d of %s (document %s) is stored with a relative RMS difference of %.2g to what it gives now",
			cut, p.key.Page, p.path, p.key.DocumentID, rms))
	}
}

// relativeRMS is the root of Σ(a−b)² / Σb²; infinite if only b is zero.
func relativeRMS(a, b []float32) float64 {
	var difference, size float64
	for i := range b {
		d := float64(a[i]) - float64(b[i])
		difference += d * d
		size += float64(b[i]) * float64(b[i])
	}
	if difference == 0 {
		return 0
	}
	return math.Sqrt(difference / size)
}
