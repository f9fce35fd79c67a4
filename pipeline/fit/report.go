package fit

// Report is a comparison's outcome. It marshals to JSON; WriteText draws it.
type Report struct {
	Classes       []Class `json:"classes"`
	Rows          Rows    `json:"rows"`
	Folds         int     `json:"folds"`
	Repeats       int     `json:"repeats"`
	Seed          uint64  `json:"seed"`
	MajorityShare float64 `json:"majority_share"` // accuracy of always answering the commonest class
	Candidates    []Entry `json:"candidates"`     // in the order given
	Best          int     `json:"best"`           // index of the highest mean accuracy
	Chosen        int     `json:"chosen"`         // index of the cheapest about as good as the best
	StandardError float64 `json:"standard_error"` // of the best's mean accuracy, corrected for overlapping folds
	Advice        string  `json:"advice"`
}

// Class is a label and how many pages have it.
type Class struct {
	Name  string `json:"name"`
	Pages int    `json:"pages"`
}

// Entry is one candidate's scores and costs.
type Entry struct {
	Cut              string   `json:"cut"`
	Head             string   `json:"head"`
	Dim              int      `json:"dim"`
	Version          int64    `json:"version"` // of the cut's table that was read
	Accuracy         Summary  `json:"accuracy"`
	MacroF1          Summary  `json:"macro_f1"`
	LogLoss          Summary  `json:"log_loss"`
	CalibrationError Summary  `json:"calibration_error"`
	TrainSeconds     Summary  `json:"train_seconds"`  // a fold
	PredictMicros    Summary  `json:"predict_micros"` // a page
	BytesAPage       int64    `json:"bytes_a_page"`   // stored, before compression
	TrunkFLOPs       int64    `json:"trunk_flops"`    // a page
	TrunkParameters  int64    `json:"trunk_parameters"`
	HeadParameters   int64    `json:"head_parameters"`
	Splits           []Scores `json:"splits"`       // a fold of a repeat each
	Confusion        [][]int  `json:"confusion"`    // (K, K) true by predicted, over all splits
	AgainstBest      *Test    `json:"against_best"` // null for the best itself
	WithinError      bool     `json:"within_error"` // mean accuracy within one standard error of the best's
}

// Name returns "fc2 with softmax".
func (e Entry) Name() string { return e.Cut + " with " + e.Head }

// each returns one score of every split.
func (e Entry) each(score func(Scores) float64) []float64 {
	values := make([]float64, len(e.Splits))
	for i, s := range e.Splits {
		values[i] = score(s)
	}
	return values
}

// summarise sets the means and deviations from the splits.
func (e *Entry) summarise() {
	for _, s := range []struct {
		to    *Summary
		score func(Scores) float64
	}{
		{&e.Accuracy, accuracyOf}, {&e.MacroF1, func(s Scores) float64 { return s.MacroF1 }},
		{&e.LogLoss, func(s Scores) float64 { return s.LogLoss }},
		{&e.CalibrationError, func(s Scores) float64 { return s.CalibrationGap }},
		{&e.TrainSeconds, func(s Scores) float64 { return s.TrainSeconds }},
		{&e.PredictMicros, func(s Scores) float64 { return s.PredictMicros }},
	} {
		*s.to = summarise(e.each(s.score))
	}
}

func accuracyOf(s Scores) float64 { return s.Accuracy }
