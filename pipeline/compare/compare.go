package compare

import (
	"context"
	"fmt"
	"time"

	"cutpoint/model"
	"cutpoint/model/head"
	"cutpoint/model/head/train"
)

// Result is a comparison's report and, if asked for, its heads.
type Result struct {
	Report *Report
	// Heads are trained on all rows, one a candidate; nil unless Options.KeepHeads.
	Heads []*head.Head
	// Classes are the names of the heads' outputs, in order.
	Classes []string
}

// Compare trains and scores every candidate on the same splits of the same pages.
// Equal tables, options and recipes give an equal report but for the times.
func Compare(ctx context.Context, load Load, candidates []Candidate, o Options) (*Result, error) {
	o, err := o.withDefaults(candidates)
	if err != nil {
		return nil, fmt.Errorf("compare: %w", err)
	}
	p, tables, err := survey(ctx, load, CutsOf(candidates), o.Labels)
	if err != nil {
		return nil, err
	}
	c, err := newComparison(p, candidates, o)
	if err != nil {
		return nil, err
	}
	for _, t := range tables {
		t.rows = pick(t.rows, p.kept)
	}
	for _, t := range inOrder(tables) {
		if err := t.load(ctx); err != nil {
			return nil, err
		}
		if err := c.cut(ctx, t, candidates); err != nil {
			return nil, err
		}
		t.values = nil
	}
	c.conclude()
	return c.result, nil
}

// CutsOf lists the candidates' cuts, each once.
func CutsOf(candidates []Candidate) []model.Cut {
	var cuts []model.Cut
	have := map[model.Cut]bool{}
	for _, c := range candidates {
		if !have[c.Cut] {
			have[c.Cut] = true
			cuts = append(cuts, c.Cut)
		}
	}
	return cuts
}

// comparison is what all candidates share.
type comparison struct {
	o         Options
	pages     *pages
	units     *units
	folds     []fold
	curve     *curve   // nil unless asked for
	tallies   []*tally // one a candidate
	trainings Step     // done, and in all
	result    *Result
}

// newComparison divides the pages.
func newComparison(p *pages, candidates []Candidate, o Options) (*comparison, error) {
	c := &comparison{o: o, pages: p, tallies: make([]*tally, len(candidates))}
	var err error
	if c.folds, err = p.divide(o); err != nil {
		return nil, err
	}
	if c.units, err = p.units(o.Unit); err != nil {
		return nil, err
	}
	c.trainings.Of = len(candidates) * len(c.folds)
	if o.LearningCurve {
		c.curve = newCurve(p, c.folds, o.Seed)
		c.trainings.Of *= 1 + len(c.curve.sizes)
	}
	c.result = &Result{Report: newReport(p, c.units, candidates, o), Classes: p.classes}
	if o.KeepHeads {
		c.result.Heads = make([]*head.Head, len(candidates))
		c.trainings.Of += len(candidates)
	}
	return c, nil
}

// cut scores the candidates on one cut.
func (c *comparison) cut(ctx context.Context, t *table, candidates []Candidate) error {
	data := c.data(t)
	for i, candidate := range candidates {
		if candidate.Cut != t.cut {
			continue
		}
		e := &c.result.Report.Candidates[i]
		e.Version, e.Costs.StoredBytesPage = t.version, t.storedBytesPage()
		if err := c.candidate(ctx, data, t.rows, candidate, i); err != nil {
			return fmt.Errorf("%s: %w", candidate, err)
		}
	}
	return nil
}

// data gives every row of the table the class and the group of its page.
func (c *comparison) data(t *table) train.Data {
	d := train.Data{Matrix: head.Matrix{Values: t.values, Dim: t.cut.Dim()}, Classes: len(c.pages.classes),
		Y: make([]int, t.pages), Groups: make([]int, t.pages)}
	for i, r := range t.rows {
		d.Y[r], d.Groups[r] = c.pages.y[i], c.pages.groups[i]
	}
	return d
}

// candidate fills in the i-th entry and head.
func (c *comparison) candidate(ctx context.Context, data train.Data, rows []int, candidate Candidate, i int) error {
	e := &c.result.Report.Candidates[i]
	c.tallies[i] = newTally(len(c.units.keys), len(c.pages.classes))
	for f, split := range c.folds {
		s, of, logp, err := c.split(ctx, data, rows, candidate, split)
		if err != nil {
			return fmt.Errorf("split %d of %d: %w", f+1, len(c.folds), err)
		}
		confuse(logp, pick(c.units.y, of), e.Confusion)
		c.tallies[i].add(of, logp)
		s.Repeat, s.Fold = f/c.o.Folds, f%c.o.Folds
		e.Splits = append(e.Splits, s)
		e.Costs.HeadParameters = s.parameters
	}
	e.summarise()
	e.price(c.o.Rate)
	if c.curve != nil {
		if err := c.learningCurve(ctx, data, rows, candidate, e); err != nil {
			return err
		}
	}
	if !c.o.KeepHeads {
		return nil
	}
	c.step(candidate)
	h, err := candidate.Trainer.Train(ctx, data.Subset(rows))
	if err != nil {
		return fmt.Errorf("train on all pages: %w", err)
	}
	c.result.Heads[i] = h
	return nil
}

// split trains on one part and scores the other. It returns the scores, and the
// tested units with their log probabilities, (n, K).
func (c *comparison) split(ctx context.Context, data train.Data, rows []int, candidate Candidate, split fold) (s Scores, of []int, logp []float64, err error) {
	c.step(candidate)
	s = Scores{TestPages: len(split.test), TrainPages: len(split.train)}
	start := time.Now()
	h, err := candidate.Trainer.Train(ctx, data.Subset(pick(rows, split.train)))
	if err != nil {
		return s, nil, nil, err
	}
	s.TrainSeconds = time.Since(start).Seconds()
	start = time.Now()
	if logp, err = h.LogProbabilities(data.Subset(pick(rows, split.test)).Matrix); err != nil {
		return s, nil, nil, err
	}
	s.PredictMicros = float64(time.Since(start).Nanoseconds()) / 1e3 / float64(len(split.test))
	s.parameters = h.Parameters()
	of, logp = c.units.gather(split.test, logp, data.Classes)
	s.score(logp, pick(c.units.y, of), data.Classes)
	return s, of, logp, nil
}

// step reports that a training begins.
func (c *comparison) step(candidate Candidate) {
	c.trainings.Candidate = candidate
	c.o.Progress(c.trainings)
	c.trainings.Done++
}

// conclude decides, once all candidates are scored.
func (c *comparison) conclude() {
	r := c.result.Report
	r.Rows = c.pages.counts
	r.decide(c.against)
	r.Pages = c.tallies[r.Chosen].outcomes(c.units, c.pages.classes)
	r.Reasons = r.reasons(c.against)
}

// against tests candidate i against candidate j.
func (c *comparison) against(i, j int) Test {
	if c.o.Split == SplitStore {
		return mcNemar(c.tallies[i].right(c.units.y), c.tallies[j].right(c.units.y))
	}
	return resampled(c.result.Report.Candidates[i], c.result.Report.Candidates[j], c.o.Folds)
}

// newReport returns a report with everything but the scores.
func newReport(p *pages, u *units, candidates []Candidate, o Options) *Report {
	r := &Report{Rows: p.counts, LeftOut: p.leftOut, Unit: o.Unit, Split: o.Split, Folds: o.Folds, Repeats: o.Repeats, Seed: o.Seed, Rate: o.Rate,
		Classes: make([]Class, len(p.classes))}
	for k, name := range p.classes {
		r.Classes[k].Name = name
	}
	for _, y := range u.y {
		r.Classes[y].Pages++
	}
	for _, class := range r.Classes {
		r.MajorityShare = max(r.MajorityShare, float64(class.Pages)/float64(len(u.y)))
	}
	for _, c := range candidates {
		cost := c.Cut.Cost()
		e := Entry{Cut: c.Cut.String(), Head: c.Trainer.Name(), Dim: c.Cut.Dim(),
			Costs:     Costs{BytesAPage: 4 * int64(c.Cut.Dim()), TrunkFLOPs: cost.FLOPs, TrunkParameters: cost.Parameters},
			Confusion: make([][]int, len(p.classes))}
		for k := range e.Confusion {
			e.Confusion[k] = make([]int, len(p.classes))
		}
		r.Candidates = append(r.Candidates, e)
	}
	return r
}

// pick returns values at rows.
func pick[T any](values []T, rows []int) []T {
	out := make([]T, len(rows))
	for i, r := range rows {
		out[i] = values[r]
	}
	return out
}
