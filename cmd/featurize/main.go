// Command featurize runs VGG19 over a corpus of documents and writes every
// page's embeddings at the chosen cut points to a store of Parquet tables.
package main

import (
	"context"
	"os"
	"runtime/debug"

	"github.com/urfave/cli/v2"

	"cutpoint/cmd/internal/command"
	"cutpoint/cmd/internal/vgg19"
)

func main() {
	// Nearly all memory is weights and pages, in few pieces without pointers: a
	// tighter heap costs little time, and keeps the peak near what is in use.
	debug.SetGCPercent(25)
	os.Exit(command.Run(context.Background(), newApp(), os.Args))
}

func newApp() *cli.App {
	return &cli.App{
		Name:        "featurize",
		Usage:       "write the embeddings of documents at chosen cut points of VGG19",
		UsageText:   usageText,
		Description: description,
		Flags:       runFlags(),
		Action:      runAction,
		Commands: []*cli.Command{
			retryCommand(), deriveCommand(), statusCommand(), historyCommand(), describeCommand(),
			verifyCommand(), compactCommand(), vacuumCommand(), weightsCommand(), doctorCommand(), benchCommand(),
		},
		HideHelpCommand: true,
		Reader:          os.Stdin,
		Writer:          os.Stdout,
		ErrWriter:       os.Stderr,
	}
}

const usageText = `featurize --weights FILE|random:SEED --cuts fc2,pool5 --store features CORPUS…
featurize COMMAND --store features`

const description = `CORPUS is a folder (its sub-folders are the labels), a file, a CSV manifest
(first line: path,label,split; relative paths are relative to it), or - for
paths on standard input, one a line or separated by NUL. A folder that is
named like a command is written ./status.

Documents are PDF, TIFF, JPEG, PNG, GIF, BMP, WebP and PNM files, told by their
content; every page of a PDF or TIFF is one of its own. A document's identity is
the hash of its bytes, so a moved or renamed file costs nothing. Only what the
store lacks is computed: run the same command every night. A document that
cannot be read becomes a row in the failures table and the run goes on; the
flags under DOCUMENTS bound what a single one may cost.

A page is squashed to 224 × 224 pixels with an antialiased bilinear filter, bit
for bit as Pillow does it. The flags under PREPARATION choose other ways; a store
holds pages of one way and refuses another.

CUTS are pool1 … pool5 (the whole map, height × width × channels), the same
with -avg or -max (one value a channel), fc1, fc2 (after ReLU) and predictions
(probabilities). Keras's and torchvision's names for them are understood.

` + dtypeHelp + `

` + vgg19.PrecisionHelp + `

` + vgg19.DeviceHelp + `
The last line of a run says which stage held it up (decode, engine or write), and what
the others could have done; --json has the figures.

Ctrl-C once finishes the part at hand, commits it and leaves; twice leaves at
once. Either way nothing that was committed is lost.

EXIT CODES
   0    all done
   1    fatal error
   3    done, but some documents failed, now or in an earlier run
   64   wrong usage
   69   no GPU can be used; nothing was read
   75   another run is writing to the store; try again later
   130  interrupted

EXAMPLES
   featurize --weights vgg19.safetensors --cuts pool5,fc2 --store features scans/
   featurize --weights random:1 --cuts pool5-avg --store try --limit 20 scans/
   featurize --weights vgg19.safetensors --device cuda --precision bfloat16 --store features scans/
   find inbox -name '*.tif' -print0 | featurize --weights vgg19.h5 --cuts fc2 --store features -`
