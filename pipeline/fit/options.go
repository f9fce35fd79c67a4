package fit

import (
	"errors"
	"fmt"

	"cutpoint/model"
	"cutpoint/model/head"
)

// Candidate is one cut with one recipe for its head.
type Candidate struct {
	Cut     model.Cut
	Trainer head.Trainer
}

// String returns "fc2 with softmax".
func (c Candidate) String() string { return c.Cut.String() + " with " + c.Trainer.Name() }

// Options of a comparison. The zero value of a field means what its comment says.
type Options struct {
	Folds   int    // parts that take turns as the test set; 0 = 5
	Repeats int    // how often pages are dealt anew; 0 = 1
	Seed    uint64 // decides the folds; the recipes carry their own seeds
	Labels  *Labels
	// KeepHeads asks for a head of every candidate trained on all rows.
	KeepHeads bool
	// Progress, if not nil, is called before each training.
	Progress func(Step)
}

// Step is one training of a comparison.
type Step struct {
	Candidate Candidate
	Fold, Of  int // 1 … Of for folds; the final head is Fold Of+1
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
	if o.Folds == 0 {
		o.Folds = 5
	}
	if o.Repeats == 0 {
		o.Repeats = 1
	}
	if o.Folds < 2 || o.Repeats < 1 {
		return o, fmt.Errorf("%d folds and %d repeats: there must be at least 2 folds and 1 repeat", o.Folds, o.Repeats)
	}
	if o.Progress == nil {
		o.Progress = func(Step) {}
	}
	return o, nil
}
