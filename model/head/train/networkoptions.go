package train

import (
	"errors"
	"fmt"
	"strconv"

	"cutpoint/model/head"
)

// NetworkOptions are the options that all recipes trained as networks share. The
// zero value of a field means the recipe's default.
type NetworkOptions struct {
	// Dropout is the share of the values that are dropped in training; 0 means
	// 0.5. NoDropout drops none.
	Dropout float64
	// Hidden is the width of the hidden layer of DenseDropoutBNSoftmax; 0 means
	// 4096.
	Hidden int
	// Epochs is the most passes over the training rows; 0 means 100.
	Epochs int
	// Patience is how many epochs may pass without a lower validation loss; the
	// best epoch's weights are kept. 0 means 10.
	Patience int
	// BatchSize is the number of rows of a step; 0 means 32.
	BatchSize int
	// LearningRate is Adam's; 0 means 1e-3, and 1e-5 for VGGTop, whose weights are
	// trained already.
	LearningRate float64
	// L2 is the penalty on ½‖kernels‖² beside the mean loss: for Keras's
	// kernel_regularizer=l2(λ) it is 2λ.
	L2 float64
	// Balanced gives every class the same weight: a row counts N/(K·rows of its
	// class).
	Balanced bool
	// ValidationFolds is the number of folds of which one is the validation
	// split; 0 means 5.
	ValidationFolds int
	// Seed decides the validation split, the start, the order and the dropping.
	Seed uint64
	// Progress, if not nil, is called after every epoch, which count from 1.
	Progress func(epoch int, validationLoss float64)
}

// NoDropout, as the Dropout of NetworkOptions, drops nothing.
const NoDropout = -1

// Check reports the first option that no training could be run with.
func (o NetworkOptions) Check() error {
	switch {
	case o.Dropout != NoDropout && !(o.Dropout >= 0 && o.Dropout < 1):
		return fmt.Errorf("dropout %g is not a share below 1", o.Dropout)
	case o.Hidden < 0 || o.Epochs < 0 || o.Patience < 0 || o.BatchSize < 0:
		return errors.New("hidden width, epochs, patience and batch size cannot be negative")
	case o.BatchSize == 1:
		return errors.New("a batch of one page has no spread to normalise by: take 2 or more")
	case o.Hidden > head.MaxDim:
		return fmt.Errorf("a hidden layer of %d values is wider than %d", o.Hidden, head.MaxDim)
	case !(o.LearningRate >= 0) || o.LearningRate > 1 || !(o.L2 >= 0):
		return fmt.Errorf("learning rate %g and L2 %g: a rate is at most 1, and neither is negative", o.LearningRate, o.L2)
	}
	return nil
}

// withDefaults fills in the recipe's numbers. rate is its learning rate.
func (o NetworkOptions) withDefaults(rate float64) (NetworkOptions, error) {
	if err := o.Check(); err != nil {
		return o, err
	}
	for value, usual := range map[*int]int{&o.Hidden: 4096, &o.Epochs: 100, &o.Patience: 10, &o.BatchSize: 32} {
		if *value == 0 {
			*value = usual
		}
	}
	for value, usual := range map[*float64]float64{&o.Dropout: 0.5, &o.LearningRate: rate} {
		if *value == 0 {
			*value = usual
		}
	}
	if o.Dropout == NoDropout {
		o.Dropout = 0
	}
	if o.Progress == nil {
		o.Progress = func(int, float64) {}
	}
	return o, nil
}

// describe returns the options as Head.Options has them.
func (o NetworkOptions) describe() map[string]string {
	number := func(v float64) string { return strconv.FormatFloat(v, 'g', -1, 64) }
	return map[string]string{"dropout": number(o.Dropout), "hidden": strconv.Itoa(o.Hidden), "batch_size": strconv.Itoa(o.BatchSize), "patience": strconv.Itoa(o.Patience),
		"learning_rate": number(o.LearningRate), "l2": number(o.L2), "balanced": strconv.FormatBool(o.Balanced),
		"seed": strconv.FormatUint(o.Seed, 10), "solver": "adam"}
}
