package compare

import (
	"errors"
	"fmt"

	"cutpoint/model/head/train"
	"cutpoint/schemas"
)

// fold is one split of the common pages into training and test.
type fold struct{ train, test []int }

// divide returns the splits that the options ask for.
func (p *pages) divide(o Options) ([]fold, error) {
	if o.Split == SplitStore {
		return p.storeSplit()
	}
	return p.folds(o.Folds, o.Repeats, o.Seed)
}

// folds deals the pages out repeats times. Each page is tested once a repeat.
func (p *pages) folds(k, repeats int, seed uint64) ([]fold, error) {
	if err := p.checkClasses(k); err != nil {
		return nil, err
	}
	var out []fold
	for r := range repeats {
		of := train.StratifiedGroupFolds(p.y, p.groups, len(p.classes), k, seed+uint64(r))
		for f := range k {
			var s fold
			for i, at := range of {
				if at == f {
					s.test = append(s.test, i)
				} else {
					s.train = append(s.train, i)
				}
			}
			out = append(out, s)
		}
	}
	return out, nil
}

// storeSplit returns the only split that the corpus itself gives. A page whose
// group is tested is not trained on.
func (p *pages) storeSplit() ([]fold, error) {
	if err := p.checkClasses(1); err != nil {
		return nil, err
	}
	var s fold
	tested := map[int]bool{} // groups
	for i, name := range p.splits {
		if schemas.IsTest(name) {
			s.test = append(s.test, i)
			tested[p.groups[i]] = true
		}
	}
	trained := make([]int, len(p.classes))
	for i, name := range p.splits {
		switch isTrain := schemas.IsTrain(name); {
		case isTrain && tested[p.groups[i]]:
			p.counts.Leaks++
		case isTrain:
			s.train = append(s.train, i)
			trained[p.y[i]]++
		}
	}
	p.counts.InNoSplit = len(p.keys) - len(s.test) - len(s.train) - p.counts.Leaks
	if len(s.test) == 0 || len(s.train) == 0 {
		return nil, fmt.Errorf("the store's split has %d pages for training and %d for test: give the corpus as a manifest whose column split says train or test, or compare on folds", len(s.train), len(s.test))
	}
	for y, n := range trained {
		if n == 0 {
			return nil, fmt.Errorf("no page labelled %q is for training: a head cannot learn it; change the split, or leave the label out", p.classes[y])
		}
	}
	return []fold{s}, nil
}

// checkClasses refuses labels from which no k folds can be made.
func (p *pages) checkClasses(k int) error {
	switch {
	case len(p.keys) == 0 && p.counts.Unlabelled > 0:
		return fmt.Errorf("none of the %d pages has a label: put documents into one folder per label, or give a labels file", p.counts.Unlabelled)
	case len(p.keys) == 0:
		return errors.New("no page is at every cut: featurize the same corpus at all of them")
	case len(p.classes) == 1:
		return fmt.Errorf("all %d pages have the label %q: a head needs at least two labels", len(p.keys), p.classes[0])
	}
	if k < 2 {
		return nil
	}
	groups := make([]map[int]bool, len(p.classes))
	for i, y := range p.y {
		if groups[y] == nil {
			groups[y] = map[int]bool{}
		}
		groups[y][p.groups[i]] = true
	}
	for y, g := range groups {
		if len(g) < k && len(g) >= 2 {
			return fmt.Errorf("label %q has %d different documents and %d folds need at least %d: label more of them, or ask for %d folds", p.classes[y], len(g), k, k, len(g))
		} else if len(g) < k {
			return fmt.Errorf("label %q has 1 document (duplicates count once) and %d folds need at least %d: label more of them, or leave the label out", p.classes[y], k, k)
		}
	}
	return nil
}
