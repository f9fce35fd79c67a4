package fit

import (
	"math"

	"gonum.org/v1/gonum/stat/distuv"
)

// Test is a paired comparison of a candidate with the best one.
type Test struct {
	Difference float64 `json:"difference"` // mean accuracy minus the best's
	T          float64 `json:"t"`
	P          float64 `json:"p"` // two-sided
}

// correctedError is the standard error of a mean over resampled splits. Training
// sets overlap, so scores of folds are not independent and sd/√J is too small;
// Nadeau and Bengio add the ratio of test to training size to 1/J.
func correctedError(sd float64, splits int, testToTrain float64) float64 {
	return sd * math.Sqrt(1/float64(splits)+testToTrain)
}

// correctedTTest tests whether paired differences over splits, (J), have mean 0,
// with J-1 degrees of freedom.
func correctedTTest(differences []float64, testToTrain float64) Test {
	s := summarise(differences)
	t := Test{Difference: s.Mean}
	err := correctedError(s.SD, len(differences), testToTrain)
	// Equal scores differ by rounding; a spread of that size is no spread.
	if err <= 1e-14 {
		t.P = 1
		if math.Abs(s.Mean) > 1e-12 {
			t.P, t.T = 0, math.Copysign(math.MaxFloat64, s.Mean) // JSON has no infinity
		}
		return t
	}
	t.T = s.Mean / err
	t.P = 2 * distuv.StudentsT{Mu: 0, Sigma: 1, Nu: float64(len(differences) - 1)}.CDF(-math.Abs(t.T))
	return t
}
