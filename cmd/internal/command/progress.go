package command

import (
	"fmt"
	"log/slog"
	"os"
	"time"

	"github.com/schollz/progressbar/v3"
	"golang.org/x/term"

	"cutpoint/pipeline/featurize"
)

const barEvery = 200 * time.Millisecond

// LogEvery is the time between log lines of progress, where there is no terminal.
const LogEvery = 5 * time.Second

// ShowProgress shows a run's progress until the returned function is called: a bar
// on a terminal, else a log line every few seconds.
func ShowProgress(what string, counts func() featurize.Counts, quiet bool, log *slog.Logger) (end func()) {
	if quiet {
		return func() {}
	}
	start := time.Now()
	if term.IsTerminal(int(os.Stderr.Fd())) {
		bar := newBar(what)
		return every(barEvery, func() { updateBar(bar, what, counts()) }, func() { bar.Clear() })
	}
	return every(LogEvery, func() { logProgress(log, counts(), time.Since(start)) }, func() {})
}

// every calls tick periodically until the returned function is called.
func every(period time.Duration, tick, last func()) (end func()) {
	done, ended := make(chan struct{}), make(chan struct{})
	go func() {
		defer close(ended)
		t := time.NewTicker(period)
		defer t.Stop()
		for {
			select {
			case <-t.C:
				tick()
			case <-done:
				last()
				return
			}
		}
	}()
	return func() { close(done); <-ended }
}

func newBar(what string) *progressbar.ProgressBar {
	return progressbar.NewOptions(-1,
		progressbar.OptionSetWriter(os.Stderr),
		progressbar.OptionSetDescription(what),
		progressbar.OptionShowCount(),
		progressbar.OptionShowIts(),
		progressbar.OptionSetItsString("pages"),
		progressbar.OptionSetPredictTime(true),
		progressbar.OptionFullWidth(),
		progressbar.OptionClearOnFinish(),
	)
}

func updateBar(bar *progressbar.ProgressBar, what string, c featurize.Counts) {
	if c.PlannedPages == 0 {
		return
	}
	if bar.GetMax64() != c.PlannedPages {
		bar.ChangeMax64(c.PlannedPages)
	}
	if c.Failed > 0 {
		bar.Describe(fmt.Sprintf("%s (%d failed)", what, c.Failed))
	}
	if c.Pages < c.PlannedPages { // the bar ends itself at its maximum, which may still grow
		bar.Set64(c.Pages)
	}
}

func logProgress(log *slog.Logger, c featurize.Counts, took time.Duration) {
	rate := float64(c.Pages) / took.Seconds()
	left := "unknown"
	if rate > 0 {
		left = time.Duration(float64(c.PlannedPages-c.Pages) / rate * float64(time.Second)).Round(time.Second).String()
	}
	log.Info("progress", "pages", c.Pages, "of", c.PlannedPages, "committed", c.Committed,
		"pages_per_second", fmt.Sprintf("%.1f", rate), "left", left, "failed", c.Failed)
}
