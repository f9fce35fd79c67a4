// Command featurize runs VGG19 over a corpus of documents and writes every
// page's embeddings at the chosen cut points to a store of Parquet tables.
package main

import (
	"context"
	"os"
	"runtime/debug"

	"github.com/urfave/cli/v2"

	"cutpoint/cmd/internal/command"
)

func main() {
	// Nearly all memory is weights and pages, in few pieces without pointers: a
	// tighter heap costs little time, and keeps the peak near what is in use.
	debug.SetGCPercent(25)
	os.Exit(command.Run(context.Background(), newApp(), os.Args))
}

func newApp() *cli.App {
	app := &cli.App{
		Name:   "featurize",
		Usage:  "store what VGG19 computes of documents, at chosen cuts",
		Flags:  runFlags(),
		Action: runAction,
		Commands: []*cli.Command{
			retryCommand(), deriveCommand(), statusCommand(), historyCommand(), describeCommand(),
			verifyCommand(), compactCommand(), vacuumCommand(), weightsCommand(), doctorCommand(), benchCommand(),
		},
		Reader:    os.Stdin,
		Writer:    os.Stdout,
		ErrWriter: os.Stderr,
	}
	command.Help{Texts: helpTexts(), Short: shortFlags}.Add(app)
	return app
}
