package command

import (
	"context"
	"io"
	"log/slog"
	"os"
	"os/signal"
	"sync"
	"syscall"

	"github.com/urfave/cli/v2"

	"cutpoint/pipeline/printable"
)

// Run runs an app over a command line and returns the exit code.
func Run(ctx context.Context, app *cli.App, args []string) int {
	app.HideVersion = app.Version == ""
	app.Suggest = true
	app.DisableSliceFlagSeparator = true              // a pattern or path may hold a comma
	app.ExitErrHandler = func(*cli.Context, error) {} // Report decides
	app.OnUsageError = asUsage
	for _, c := range app.Commands {
		c.OnUsageError = asUsage
	}
	app.ErrWriter = printable.NewWriter(app.ErrWriter)
	return Report(app.ErrWriter, app.Name, app.RunContext(ctx, Arrange(app, args)))
}

func asUsage(_ *cli.Context, err error, _ bool) error { return &ExitError{Usage, err} }

// Logger writes to w; quiet leaves warnings and errors.
func Logger(w io.Writer, quiet bool) *slog.Logger {
	level := slog.LevelInfo
	if quiet {
		level = slog.LevelWarn
	}
	return slog.New(slog.NewTextHandler(w, &slog.HandlerOptions{Level: level}))
}

// OnInterrupt calls gently at the first SIGINT, SIGTERM or SIGHUP, and ends the program
// with the code for it at the second SIGINT or SIGTERM. A terminal that closes may send
// several SIGHUP, and is written to no more. Under nohup SIGHUP stays ignored. The returned
// function ends the watch.
func OnInterrupt(gently func()) (release func()) {
	signals := make(chan os.Signal, 4)
	signal.Notify(signals, os.Interrupt, syscall.SIGTERM)
	if !signal.Ignored(syscall.SIGHUP) {
		signal.Notify(signals, syscall.SIGHUP)
	}
	done := make(chan struct{})
	go func() {
		first, asked := sync.OnceFunc(gently), 0
		for {
			select {
			case s := <-signals:
				if s == syscall.SIGHUP {
					signal.Ignore(syscall.SIGPIPE) // standard error may be a pipe to the terminal's end
				} else if asked++; asked > 1 {
					os.Exit(Interrupted)
				}
				first()
			case <-done:
				return
			}
		}
	}()
	return func() { signal.Stop(signals); close(done) }
}
