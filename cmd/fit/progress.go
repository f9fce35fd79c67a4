package main

import (
	"os"

	"github.com/schollz/progressbar/v3"
	"golang.org/x/term"

	"cutpoint/pipeline/fit"
)

// showProgress draws a bar of trainings on a terminal; elsewhere fit is silent
// until it is done.
func showProgress() (step func(fit.Step), end func()) {
	if !term.IsTerminal(int(os.Stderr.Fd())) {
		return nil, func() {}
	}
	var bar *progressbar.ProgressBar
	return func(s fit.Step) {
			if bar == nil {
				bar = progressbar.NewOptions(s.Of,
					progressbar.OptionSetWriter(os.Stderr), progressbar.OptionSetDescription("fit"),
					progressbar.OptionShowCount(), progressbar.OptionFullWidth(), progressbar.OptionClearOnFinish())
			}
			bar.Describe(s.Candidate.String())
			bar.Set(s.Done)
		}, func() {
			if bar != nil {
				bar.Finish()
			}
		}
}
