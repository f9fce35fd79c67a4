package compare

import (
	"math"

	"gonum.org/v1/gonum/stat/distuv"
)

// Test is a paired comparison of two candidates' accuracies.
type Test struct {
	Name       string  `json:"name"`       // ResampledT or McNemar
	Difference float64 `json:"difference"` // mean accuracy minus the other's
	T          float64 `json:"t"`          // 0 for McNemar, which has none
	P          float64 `json:"p"`          // two-sided
}

// Names of the tests.
const (
	ResampledT = "corrected resampled t-test" // over folds
	McNemar    = "exact McNemar test"         // over the units of the store's own split
)

// resampled tests whether two candidates' mean accuracies over the same splits
// are equal.
func resampled(a, b Entry, folds int) Test {
	differences := a.each(accuracyOf)
	for s, other := range b.each(accuracyOf) {
		differences[s] -= other
	}
	return correctedTTest(differences, 1/float64(folds-1))
}

// mcNemar tests whether two candidates are wrong equally often on one test set,
// from the units on which only one of them is right (McNemar, Psychometrika 12,
// 1947; exact by the binomial distribution).
func mcNemar(a, b []bool) Test {
	var onlyA, onlyB float64
	for i := range a {
		switch {
		case a[i] && !b[i]:
			onlyA++
		case b[i] && !a[i]:
			onlyB++
		}
	}
	t := Test{Name: McNemar, Difference: (onlyA - onlyB) / float64(len(a)), P: 1}
	if n := onlyA + onlyB; n > 0 {
		t.P = min(1, 2*distuv.Binomial{N: n, P: 0.5}.CDF(min(onlyA, onlyB)))
	}
	return t
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
	t := Test{Name: ResampledT, Difference: s.Mean}
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
