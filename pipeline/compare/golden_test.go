package compare

import (
	"encoding/json"
	"math"
	"os"
	"reflect"
	"testing"
)

type golden struct {
	Scores []struct {
		Y                []int
		LogProbabilities []float64 `json:"log_probabilities"`
		Classes          int
		Accuracy         float64
		MacroF1          float64 `json:"macro_f1"`
		LogLoss          float64 `json:"log_loss"`
		Confusion        [][]int
	}
	Tests []struct {
		Differences []float64
		Ratio, T, P float64
	}
}

func readGolden(t *testing.T) golden {
	t.Helper()
	raw, err := os.ReadFile("testdata/golden.json")
	if err != nil {
		t.Fatal(err)
	}
	var g golden
	if err := json.Unmarshal(raw, &g); err != nil {
		t.Fatal(err)
	}
	return g
}

func near(a, b float64) bool { return math.Abs(a-b) <= 1e-12*(1+math.Abs(b)) }

func TestScoresAgreeWithScikitLearn(t *testing.T) {
	for i, c := range readGolden(t).Scores {
		var s Scores
		confusion := make([][]int, c.Classes)
		for k := range confusion {
			confusion[k] = make([]int, c.Classes)
		}
		s.score(c.LogProbabilities, c.Y, c.Classes)
		confuse(c.LogProbabilities, c.Y, confusion)
		if !near(s.Accuracy, c.Accuracy) || !near(s.MacroF1, c.MacroF1) || !near(s.LogLoss, c.LogLoss) {
			t.Errorf("case %d: accuracy %v, macro F1 %v, log loss %v; want %v, %v, %v", i, s.Accuracy, s.MacroF1, s.LogLoss, c.Accuracy, c.MacroF1, c.LogLoss)
		}
		if !reflect.DeepEqual(confusion, c.Confusion) {
			t.Errorf("case %d: confusion %v, want %v", i, confusion, c.Confusion)
		}
	}
}

func TestCorrectedTTestAgreesWithSciPy(t *testing.T) {
	for i, c := range readGolden(t).Tests {
		got := correctedTTest(c.Differences, c.Ratio)
		if !near(got.T, c.T) || !(math.Abs(got.P-c.P) <= 1e-10) {
			t.Errorf("case %d: t = %v, p = %v; want %v, %v", i, got.T, got.P, c.T, c.P)
		}
	}
}

func TestCorrectedTTestOfEqualScores(t *testing.T) {
	if got := correctedTTest(make([]float64, 5), 0.25); got.P != 1 || got.T != 0 {
		t.Errorf("no difference gives %+v", got)
	}
	if got := correctedTTest([]float64{-0.1, -0.1, -0.1}, 0.5); got.P != 0 || got.T >= 0 {
		t.Errorf("a constant difference gives %+v", got)
	}
}

func TestCalibrationError(t *testing.T) {
	certain := []float64{math.Log(0.9), math.Log(0.1), math.Log(0.9), math.Log(0.1)}
	if got := calibrationError(certain, []int{0, 1}, []int{0, 0}, 2); !near(got, 0.4) { // 90 % sure, 50 % right
		t.Errorf("calibration error %v, want 0.4", got)
	}
}
