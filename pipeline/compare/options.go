package compare

import (
	"errors"
	"fmt"

	"cutpoint/model"
	"cutpoint/model/head/train"
)

// Candidate is one cut with one recipe for its head.
type Candidate struct {
	Cut     model.Cut
	Trainer train.Trainer
}

// String returns "fc2 with softmax".
func (c Candidate) String() string { return c.Cut.String() + " with " + c.Trainer.Name() }

// Options of a comparison. The zero value of a field means what its comment says.
type Options struct {
	Folds   int    // number of folds; 0 = 5
	Repeats int    // number of times that pages are divided into folds anew; 0 = 1
	Seed    uint64 // decides the folds; the recipes carry their own seeds
	Labels  *Labels
	// MinDocuments is the number of different documents below which a label is left
	// out; 0 is the number of folds, or with SplitStore 1.
	MinDocuments int
	Unit         string // UnitPage (the default) or UnitDocument
	Split        string // SplitFolds (the default) or SplitStore, which needs neither folds nor repeats
	Rate         Rate   // of the trunk, for the costs
	// LearningCurve asks for scores with ever more labelled pages a class.
	LearningCurve bool
	// KeepHeads asks for a head of every candidate trained on all rows.
	KeepHeads bool
	// Progress, if not nil, is called before each training.
	Progress func(Step)
}

// Step is one training of a comparison.
type Step struct {
	Candidate Candidate
	Done, Of  int // trainings that have ended, and all of them
}

func (o Options) withDefaults(candidates []Candidate) (Options, error) {
	if len(candidates) == 0 {
		return o, errors.New("no cut and head are given to compare")
	}
	for i, c := range candidates {
		for _, earlier := range candidates[:i] {
			if c.String() == earlier.String() {
				return o, fmt.Errorf("%s is given twice", c)
			}
		}
	}
	if o.Unit == "" {
		o.Unit = UnitPage
	}
	if o.Split == "" {
		o.Split = SplitFolds
	}
	if o.Unit != UnitPage && o.Unit != UnitDocument {
		return o, fmt.Errorf("unknown unit %q; units are %s and %s", o.Unit, UnitPage, UnitDocument)
	}
	if o.Progress == nil {
		o.Progress = func(Step) {}
	}
	return o.withSplits()
}

// withSplits fills in how pages are divided.
func (o Options) withSplits() (Options, error) {
	switch o.Split {
	case SplitStore:
		if o.Folds != 0 || o.Repeats != 0 {
			return o, errors.New("the store's own split leaves no choice of folds or repeats")
		}
		o.Folds, o.Repeats, o.MinDocuments = 1, 1, max(o.MinDocuments, 1)
		return o, nil
	case SplitFolds:
	default:
		return o, fmt.Errorf("unknown split %q; splits are %s and %s", o.Split, SplitFolds, SplitStore)
	}
	if o.Folds == 0 {
		o.Folds = 5
	}
	if o.Repeats == 0 {
		o.Repeats = 1
	}
	if o.Folds < 2 || o.Repeats < 1 {
		return o, fmt.Errorf("%d folds and %d repeats: there must be at least 2 folds and 1 repeat", o.Folds, o.Repeats)
	}
	if o.MinDocuments == 0 {
		o.MinDocuments = o.Folds
	}
	if o.MinDocuments < 2 {
		return o, fmt.Errorf("at least %d documents a label: there must be 2, one to learn from and one to test", o.MinDocuments)
	}
	return o, nil
}
