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
fit --store features --features fc1,fc2,pool5-avg --learning-curve --report report
fit --store features --features all --head all
fit predict --head fc2-softmax.safetensors --store features -o predictions.parquet`

const description = `Every page with a label is used; labels come from the store (the folder or the
manifest that featurize read) or from --labels. Pages of one document, and
pages with equal vectors, stay on one side of every split.

With one cut and one head, fit prints its scores over the folds, trains on all
pages and writes the head to a file, which remembers the store's fingerprint.
With several it compares them on the same folds: scores, a paired test against
the best, what each costs, and the cheapest choice that is about as good as the
best, with its reasons. --report leaves the same as a page to look at.

HEADS
   softmax             multinomial logistic regression on standardised features;
                       L-BFGS, L2 chosen by inner folds of the training pages
   dropout-bn-softmax  Dropout 0.5, BatchNorm, Dense softmax; Adam, mini-batches
                       of 32, stopped early: the recipe for kept FC layers
   dense-dropout-bn-softmax
                       Dense 4096 ReLU before that: the recipe that replaces the
                       FC layers; made for pool5, trains 103 million weights
   vgg-top             on pool5: fc1 and fc2 from the trunk's own --weights, and a
                       new softmax, all trained on: start from what is there
   centroid, knn       the nearest class mean, the five most similar pages:
                       baselines that train nothing

SPLITS
   folds               every page is tested once a repeat; the test is the corrected
                       resampled t-test (Nadeau and Bengio 2003)
   store               trained on pages whose split is train or validation, tested on
                       those whose split is test; exact McNemar test

EXIT CODES
   0    done
   1    fatal error
   3    predict: done, but some document could not be read
   64   wrong usage
   69   predict: no GPU can be used
   130  interrupted

EXAMPLES
   fit --store features --features pool5 -o pool5.safetensors
   fit --store features --features fc2,pool5 --head softmax,dropout-bn-softmax
   fit --store features --features all --unit document --repeats 5 --report report
   fit --store features --features fc1,fc2 --labels labels.csv --json > report.json
   fit export --store features --features fc2 -o fc2.arrow
   fit export-head --head pool5-softmax.safetensors --with-trunk --weights FILE -o pages.onnx`
