package compare

import "math"

// Scores are what one head does on one test fold.
type Scores struct {
	Repeat         int     `json:"repeat"` // from 0
	Fold           int     `json:"fold"`   // from 0
	TestPages      int     `json:"test_pages"`
	TrainPages     int     `json:"train_pages"`
	Accuracy       float64 `json:"accuracy"`
	MacroF1        float64 `json:"macro_f1"`
	LogLoss        float64 `json:"log_loss"`          // nats a page
	CalibrationGap float64 `json:"calibration_error"` // expected calibration error
	TrainSeconds   float64 `json:"train_seconds"`
	PredictMicros  float64 `json:"predict_micros"` // a page

	parameters int64 // of the head
}

// score fills in the scores of log probabilities, (n, K).
func (s *Scores) score(logp []float64, y []int, classes int) {
	predicted := predict(logp, len(y))
	right := 0
	for i, truth := range y {
		if predicted[i] == truth {
			right++
		}
	}
	s.Accuracy = float64(right) / float64(len(y))
	s.MacroF1 = macroF1(y, predicted, classes)
	s.LogLoss = logLoss(logp, y, classes)
	s.CalibrationGap = calibrationError(logp, y, predicted, classes)
}

// predict returns the most probable class of each of n rows, (n, K).
func predict(logp []float64, n int) []int {
	predicted := make([]int, n)
	for i := range predicted {
		predicted[i] = argmax(logp[i*len(logp)/n : (i+1)*len(logp)/n])
	}
	return predicted
}

// confuse adds log probabilities, (n, K), to a confusion matrix, (K, K): true
// class by predicted class.
func confuse(logp []float64, y []int, confusion [][]int) {
	for i, p := range predict(logp, len(y)) {
		confusion[y[i]][p]++
	}
}

// macroF1 is the unweighted mean of 2·TP/(2·TP+FP+FN) over the classes that are
// among the truth or the predictions.
func macroF1(y, predicted []int, classes int) float64 {
	right, sum := make([]int, classes), make([]int, classes) // TP and 2·TP+FP+FN
	for i, truth := range y {
		sum[truth]++
		sum[predicted[i]]++
		if truth == predicted[i] {
			right[truth]++
		}
	}
	total, present := 0.0, 0
	for c, n := range sum {
		if n > 0 {
			total += 2 * float64(right[c]) / float64(n)
			present++
		}
	}
	return total / float64(present)
}

// smallestLog is the logarithm of the smallest probability that a log loss
// counts, float64's epsilon, as in scikit-learn.
var smallestLog = math.Log(0x1p-52)

// logLoss is the mean negative log probability of the true classes.
func logLoss(logp []float64, y []int, classes int) float64 {
	sum := 0.0
	for i, truth := range y {
		sum -= max(logp[i*classes+truth], smallestLog)
	}
	return sum / float64(len(y))
}

// calibrationBins is the usual number (Guo et al., arXiv 1706.04599, use 15).
const calibrationBins = 15

// calibrationError is the expected calibration error: the mean distance between
// how sure the head is and how often it is right, over bins of equal width.
func calibrationError(logp []float64, y, predicted []int, classes int) float64 {
	var gap [calibrationBins]float64 // Σ confidence − Σ right
	for i, truth := range y {
		confidence := math.Exp(logp[i*classes+predicted[i]])
		bin := min(max(int(math.Ceil(confidence*calibrationBins))-1, 0), calibrationBins-1)
		gap[bin] += confidence
		if predicted[i] == truth {
			gap[bin]--
		}
	}
	sum := 0.0
	for _, g := range gap {
		sum += math.Abs(g)
	}
	return sum / float64(len(y))
}

func argmax(row []float64) int {
	best := 0
	for k, v := range row {
		if v > row[best] {
			best = k
		}
	}
	return best
}

// Summary is a score over the folds.
type Summary struct {
	Mean float64 `json:"mean"`
	SD   float64 `json:"sd"` // sample standard deviation, divisor n-1
}

func summarise(values []float64) Summary {
	mean := 0.0
	for _, v := range values {
		mean += v
	}
	mean /= float64(len(values))
	square := 0.0
	for _, v := range values {
		square += (v - mean) * (v - mean)
	}
	s := Summary{Mean: mean}
	if len(values) > 1 {
		s.SD = math.Sqrt(square / float64(len(values)-1))
	}
	return s
}
