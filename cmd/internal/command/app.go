package command

import (
	"context"
	"io"
	"log/slog"
	"os"
	"os/signal"
	"syscall"

	"github.com/urfave/cli/v2"
)

// Run runs an app over a command line and returns the exit code.
func Run(ctx context.Context, app *cli.App, args []string) int {
	app.HideVersion = app.Version == ""
	app.Suggest = true
	app.ExitErrHandler = func(*cli.Context, error) {} // Report decides
	app.OnUsageError = asUsage
	for _, c := range app.Commands {
		c.OnUsageError = asUsage
	}
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

// OnInterrupt calls gently at the first SIGINT or SIGTERM and ends the program at
// the second, with the code for it. The returned function ends the watch.
func OnInterrupt(gently func()) (release func()) {
	signals := make(chan os.Signal, 2)
	signal.Notify(signals, os.Interrupt, syscall.SIGTERM)
	done := make(chan struct{})
	go func() {
		for n := 0; ; n++ {
			select {
			case <-signals:
				if n > 0 {
					os.Exit(Interrupted)
				}
				gently()
			case <-done:
				return
			}
		}
	}()
	return func() { signal.Stop(signals); close(done) }
}
