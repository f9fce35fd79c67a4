package main

import (
	"fmt"
	"slices"
	"strconv"
	"strings"

	"github.com/urfave/cli/v2"

	"cutpoint/model/head"
)

const defaultHead = head.SoftmaxName

// headNames lists the heads in the order of the help.
var headNames = [...]string{head.SoftmaxName, head.DropoutBNSoftmaxName, head.DenseDropoutBNSoftmaxName, head.CentroidName, head.KNNName}

// chosenHead is a recipe and the cut that it is made for.
type chosenHead struct {
	head.Trainer
	cut  string // "" for none in particular
	only bool   // it cannot be trained on another
}

// headOptions are the recipes with their options.
type headOptions struct {
	list []chosenHead
}

func headFlags() []cli.Flag {
	return []cli.Flag{
		&cli.StringFlag{Name: "l2", Category: training, Usage: "softmax: comma-separated `VALUES` of the penalty on ½‖weights‖² beside the mean loss; the best by inner folds is taken (default: 13 from 1e-4 to 1e4)"},
		&cli.StringFlag{Name: "standardize", Category: training, Usage: "softmax: features are centred and divided by their deviation (feature), by that and the mean one (shrunk), or all by one number (whole)", Value: head.DefaultStandardize},
		&cli.BoolFlag{Name: "l2-normalize", Category: training, Usage: "softmax: divide each page's vector by its length first"},
		&cli.StringFlag{Name: "class-weights", Category: training, Usage: "equal (every page counts alike) or balanced (every class does)", Value: "equal"},
		&cli.Float64Flag{Name: "dropout", Category: training, Usage: "networks: `SHARE` of the values that is dropped in training", Value: 0.5},
		&cli.IntFlag{Name: "hidden", Category: training, Usage: "dense-dropout-bn-softmax: `WIDTH` of the hidden layer", Value: 4096},
		&cli.IntFlag{Name: "epochs", Category: training, Usage: "networks: passes over the training pages, at most", Value: 100},
		&cli.IntFlag{Name: "patience", Category: training, Usage: "networks: epochs without a lower validation loss after which training ends", Value: 10},
		&cli.IntFlag{Name: "batch-size", Category: training, Usage: "networks: pages of a step", Value: 32},
		&cli.Float64Flag{Name: "learning-rate", Category: training, Usage: "networks: Adam's `RATE` (default: 0.001, for vgg-top 0.00001)"},
		&cli.Float64Flag{Name: "weight-decay", Category: training, Usage: "networks: penalty on ½‖weights‖² beside the mean loss"},
		&cli.IntFlag{Name: "neighbours", Category: training, Usage: "knn: `PAGES` that vote", Value: 5},
	}
}

func parseHeads(c *cli.Context) (headOptions, error) {
	var o headOptions
	names := strings.Split(c.String("head"), ",")
	if c.String("head") == "all" {
		names = headNames[:]
	}
	for _, name := range names {
		h, err := newHead(strings.TrimSpace(name), c)
		if err != nil {
			return o, err
		}
		if slices.ContainsFunc(o.list, func(u chosenHead) bool { return u.Name() == h.Name() }) {
			return o, fmt.Errorf("head %s is named twice", h.Name())
		}
		o.list = append(o.list, h)
	}
	return o, nil
}

func newHead(name string, c *cli.Context) (chosenHead, error) {
	seed := c.Uint64("seed")
	balanced := c.String("class-weights") == "balanced"
	network := networkOptions(c, balanced)
	switch name {
	case head.SoftmaxName:
		l2, err := parseNumbers("--l2", c.String("l2"))
		return chosenHead{Trainer: head.Softmax{L2: l2, Standardize: c.String("standardize"), Normalize: c.Bool("l2-normalize"), Balanced: balanced, Seed: seed}}, err
	case head.DropoutBNSoftmaxName:
		return chosenHead{Trainer: head.DropoutBNSoftmax{NetworkOptions: network}, cut: "fc2"}, nil
	case head.DenseDropoutBNSoftmaxName:
		return chosenHead{Trainer: head.DenseDropoutBNSoftmax{NetworkOptions: network}, cut: "pool5"}, nil
	case head.CentroidName:
		return chosenHead{Trainer: head.Centroid{Seed: seed}}, nil
	case head.KNNName:
		if n := c.Int("neighbours"); n < 1 {
			return chosenHead{}, fmt.Errorf("--neighbours must be 1 or more")
		}
		return chosenHead{Trainer: head.KNN{Neighbours: c.Int("neighbours")}}, nil
	}
	return chosenHead{}, fmt.Errorf("unknown head %q; heads are %s", name, strings.Join(headNames[:], ", "))
}

func networkOptions(c *cli.Context, balanced bool) head.NetworkOptions {
	o := head.NetworkOptions{Dropout: c.Float64("dropout"), Hidden: c.Int("hidden"), Epochs: c.Int("epochs"), Patience: c.Int("patience"),
		BatchSize: c.Int("batch-size"), LearningRate: c.Float64("learning-rate"), L2: c.Float64("weight-decay"), Balanced: balanced, Seed: c.Uint64("seed")}
	if o.Dropout == 0 {
		o.Dropout = head.NoDropout
	}
	return o
}

// parseNumbers reads a comma-separated list.
func parseNumbers(flag, list string) ([]float64, error) {
	if list == "" {
		return nil, nil
	}
	var values []float64
	for text := range strings.SplitSeq(list, ",") {
		v, err := strconv.ParseFloat(strings.TrimSpace(text), 64)
		if err != nil {
			return nil, fmt.Errorf("%s: %q is not a number", flag, text)
		}
		values = append(values, v)
	}
	return values, nil
}
