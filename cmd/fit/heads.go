package main

import (
	"fmt"
	"slices"
	"strings"

	"github.com/urfave/cli/v2"

	"cutpoint/model/head"
)

const defaultHead = head.SoftmaxName

// headNames lists the heads in the order of the help.
var headNames = [...]string{head.SoftmaxName, head.DropoutBNSoftmaxName, head.CentroidName, head.KNNName}

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
	switch name {
	case head.SoftmaxName:
		return chosenHead{Trainer: head.Softmax{Seed: seed}}, nil
	case head.DropoutBNSoftmaxName:
		return chosenHead{Trainer: head.DropoutBNSoftmax{Seed: seed}, cut: "fc2"}, nil
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
