package compare

import (
	"math"
	"testing"
	"time"
)

// TestRateOf: the newest run of a hundred pages or more tells how fast the trunk is.
func TestRateOf(t *testing.T) {
	began := time.Date(2026, 3, 4, 5, 6, 7, 0, time.UTC)
	commit := func(run, cut string, pages int64, after time.Duration) Commit {
		return Commit{Run: run, Cut: cut, Pages: pages, Started: began, Time: began.Add(after)}
	}
	fc2, pool5 := 39.28e9, 39.04e9
	for name, c := range map[string]struct {
		commits []Commit
		want    float64
	}{
		"none":         {nil, 0},
		"deepest":      {[]Commit{commit("a", "pool5", 200, 50*time.Second), commit("a", "fc2", 200, 100*time.Second)}, 2 * fc2},
		"newest":       {[]Commit{commit("a", "fc2", 200, 100*time.Second), commit("b", "pool5", 100, 200*time.Second)}, 0.5 * pool5},
		"too short":    {[]Commit{commit("a", "fc2", 200, 100*time.Second), commit("b", "fc2", 3, 200*time.Second)}, 2 * fc2},
		"no cut":       {[]Commit{commit("a", "documents", 200, time.Second)}, 0},
		"no beginning": {[]Commit{{Run: "a", Cut: "fc2", Pages: 200, Time: began}}, 0},
	} {
		if got := RateOf(c.commits).FLOPsPerSecond; !(math.Abs(got-c.want) <= 0.01*c.want) {
			t.Errorf("%s: %.3g FLOP/s, want %.3g", name, got, c.want)
		}
	}
}
