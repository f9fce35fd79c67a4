// Command fit trains classification heads on the features of a store, compares
// cut points, and hands the vectors on.
package main

import (
	"context"
	"os"

	"github.com/urfave/cli/v2"

	"cutpoint/cmd/internal/command"
)

func main() {
	os.Exit(command.Run(context.Background(), newApp(), os.Args))
}

func newApp() *cli.App {
	return &cli.App{
		Name:            "fit",
		Usage:           "train heads on stored features and compare cut points",
		UsageText:       usageText,
		Description:     description,
		Flags:           fitFlags(),
		Action:          fitAction,
		Commands:        []*cli.Command{exportCommand(), exportHeadCommand(), predictCommand()},
		HideHelpCommand: true,
		Reader:          os.Stdin,
		Writer:          os.Stdout,
		ErrWriter:       os.Stderr,
	}
}

const usageText = `fit --store features --features pool5
fit --store features --features fc1,fc2,pool5-avg --folds 5
fit export --store features --features fc2 -o fc2.arrow`

const description = `Every page with a label is used; labels come from the store (the folder or the
manifest that featurize read) or from --labels. Pages of one document, and
pages with equal vectors, stay on one side of every split.

With one cut and one head, fit prints its scores over the folds, trains on all
pages and writes the head to a file, which remembers the store's fingerprint.
With several it compares them on the same folds: scores, a corrected resampled
t-test against the best, what each costs, and the cheapest choice that is about
as good as the best.

HEADS
   softmax             multinomial logistic regression on standardised features;
                       L-BFGS, L2 chosen on a part of the training pages
   dropout-bn-softmax  Dropout 0.5, BatchNorm, Dense softmax; Adam, mini-batches
                       of 32, stopped early: the recipe for kept FC layers

EXIT CODES
   0    done
   1    fatal error
   64   wrong usage
   130  interrupted

EXAMPLES
   fit --store features --features pool5 -o pool5.safetensors
   fit --store features --features fc2 --head softmax,dropout-bn-softmax
   fit --store features --features fc1,fc2 --labels labels.csv --json > report.json`
