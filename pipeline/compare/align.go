package compare

import (
	"context"
	"fmt"
	"slices"

	"cutpoint/model"
	"cutpoint/schemas"
)

// pages is what all cuts have in common: the same rows in the same order.
type pages struct {
	keys    []schemas.PageKey // (N) sorted
	paths   []string          // (N) "" if unknown
	splits  []string          // (N) "" for none
	labels  []string          // (N)
	y       []int             // (N) index in classes
	classes []string          // (K) sorted
	groups  []int             // (N) pages that may not be separated
	counts  Rows
}

// Rows says what became of the pages of the tables.
type Rows struct {
	Used           int `json:"used"`             // labelled and at every cut
	Unlabelled     int `json:"unlabelled"`       // at every cut, without a label
	NotAtEveryCut  int `json:"not_at_every_cut"` // at some cuts only
	Groups         int `json:"groups"`           // sets of pages that stay together
	Duplicates     int `json:"duplicates"`       // pages whose vector another document's page also has
	LabelsDiffer   int `json:"labels_differ"`    // pages that tables label differently; the first cut counts
	LabelsUnused   int `json:"labels_unused"`    // lines of the labels file that name no page
	LabelsReplaced int `json:"labels_replaced"`  // pages whose label the labels file changed
	InNoSplit      int `json:"in_no_split"`      // of the used, with Split "store": neither for training nor for test
	Leaks          int `json:"leaks"`            // of the used, with Split "store": not trained on, since their group is tested
}

// seen is what the survey of the tables learns of a page.
type seen struct {
	label, path, split string
	cuts               int
}

// survey reads the rows of every cut and finds the common pages. Some of the tables
// that it returns, in the order of cuts, have their vectors in memory.
func survey(ctx context.Context, load Load, cuts []model.Cut, labels *Labels) (*pages, []*table, error) {
	p, found := &pages{}, map[schemas.PageKey]*seen{}
	datasets := make([]*Dataset, len(cuts))
	for i, cut := range cuts {
		d, err := open(ctx, load, cut)
		if err != nil {
			return nil, nil, err
		}
		names, replaced, err := labels.apply(d)
		if err != nil {
			return nil, nil, err
		}
		if i == 0 {
			p.counts.LabelsReplaced = replaced
		}
		p.counts.LabelsDiffer += d.survey(names, found)
		datasets[i] = d
	}
	if p.counts.LabelsUnused = labels.unused(); labels != nil && p.counts.LabelsUnused == len(labels.of) {
		return nil, nil, fmt.Errorf("none of the %d pages or documents in the labels file is in the store: name them as featurize did", p.counts.LabelsUnused)
	}
	p.common(found, len(cuts))
	tables := make([]*table, len(cuts))
	for i, d := range datasets {
		tables[i] = newTable(d, p.keys)
	}
	return p, tables, p.group(ctx, tables, keptBytes)
}

// survey notes the pages of a table, labelled so, and returns how many of them an
// earlier table labels differently.
func (d *Dataset) survey(labels []string, found map[schemas.PageKey]*seen) (differ int) {
	for i, key := range d.Keys {
		s := found[key]
		if s == nil {
			s = &seen{label: labels[i], path: d.path(i), split: d.split(i)}
			found[key] = s
		}
		if l := labels[i]; s.label == "" {
			s.label = l
		} else if l != "" && l != s.label {
			differ++
		}
		s.cuts++
	}
	return differ
}

func open(ctx context.Context, load Load, cut model.Cut) (*Dataset, error) {
	d, err := load(ctx, cut)
	if err != nil {
		return nil, fmt.Errorf("load features of cut %s: %w", cut, err)
	}
	if d.Cut != cut {
		return nil, fmt.Errorf("load features of cut %s: the table holds %s", cut, d.Cut)
	}
	return d, d.check()
}

// common keeps the labelled pages that all cuts have, sorted.
func (p *pages) common(found map[schemas.PageKey]*seen, cuts int) {
	for key, s := range found {
		switch {
		case s.cuts < cuts:
			p.counts.NotAtEveryCut++
		case s.label == "":
			p.counts.Unlabelled++
		default:
			p.keys = append(p.keys, key)
		}
	}
	slices.SortFunc(p.keys, schemas.PageKey.Compare)
	for _, key := range p.keys {
		s := found[key]
		p.labels, p.paths, p.splits = append(p.labels, s.label), append(p.paths, s.path), append(p.splits, s.split)
	}
	p.classes = slices.Compact(slices.Sorted(slices.Values(p.labels)))
	for _, label := range p.labels {
		class, _ := slices.BinarySearch(p.classes, label)
		p.y = append(p.y, class)
	}
	p.counts.Used = len(p.keys)
}
