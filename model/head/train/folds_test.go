package train

import (
	"math"
	"math/rand/v2"
	"slices"
	"testing"
)

// Groups never straddle, every class is spread about evenly, and equal seeds
// give equal folds.
func TestStratifiedGroupFolds(t *testing.T) {
	rng := rand.New(rand.NewPCG(1, 1))
	for trial := range 100 {
		classes, k := 2+rng.IntN(5), 2+rng.IntN(6)
		var y, groups []int
		for g := range classes * k * (2 + rng.IntN(8)) {
			for range 1 + rng.IntN(4) {
				y, groups = append(y, g%classes), append(groups, g*7)
			}
		}
		fold := StratifiedGroupFolds(y, groups, classes, k, uint64(trial))
		if !slices.Equal(fold, StratifiedGroupFolds(y, groups, classes, k, uint64(trial))) {
			t.Fatal("equal seeds give other folds")
		}
		if len(fold) != len(y) {
			t.Fatalf("%d rows have folds, want %d", len(fold), len(y))
		}
		of := map[int]int{}
		count, total := make([]int, classes*k), make([]int, classes)
		for r, f := range fold {
			if seen, ok := of[groups[r]]; ok && seen != f {
				t.Fatalf("group %d is in folds %d and %d", groups[r], seen, f)
			}
			of[groups[r]] = f
			count[y[r]*k+f]++
			total[y[r]]++
		}
		for c := range classes {
			for f := range k {
				if even := float64(total[c]) / float64(k); !(math.Abs(float64(count[c*k+f])-even) <= 4) {
					t.Errorf("class %d has %d rows in fold %d, an even share is %.1f", c, count[c*k+f], f, even)
				}
			}
		}
	}
}

func TestValidationSplitKeepsEveryClassInTraining(t *testing.T) {
	y := []int{0, 0, 0, 0, 0, 1, 1, 2}
	groups := []int{0, 1, 2, 3, 4, 5, 5, 6} // classes 1 and 2 have one group each
	train, validation := validationSplit(y, groups, 3, 2, 0)
	if len(train)+len(validation) != len(y) || len(validation) == 0 {
		t.Fatalf("train %v, validation %v", train, validation)
	}
	for _, r := range validation {
		if y[r] != 0 {
			t.Errorf("row %d of class %d is held out", r, y[r])
		}
	}
}
