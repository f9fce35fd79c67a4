package compare

// perClass returns each class's precision, recall and F1 from a confusion matrix,
// (K, K) true by predicted.
func perClass(confusion [][]int) []ClassScore {
	scores := make([]ClassScore, len(confusion))
	predicted := make([]int, len(confusion))
	for truth, row := range confusion {
		for p, n := range row {
			scores[truth].Pages += n
			predicted[p] += n
		}
	}
	for k := range scores {
		s := &scores[k]
		right := confusion[k][k]
		s.Precision, s.Recall = share(right, predicted[k]), share(right, s.Pages)
		s.F1 = share(2*right, predicted[k]+s.Pages)
	}
	return scores
}

// share returns part/whole, and 0 of nothing.
func share(part, whole int) float64 {
	if whole == 0 {
		return 0
	}
	return float64(part) / float64(whole)
}
