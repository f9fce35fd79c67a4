package main

import (
	"os"

	"github.com/schollz/progressbar/v3"
	"golang.org/x/term"

	"cutpoint/pipeline/fit"
)

// showProgress draws a bar of trainings on a terminal; elsewhere fit is silent
// until it is done.
func showProgress(o fitOptions) (step func(fit.Step), end func()) {
	if !term.IsTerminal(int(os.Stderr.Fd())) {
		return nil, func() {}
	}
	trainings := o.folds * o.repeats
	if o.single() {
		trainings++
	}
	bar := progressbar.NewOptions(trainings*len(o.candidates()),
		progressbar.OptionSetWriter(os.Stderr), progressbar.OptionSetDescription("fit"),
		progressbar.OptionShowCount(), progressbar.OptionFullWidth(), progressbar.OptionClearOnFinish())
	done := 0
	return func(s fit.Step) {
		bar.Describe(s.Candidate.String())
		bar.Set(done)
		done++
	}, func() { bar.Finish() }
}
