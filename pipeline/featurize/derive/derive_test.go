package derive

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"cutpoint/model"
	"cutpoint/schemas"
)

// memory is a store in memory; its slices are small, to cross batches.
type memory struct {
	tables  map[string][]schemas.Feature
	commits int
	fail    error
	onWrite func()
}

type keySet map[schemas.PageKey]bool

func (k keySet) Has(key schemas.PageKey) bool { return k[key] }
func (k keySet) Len() int                     { return len(k) }

func (m *memory) Keys(_ context.Context, cut string) (Keys, error) {
	keys := keySet{}
	for _, r := range m.tables[cut] {
		keys[r.Key()] = true
	}
	return keys, nil
}

func (m *memory) Features(_ context.Context, cut string, yield func([]schemas.Feature) error) error {
	for rows := range slices.Chunk(m.tables[cut], 5) {
		if err := yield(rows); err != nil {
			return fmt.Errorf("scan: %w", err)
		}
	}
	return nil
}

func (m *memory) AppendFeatures(_ context.Context, cut string, rows []schemas.Feature) error {
	if m.fail != nil {
		return m.fail
	}
	m.commits++
	m.tables[cut] = append(m.tables[cut], rows...)
	if m.onWrite != nil {
		m.onWrite()
	}
	return nil
}

// sumEngine makes value i of a cut the source's value i plus the cut's layer.
type sumEngine struct {
	model.Engine // what is not asked for
	pages        int
	closed       bool
}

func (e *sumEngine) Close() error { e.closed = true; return nil }

func (e *sumEngine) ForwardFrom(_ context.Context, from model.Cut, x []float32, cuts []model.Cut, dst [][]float32) error {
	n := len(x) / from.Dim()
	e.pages += n
	for c, cut := range cuts {
		for page := range n {
			for i := range cut.Dim() {
				dst[c][page*cut.Dim()+i] = x[page*from.Dim()+i] + float32(cut.Layer())
			}
		}
	}
	return nil
}

func cutsOf(t *testing.T, list string) []model.Cut {
	t.Helper()
	cuts, err := model.ParseCuts(list)
	if err != nil {
		t.Fatal(err)
	}
	return cuts
}

func newJob(t *testing.T, pages int) (Job, *memory, *sumEngine) {
	t.Helper()
	m, e := &memory{tables: map[string][]schemas.Feature{}}, &sumEngine{}
	label := "memo"
	for i := range pages {
		row := schemas.Feature{DocumentID: fmt.Sprint("id", i/2), Page: int32(i % 2), Path: fmt.Sprint("in/", i/2), Label: &label, Embedding: make([]float32, 4096)}
		for k := range row.Embedding {
			row.Embedding[k] = float32(i*7 + k)
		}
		m.tables["fc1"] = append(m.tables["fc1"], row)
	}
	job := Job{
		From: cutsOf(t, "fc1")[0], Cuts: cutsOf(t, "fc2,predictions"), Tables: m,
		NewEngine: func() (model.Engine, error) { return e, nil }, Batch: 3, PartPages: 4,
		Now: func() time.Time { return time.Unix(77, 0) },
	}
	return job, m, e
}

func TestDerive(t *testing.T) {
	job, m, e := newJob(t, 11)
	m.tables["fc2"] = slices.Clone(m.tables["fc1"][2:4]) // what another run left
	s, err := Run(context.Background(), job)
	if err != nil || s.Pages != 11 || s.UpToDate != 0 || e.pages != 11 || !e.closed {
		t.Fatalf("deriving 11 pages: %+v, %v, engine closed: %t; want all computed and it closed", s, err, e.closed)
	}
	if len(m.tables["fc2"]) != 11 || len(m.tables["predictions"]) != 11 {
		t.Fatalf("%d and %d rows", len(m.tables["fc2"]), len(m.tables["predictions"]))
	}
	isDerived(t, m.tables["predictions"], m.tables["fc1"], job.Cuts[1])
	others := slices.Delete(slices.Clone(m.tables["fc1"]), 2, 4)
	isDerived(t, m.tables["fc2"][2:], others, job.Cuts[0])
	if m.commits != 4 { // parts of 6 and 5 pages, two cuts
		t.Errorf("%d commits, want 4", m.commits)
	}
	if s, err := Run(context.Background(), job); err != nil || s.Pages != 0 || s.UpToDate != 11 || e.pages != 11 {
		t.Errorf("derive again: %+v, error %v; want 11 pages up to date", s, err)
	}
}

// isDerived checks that rows are those that sumEngine makes of the source's, in order.
func isDerived(t *testing.T, rows, source []schemas.Feature, cut model.Cut) {
	t.Helper()
	if len(rows) != len(source) {
		t.Fatalf("%s: %d rows of %d are derived", cut, len(rows), len(source))
	}
	for i, r := range rows {
		from := source[i]
		if r.Key() != from.Key() || r.Path != from.Path || *r.Label != "memo" || r.FeaturizedAt.Unix() != 77 || len(r.Embedding) != cut.Dim() {
			t.Fatalf("%s: row %d is %v of %s with %d values, derived from %v of %s", cut, i, r.Key(), r.Path, len(r.Embedding), from.Key(), from.Path)
		}
		for k, v := range r.Embedding {
			if want := from.Embedding[k] + float32(cut.Layer()); v != want {
				t.Fatalf("%s: value %d of row %d is %g, want %g", cut, k, i, v, want)
			}
		}
	}
}

func TestStop(t *testing.T) {
	job, m, _ := newJob(t, 40)
	stop := make(chan struct{})
	job.Stop = stop
	m.onWrite = func() {
		if m.commits == 1 {
			close(stop)
		}
	}
	s, err := Run(context.Background(), job)
	if !errors.Is(err, ErrStopped) || s.Pages == 0 || s.Pages == 40 || len(m.tables["predictions"]) != s.Pages {
		t.Fatalf("stopped run: %+v, error %v, %d rows; want some of 40", s, err, len(m.tables["predictions"]))
	}
	job.Stop, m.onWrite = nil, nil
	if again, err := Run(context.Background(), job); err != nil || again.Pages+s.Pages != 40 || len(m.tables["fc2"]) != 40 || len(m.tables["predictions"]) != 40 {
		t.Errorf("derive again: %+v, error %v, %d and %d rows; want the rest", again, err, len(m.tables["fc2"]), len(m.tables["predictions"]))
	}
}

func TestErrors(t *testing.T) {
	job, m, _ := newJob(t, 40)
	m.fail = errors.New("disk is full")
	if _, err := Run(context.Background(), job); !errors.Is(err, m.fail) || !strings.Contains(err.Error(), "fc2") {
		t.Errorf("a failing write: %v", err)
	}
	m.fail = nil
	job.NewEngine = func() (model.Engine, error) { return nil, errors.New("no engine") }
	if _, err := Run(context.Background(), job); err == nil || !strings.Contains(err.Error(), "no engine") {
		t.Errorf("no engine: %v", err)
	}
	ended, cancel := context.WithCancel(context.Background())
	cancel()
	job, _, _ = newJob(t, 40)
	if _, err := Run(ended, job); !errors.Is(err, context.Canceled) {
		t.Errorf("cancelled: error %v, want %v", err, context.Canceled)
	}
	for from, cuts := range map[string]string{"pool5": "pool4", "pool5-avg": "fc1", "fc2": "fc1", "fc1": "pool5-avg"} {
		job.From, job.Cuts = cutsOf(t, from)[0], cutsOf(t, cuts)
		if _, err := Run(context.Background(), job); err == nil || !strings.Contains(err.Error(), "derived from "+from) {
			t.Errorf("derive %s from %s: error %v", cuts, from, err)
		}
	}
}
