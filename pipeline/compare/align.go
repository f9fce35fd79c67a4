package compare

import (
	"context"
	"fmt"
	"maps"
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
	kept    []int             // (N) places among the pages before labels were left out

	duplicate []bool // (N) another document's page has the same vector
	counts    Rows
	leftOut   LeftOut
}

// Rows says what became of the pages of the tables.
type Rows struct {
	Used           int `json:"used"`             // labelled, with a label that is not too rare, and at every cut
	Unlabelled     int `json:"unlabelled"`       // at every cut, without a label
	NotAtEveryCut  int `json:"not_at_every_cut"` // at some cuts only
	Rare           int `json:"rare"`             // at every cut, with a label that has too few documents
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
	p.leftOut.LabelsFile = labels != nil
	p.counts.LabelsUnused, p.leftOut.LabelsUnused = labels.Unused()
	if labels != nil && p.counts.LabelsUnused == len(labels.rows) {
		return nil, nil, labels.meetNothing(datasets[0])
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
	var unlabelled []schemas.PageKey
	elsewhere := map[string]bool{} // labels of pages that some cut lacks
	for key, s := range found {
		switch {
		case s.cuts < cuts:
			p.counts.NotAtEveryCut++
			if s.label != "" {
				elsewhere[s.label] = true
			}
		case s.label == "":
			unlabelled = append(unlabelled, key)
		default:
			p.keys = append(p.keys, key)
		}
	}
	p.counts.Unlabelled = len(unlabelled)
	p.leftOut.Unlabelled = firstPaths(unlabelled, found)
	slices.SortFunc(p.keys, schemas.PageKey.Compare)
	for _, key := range p.keys {
		s := found[key]
		p.labels, p.paths, p.splits = append(p.labels, s.label), append(p.paths, s.path), append(p.splits, s.split)
	}
	p.classify()
	for _, label := range slices.Sorted(maps.Keys(elsewhere)) {
		if _, has := slices.BinarySearch(p.classes, label); !has {
			p.leftOut.RareLabels = append(p.leftOut.RareLabels, RareLabel{Name: label})
		}
	}
}

// classify numbers the labels.
func (p *pages) classify() {
	p.classes = slices.Compact(slices.Sorted(slices.Values(p.labels)))
	p.y = make([]int, len(p.labels))
	for i, label := range p.labels {
		p.y[i], _ = slices.BinarySearch(p.classes, label)
	}
}

// firstPaths returns the first few pages' paths, by name.
func firstPaths(keys []schemas.PageKey, found map[schemas.PageKey]*seen) (paths []string) {
	for _, key := range keys {
		if path := found[key].path; len(paths) < fewExamples || path < paths[fewExamples-1] {
			i, _ := slices.BinarySearch(paths, path)
			paths = slices.Insert(paths, i, path)[:min(len(paths)+1, fewExamples)]
		}
	}
	return paths
}
