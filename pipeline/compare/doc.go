// Package compare trains heads on stored features and compares cut points fairly:
//
//	cut tables ─▶ pages that every cut has ─▶ folds (the same for all) ─▶ heads ─▶ scores ─▶ tests ─▶ report
//
// Pages of one document, and pages whose vectors are identical, stay on one side
// of every split; otherwise a head is rewarded for remembering. Candidates are
// compared by the corrected resampled t-test of Nadeau and Bengio (Machine
// Learning 52, 2003) and chosen by the one-standard-error rule (Breiman et al.,
// Classification and Regression Trees, 1984): the cheapest that is about as good
// as the best.
package compare
