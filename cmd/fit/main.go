// Command fit trains classification heads on the features of a store, compares
// cut points, and hands the vectors on.
package main

import (
	"context"
	"os"
	"runtime/debug"

	"github.com/urfave/cli/v2"

	"cutpoint/cmd/internal/command"
)

func main() {
	// Nearly all memory is the matrix and what is made of it once: a tighter heap
	// costs little time, and keeps the peak near what is in use.
	debug.SetGCPercent(25)
	os.Exit(command.Run(context.Background(), newApp(), os.Args))
}

func newApp() *cli.App {
	app := &cli.App{
		Name:      "fit",
		Usage:     "train heads on stored features and compare cuts",
		Flags:     fitFlags(),
		Action:    fitAction,
		Commands:  []*cli.Command{exportCommand(), exportHeadCommand(), predictCommand()},
		Reader:    os.Stdin,
		Writer:    os.Stdout,
		ErrWriter: os.Stderr,
	}
	command.Help{Texts: helpTexts(), Short: shortFlags}.Add(app)
	return app
}
