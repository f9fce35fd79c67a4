package main

import (
	"fmt"
	"os"

	"github.com/schollz/progressbar/v3"
	"golang.org/x/term"

	"cutpoint/pipeline/compare"
)

// progress draws a bar of trainings on a terminal; elsewhere fit is silent until
// it is done.
type progress struct {
	shown bool
	bar   *progressbar.ProgressBar // nil before the first training
	what  string                   // is trained
}

func newProgress(quiet bool) *progress {
	return &progress{shown: !quiet && term.IsTerminal(int(os.Stderr.Fd()))}
}

// step is told before each training.
func (p *progress) step(s compare.Step) {
	if !p.shown {
		return
	}
	if p.bar == nil {
		p.bar = progressbar.NewOptions(s.Of,
			progressbar.OptionSetWriter(os.Stderr), progressbar.OptionSetDescription("fit"),
			progressbar.OptionShowCount(), progressbar.OptionFullWidth(), progressbar.OptionClearOnFinish())
	}
	p.what = s.Candidate.String()
	p.bar.Describe(p.what)
	p.bar.Set(s.Done)
}

// epoch is told after each epoch of a network.
func (p *progress) epoch(n int, loss float64) {
	if p.bar != nil {
		p.bar.Describe(fmt.Sprintf("%s, epoch %d: loss %.3f", p.what, n, loss))
	}
}

func (p *progress) end() {
	if p.bar != nil {
		p.bar.Finish()
	}
}
