package compare

import "time"

// Advice is the rule by which a candidate was chosen, and the numbers that it took.
// AdviceSentence says it for people.
type Advice struct {
	Rule          string    `json:"rule"`   // one of the rules below
	Chosen        Contender `json:"chosen"` // the cheapest within one standard error of the best
	Best          Contender `json:"best"`   // the highest mean accuracy
	StandardError float64   `json:"standard_error"`
	P             *float64  `json:"p"`              // of the difference between chosen and best; null if they are one
	MajorityClass string    `json:"majority_class"` // the commonest
	MajorityShare float64   `json:"majority_share"` // accuracy of always answering it
}

// The rules of Advice.
const (
	// NoBetterThanChance: the best is within one standard error of always answering the
	// commonest class, so none is to be used.
	NoBetterThanChance = "no-better-than-chance"
	// OnlyCandidate: there was nothing to choose from.
	OnlyCandidate = "only-candidate"
	// HighestAccuracy: the best is chosen; no cheaper one is within one standard error.
	HighestAccuracy = "highest-accuracy"
	// OneStandardError: a cheaper one than the best is within one standard error of it.
	OneStandardError = "one-standard-error"
)

// Contender is a candidate with what rules compare.
type Contender struct {
	Candidate      string  `json:"candidate"`    // "fc2 with softmax"
	Accuracy       float64 `json:"accuracy"`     // mean over the splits
	TrunkFLOPs     int64   `json:"trunk_flops"`  // a page
	BytesAPage     int64   `json:"bytes_a_page"` // stored, as far as that is known
	HeadParameters int64   `json:"head_parameters"`
}

// Reasons are the numbers behind the advice. Those without numbers are null.
// ReasonSentences says them for people.
type Reasons struct {
	FullyConnected *FullyConnected `json:"fully_connected"`
	BestCheaper    *BestCheaper    `json:"best_cheaper"`
	MillionPages   *MillionPages   `json:"million_pages"`
	MoreLabels     *MoreLabels     `json:"more_labels"`
	SuspectLabels  *SuspectLabels  `json:"suspect_labels"`
}

// FullyConnected compares the best cut behind the fully connected layers with the
// best one before them: the question that reuse of VGG19 begins with.
type FullyConnected struct {
	With         Contender `json:"with"`
	Without      Contender `json:"without"`
	Difference   float64   `json:"difference"` // of mean accuracies, with minus without
	P            float64   `json:"p"`
	Significance float64   `json:"significance"` // the P below which a difference counts
}

// BestCheaper is the best of the candidates that are cheaper than the chosen one and
// too far below the best.
type BestCheaper struct {
	Contender
	BelowBest     float64 `json:"below_best"` // in accuracy
	StandardError float64 `json:"standard_error"`
	P             float64 `json:"p"` // against the best
}

// MillionPages is what a million pages take.
type MillionPages struct {
	Chosen Expense  `json:"chosen"`
	Best   *Expense `json:"best"` // null if it is the chosen one
}

// Expense is what a candidate takes for a million pages.
type Expense struct {
	Candidate string  `json:"candidate"`
	Hours     float64 `json:"hours"` // of computing; 0 if the trunk's rate is unknown
	Bytes     int64   `json:"bytes"` // of vectors
}

// MoreLabels is the end of the chosen candidate's learning curve: what the last step
// to more labelled pages brought.
type MoreLabels struct {
	Candidate     string     `json:"candidate"`
	From          LabelCount `json:"from"`
	To            LabelCount `json:"to"`
	Gain          float64    `json:"gain"`           // of accuracy
	StandardError float64    `json:"standard_error"` // above which more labels will probably help
}

// LabelCount is a point of a learning curve.
type LabelCount struct {
	PagesPerClass int     `json:"pages_per_class"`
	Accuracy      float64 `json:"accuracy"`
}

// SuspectLabels is how many labels look wrong.
type SuspectLabels struct {
	Count  int    `json:"count"`
	OrMore bool   `json:"or_more"` // the list of them is full
	Worst  string `json:"worst"`   // path of the first to look at
}

// Rate is how fast the trunk runs, from which the costs of a million pages are
// computed. The zero value says that it is not known.
type Rate struct {
	FLOPsPerSecond float64  `json:"flops_per_second"`
	PagesPerSecond float64  `json:"pages_per_second"` // of Run; or, if that is null, through the whole network, as the user gave it
	Run            *RateRun `json:"run"`
}

// RateRun is the run of featurize by which the rate was measured.
type RateRun struct {
	Started time.Time `json:"started"`
	Pages   int64     `json:"pages"`
}
