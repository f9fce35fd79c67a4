package compare

import (
	"time"

	"cutpoint/schemas"
)

// Report is a comparison's outcome. It marshals to JSON, which has no sentences but
// the facts that they are made of; WriteText draws it for people.
type Report struct {
	Tool          string    `json:"tool"`    // program and version
	Command       []string  `json:"command"` // its arguments as given
	Created       time.Time `json:"created"`
	Source        Source    `json:"source"`
	Classes       []Class   `json:"classes"`
	Rows          Rows      `json:"rows"`
	LeftOut       LeftOut   `json:"left_out"`
	Unit          string    `json:"unit"`  // what is scored: UnitPage or UnitDocument
	Split         string    `json:"split"` // SplitFolds or SplitStore
	Folds         int       `json:"folds"`
	Repeats       int       `json:"repeats"`
	Seed          uint64    `json:"seed"`
	MajorityShare float64   `json:"majority_share"` // accuracy of always answering the commonest class
	Rate          Rate      `json:"rate"`
	Candidates    []Entry   `json:"candidates"`     // in the order given
	Best          int       `json:"best"`           // index of the highest mean accuracy
	Chosen        int       `json:"chosen"`         // index of the cheapest about as good as the best
	StandardError float64   `json:"standard_error"` // of the best's mean accuracy, corrected for overlapping folds
	Advice        Advice    `json:"advice"`
	Reasons       Reasons   `json:"reasons"`
	Pages         Outcomes  `json:"pages"` // of the chosen candidate
}

// What is scored.
const (
	UnitPage     = "page"
	UnitDocument = "document" // the mean of its pages' log probabilities
)

// How pages are divided into training and test.
const (
	SplitFolds = "folds" // each fold is the test set once
	SplitStore = "store" // by the split that the corpus gave: "train" and "test"
)

// Source says what the numbers were computed from.
type Source struct {
	Store       string               `json:"store"`
	Fingerprint string               `json:"fingerprint"`
	Description *schemas.Description `json:"description"`
	Replaced    Replaced             `json:"replaced"`
	Warnings    map[string]int       `json:"warnings"` // pages of the first cut that may not look as a person sees them, by the reason
}

// Replaced counts the documents, and their pages at the first cut, whose paths hold
// other documents now.
type Replaced struct {
	Documents int  `json:"documents"`
	Pages     int  `json:"pages"`
	Included  bool `json:"included"` // they were used like others
}

// Class is a label and how many pages (or documents) have it.
type Class struct {
	Name  string `json:"name"`
	Pages int    `json:"pages"`
}

// Entry is one candidate's scores and costs.
type Entry struct {
	Cut              string       `json:"cut"`
	Head             string       `json:"head"`
	Dim              int          `json:"dim"`
	Version          int64        `json:"version"` // of the cut's table that was read
	Accuracy         Summary      `json:"accuracy"`
	MacroF1          Summary      `json:"macro_f1"`
	LogLoss          Summary      `json:"log_loss"`
	CalibrationError Summary      `json:"calibration_error"`
	TrainSeconds     Summary      `json:"train_seconds"`  // a fold
	PredictMicros    Summary      `json:"predict_micros"` // a page
	Costs            Costs        `json:"costs"`
	Splits           []Scores     `json:"splits"`         // a fold of a repeat each
	Confusion        [][]int      `json:"confusion"`      // (K, K) true by predicted, over all splits
	PerClass         []ClassScore `json:"per_class"`      // (K) from the confusion matrix
	LearningCurve    []CurvePoint `json:"learning_curve"` // null if not asked for
	AgainstBest      *Test        `json:"against_best"`   // null for the best itself
	WithinError      bool         `json:"within_error"`   // mean accuracy within one standard error of the best's
}

// Costs are what a candidate takes, training left out.
type Costs struct {
	BytesAPage      int64 `json:"bytes_a_page"`      // of the vector, before compression
	StoredBytesPage int64 `json:"stored_bytes_page"` // in the table's files; 0 if unknown
	TrunkFLOPs      int64 `json:"trunk_flops"`       // a page
	TrunkParameters int64 `json:"trunk_parameters"`
	HeadParameters  int64 `json:"head_parameters"`
	// Of a page from its pixels to its class, and of a million of them; 0 if the
	// trunk's rate is unknown.
	PagesPerSecond float64 `json:"pages_per_second"`
	MillionHours   float64 `json:"million_hours"`
	MillionBytes   int64   `json:"million_bytes"` // stored
}

// ClassScore is how one class fares.
type ClassScore struct {
	Precision float64 `json:"precision"` // of the pages predicted so, the share that is; 0 if there are none
	Recall    float64 `json:"recall"`    // of the pages that are so, the share that is predicted
	F1        float64 `json:"f1"`
	Pages     int     `json:"pages"` // of the class, over all splits
}

// CurvePoint is the score at one number of labelled pages a class.
type CurvePoint struct {
	PagesPerClass int     `json:"pages_per_class"` // at most: a class may have fewer
	TrainPages    float64 `json:"train_pages"`     // mean over the splits
	Accuracy      Summary `json:"accuracy"`
	LogLoss       Summary `json:"log_loss"`
}

// Outcomes names the pages that a person should look at, by the probabilities
// that heads gave which had not seen them. Each list is sorted, the worst first.
type Outcomes struct {
	Suspects   []Outcome `json:"suspects"`   // whose label is probably wrong
	Surprising []Outcome `json:"surprising"` // whose label is least probable
	Confused   []Outcome `json:"confused"`   // between classes: the largest entropy
}

// Outcome is one page (or document, with Page -1) and what a head says of it.
type Outcome struct {
	DocumentID           string  `json:"document_id"`
	Page                 int32   `json:"page"`
	Path                 string  `json:"path"`
	Label                string  `json:"label"`
	Predicted            string  `json:"predicted"`
	LabelProbability     float64 `json:"label_probability"`
	PredictedProbability float64 `json:"predicted_probability"`
	Entropy              float64 `json:"entropy"` // nats
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
		{&e.LogLoss, logLossOf},
		{&e.CalibrationError, func(s Scores) float64 { return s.CalibrationGap }},
		{&e.TrainSeconds, func(s Scores) float64 { return s.TrainSeconds }},
		{&e.PredictMicros, func(s Scores) float64 { return s.PredictMicros }},
	} {
		*s.to = summarise(e.each(s.score))
	}
	e.PerClass = perClass(e.Confusion)
}

func accuracyOf(s Scores) float64 { return s.Accuracy }

func logLossOf(s Scores) float64 { return s.LogLoss }
