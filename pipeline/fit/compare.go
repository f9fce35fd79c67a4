package fit

import (
	"context"
	"fmt"
	"time"

	"cutpoint/model"
	"cutpoint/model/head"
)

// Result is a comparison's report and, if asked for, its heads.
type Result struct {
	Report *Report
	// Heads are trained on all rows, one a candidate; nil unless Options.KeepHeads.
	Heads []*head.Head
	// Classes are the names of the heads' outputs, in order.
	Classes []string
}

// Compare trains and scores every candidate on the same folds of the same pages.
// Equal tables, options and recipes give an equal report but for the times.
func Compare(ctx context.Context, load Load, candidates []Candidate, o Options) (*Result, error) {
	o, err := o.withDefaults(candidates)
	if err != nil {
		return nil, fmt.Errorf("compare: %w", err)
	}
	cuts := cutsOf(candidates)
	p, table, err := survey(ctx, load, cuts, o.Labels)
	if err != nil {
		return nil, err
	}
	folds, err := p.folds(o.Folds, o.Repeats, o.Seed)
	if err != nil {
		return nil, err
	}
	c := &comparison{o: o, pages: p, folds: folds,
		result: &Result{Report: newReport(p, candidates, o), Classes: p.classes}}
	if o.KeepHeads {
		c.result.Heads = make([]*head.Head, len(candidates))
	}
	// From the last cut to the first: the survey has just left the last in memory.
	for i := len(cuts) - 1; i >= 0; i-- {
		if table == nil {
			if table, err = open(ctx, load, cuts[i]); err != nil {
				return nil, err
			}
		}
		if err := c.cut(ctx, table, candidates); err != nil {
			return nil, err
		}
		table = nil
	}
	c.result.Report.decide()
	return c.result, nil
}

// cutsOf lists the candidates' cuts, each once.
func cutsOf(candidates []Candidate) []model.Cut {
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
	o      Options
	pages  *pages
	folds  []fold
	result *Result
}

// cut scores the candidates on one cut.
func (c *comparison) cut(ctx context.Context, table *Dataset, candidates []Candidate) error {
	rows, err := c.pages.rows(table)
	if err != nil {
		return err
	}
	data := c.data(table, rows)
	for i, candidate := range candidates {
		if candidate.Cut != table.Cut {
			continue
		}
		c.result.Report.Candidates[i].Version = table.Version
		if err := c.candidate(ctx, data, rows, candidate, i); err != nil {
			return fmt.Errorf("%s: %w", candidate, err)
		}
	}
	return nil
}

// data gives every row of the table the class and the group of its page.
func (c *comparison) data(table *Dataset, rows []int) head.Data {
	d := head.Data{Matrix: head.Matrix{Values: table.X, Dim: table.Cut.Dim()}, Classes: len(c.pages.classes),
		Y: make([]int, len(table.Keys)), Groups: make([]int, len(table.Keys))}
	for i, r := range rows {
		d.Y[r], d.Groups[r] = c.pages.y[i], c.pages.groups[i]
	}
	return d
}

// candidate fills in the i-th entry and head.
func (c *comparison) candidate(ctx context.Context, data head.Data, rows []int, candidate Candidate, i int) error {
	e := &c.result.Report.Candidates[i]
	of := len(c.folds)
	for f, split := range c.folds {
		c.o.Progress(Step{candidate, f + 1, of})
		s := Scores{Repeat: f / c.o.Folds, Fold: f % c.o.Folds, TestPages: len(split.test), TrainPages: len(split.train)}
		start := time.Now()
		h, err := candidate.Trainer.Train(ctx, data.Subset(pick(rows, split.train)))
		if err != nil {
			return fmt.Errorf("fold %d of %d: %w", f+1, of, err)
		}
		s.TrainSeconds = time.Since(start).Seconds()
		start = time.Now()
		logp, err := h.LogProbabilities(data.Subset(pick(rows, split.test)).Matrix)
		if err != nil {
			return fmt.Errorf("fold %d of %d: %w", f+1, of, err)
		}
		s.PredictMicros = float64(time.Since(start).Nanoseconds()) / 1e3 / float64(len(split.test))
		s.score(logp, pick(c.pages.y, split.test), e.Confusion)
		e.Splits = append(e.Splits, s)
		e.Costs.HeadParameters = h.Parameters()
	}
	e.summarise()
	if !c.o.KeepHeads {
		return nil
	}
	c.o.Progress(Step{candidate, of + 1, of})
	h, err := candidate.Trainer.Train(ctx, data.Subset(rows))
	if err != nil {
		return fmt.Errorf("train on all pages: %w", err)
	}
	c.result.Heads[i] = h
	return nil
}

// newReport returns a report with everything but the scores.
func newReport(p *pages, candidates []Candidate, o Options) *Report {
	r := &Report{Rows: p.counts, Folds: o.Folds, Repeats: o.Repeats, Seed: o.Seed, Classes: make([]Class, len(p.classes))}
	for k, name := range p.classes {
		r.Classes[k].Name = name
	}
	for _, y := range p.y {
		r.Classes[y].Pages++
	}
	for _, class := range r.Classes {
		r.MajorityShare = max(r.MajorityShare, float64(class.Pages)/float64(len(p.y)))
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
func pick(values, rows []int) []int {
	out := make([]int, len(rows))
	for i, r := range rows {
		out[i] = values[r]
	}
	return out
}
