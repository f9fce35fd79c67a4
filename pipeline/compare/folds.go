package compare

import (
	"fmt"
	"slices"

	"cutpoint/model/head/train"
	"cutpoint/schemas"
)

// fold is one split of the common pages into training and test.
type fold struct{ train, test []int }

// divide returns the splits that the options ask for. Labels that are too rare for them
// are left out.
func (p *pages) divide(o Options) ([]fold, error) {
	if err := p.checkLabels(); err != nil {
		return nil, err
	}
	for {
		if err := p.leaveOutRare(o.MinDocuments, o.Folds); err != nil {
			return nil, err
		}
		folds, err := p.deal(o)
		if err != nil {
			return nil, err
		}
		missing := p.missing(folds)
		if len(missing) == 0 {
			return folds, nil
		}
		p.leaveOut(missing) // and deal the others anew
	}
}

func (p *pages) deal(o Options) ([]fold, error) {
	if o.Split == SplitStore {
		f, err := p.storeSplit()
		return []fold{f}, err
	}
	return p.folds(o.Folds, o.Repeats, o.Seed)
}

// folds deals the pages out repeats times. Each page is tested once a repeat.
func (p *pages) folds(k, repeats int, seed uint64) ([]fold, error) {
	if p.counts.Groups < k {
		return nil, fmt.Errorf("%d different documents cannot be divided into %d folds: label more documents, or ask for %d folds", p.counts.Groups, k, p.counts.Groups)
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

// storeSplit returns the only split that the corpus itself gives. Pages for validation are
// trained on, since recipes hold out what they need themselves, but tested where none are
// for test. A page whose group is tested is not trained on.
func (p *pages) storeSplit() (s fold, err error) {
	p.counts.Leaks = 0
	isTest, isTrain := schemas.IsTest, func(split string) bool { return schemas.IsTrain(split) || schemas.IsValidation(split) }
	if !slices.ContainsFunc(p.splits, schemas.IsTest) {
		isTest, isTrain = schemas.IsValidation, schemas.IsTrain
	}
	tested := map[int]bool{} // groups
	for i, name := range p.splits {
		if isTest(name) {
			s.test = append(s.test, i)
			tested[p.groups[i]] = true
		}
	}
	for i, name := range p.splits {
		switch train := isTrain(name); {
		case train && tested[p.groups[i]]:
			p.counts.Leaks++
		case train:
			s.train = append(s.train, i)
		}
	}
	p.counts.InNoSplit = len(p.keys) - len(s.test) - len(s.train) - p.counts.Leaks
	if len(s.test) == 0 || len(s.train) == 0 {
		without := ""
		if rare := p.leftOut.RareLabels; len(rare) > 0 {
			without = fmt.Sprintf(" without the labels that lack documents for training (%s)", listLabels(rare, someLabels))
		}
		return s, fmt.Errorf("the store's split has %d pages for training and %d for test%s: give the corpus as a manifest whose column split says train or test (or validation), or compare on folds", len(s.train), len(s.test), without)
	}
	p.leftOut.UntestedLabels = nil
	for k, has := range p.present(s.test) {
		if !has {
			p.leftOut.UntestedLabels = append(p.leftOut.UntestedLabels, p.classes[k])
		}
	}
	return s, nil
}
