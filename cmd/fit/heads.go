package main

import (
	"context"
	"fmt"
	"slices"
	"strconv"
	"strings"

	"github.com/urfave/cli/v2"

	"cutpoint/cmd/internal/vgg19"
	"cutpoint/model"
	"cutpoint/model/head"
	"cutpoint/model/head/train"
	"cutpoint/pipeline/compare"
	"cutpoint/pipeline/trunk"
	"cutpoint/store"
)

const defaultHead = head.SoftmaxName

// headNames lists the heads in the order of the help.
var headNames = [...]string{head.SoftmaxName, head.DropoutBNSoftmaxName, head.DenseDropoutBNSoftmaxName, head.VGGTopName, head.CentroidName, head.KNNName}

// What classes count in training.
const (
	weightsEqual    = "equal"
	weightsBalanced = "balanced"
)

// chosenHead is a recipe and the cut that it is made for.
type chosenHead struct {
	train.Trainer
	cut  string // "" for none in particular
	only bool   // it cannot be trained on another
}

func headFlags() []cli.Flag {
	return []cli.Flag{
		&cli.StringFlag{Name: "l2", Category: training, Usage: "`VALUES`: softmax: L2 penalties λ (mean loss + λ/2·‖weights‖²), from which inner folds choose", DefaultText: "13 from 1e-4 to 1e4"},
		&cli.StringFlag{Name: "standardize", Category: training, Usage: "`KIND`: softmax: divide centred features each by its deviation (feature), by √(its variance + the mean variance) (shrunk), or all by one number (whole)", Value: train.DefaultStandardize},
		&cli.BoolFlag{Name: "l2-normalize", Category: training, Usage: "softmax: scale each page's vector to length 1 first"},
		&cli.StringFlag{Name: "class-weights", Category: training, Usage: "`KIND`: softmax, networks: equal (pages count the same) or balanced (classes do)", Value: weightsEqual},
		&cli.Float64Flag{Name: "dropout", Category: training, Usage: "`RATE`: networks: dropout", Value: 0.5},
		&cli.IntFlag{Name: "hidden", Category: training, Usage: "`N`: dense-dropout-bn-softmax: width of the hidden layer", Value: 4096},
		&cli.IntFlag{Name: "epochs", Category: training, Usage: "`N`: networks: maximum number of epochs", Value: 100},
		&cli.IntFlag{Name: "patience", Category: training, Usage: "`N`: networks: stop after n epochs without a lower validation loss", Value: 10},
		&cli.IntFlag{Name: "batch-size", Category: training, Usage: "`N`: networks: number of pages in a batch", Value: 32},
		&cli.Float64Flag{Name: "learning-rate", Category: training, Usage: "`RATE`: networks: Adam's learning rate", DefaultText: "0.001, for vgg-top 0.00001"},
		&cli.Float64Flag{Name: "weight-decay", Category: training, Usage: "`VALUE`: networks: L2 penalty, λ as in --l2"},
		&cli.StringFlag{Name: "weights", Aliases: []string{"w"}, Category: training, Usage: "`FILE`: vgg-top: the weights of the features", EnvVars: []string{"CUTPOINT_WEIGHTS"}},
		&cli.IntFlag{Name: "neighbours", Category: training, Usage: "`N`: knn: number of pages that vote", Value: 5},
	}
}

// parseHeads returns the recipes that --head names. epoch is told of every epoch
// of a network.
func parseHeads(c *cli.Context, epoch func(int, float64)) ([]chosenHead, error) {
	names := strings.Split(c.String("head"), ",")
	if c.String("head") == "all" {
		names = headNames[:]
		if c.String("weights") == "" { // which vgg-top starts from
			names = slices.DeleteFunc(slices.Clone(names), func(name string) bool { return name == head.VGGTopName })
		}
	}
	var list []chosenHead
	for _, name := range names {
		h, err := newHead(strings.TrimSpace(name), c, epoch)
		if err != nil {
			return nil, err
		}
		if slices.ContainsFunc(list, func(u chosenHead) bool { return u.Name() == h.Name() }) {
			return nil, fmt.Errorf("head %s is named twice", h.Name())
		}
		list = append(list, h)
	}
	return list, nil
}

func newHead(name string, c *cli.Context, epoch func(int, float64)) (chosenHead, error) {
	seed, weigh := c.Uint64("seed"), c.String("class-weights")
	if weigh != weightsEqual && weigh != weightsBalanced {
		return chosenHead{}, fmt.Errorf("--class-weights %q: choose %s or %s", weigh, weightsEqual, weightsBalanced)
	}
	network := networkOptions(c, epoch)
	if err := network.Check(); err != nil {
		return chosenHead{}, err
	}
	switch name {
	case head.SoftmaxName:
		l2, err := parseNumbers("--l2", c.String("l2"))
		s := train.Softmax{L2: l2, Standardize: c.String("standardize"), Normalize: c.Bool("l2-normalize"), Balanced: weigh == weightsBalanced, Seed: seed}
		if err == nil {
			err = s.Check()
		}
		return chosenHead{Trainer: s}, err
	case head.DropoutBNSoftmaxName:
		return chosenHead{Trainer: train.DropoutBNSoftmax{NetworkOptions: network}, cut: "fc2"}, nil
	case head.DenseDropoutBNSoftmaxName:
		return chosenHead{Trainer: train.DenseDropoutBNSoftmax{NetworkOptions: network}, cut: "pool5"}, nil
	case head.VGGTopName:
		if c.String("weights") == "" {
			return chosenHead{}, fmt.Errorf("--head %s starts from the trunk's own layers: name its --weights", name)
		}
		return chosenHead{Trainer: train.VGGTop{NetworkOptions: network}, cut: "pool5", only: true}, nil
	case head.CentroidName:
		return chosenHead{Trainer: train.Centroid{Seed: seed}}, nil
	case head.KNNName:
		if c.Int("neighbours") < 1 {
			return chosenHead{}, fmt.Errorf("--neighbours must be 1 or more")
		}
		return chosenHead{Trainer: train.KNN{Neighbours: c.Int("neighbours")}}, nil
	}
	return chosenHead{}, fmt.Errorf("unknown head %q; heads are %s", name, strings.Join(headNames[:], ", "))
}

func networkOptions(c *cli.Context, epoch func(int, float64)) train.NetworkOptions {
	o := train.NetworkOptions{Dropout: c.Float64("dropout"), Hidden: c.Int("hidden"), Epochs: c.Int("epochs"), Patience: c.Int("patience"),
		BatchSize: c.Int("batch-size"), LearningRate: c.Float64("learning-rate"), L2: c.Float64("weight-decay"),
		Balanced: c.String("class-weights") == weightsBalanced, Seed: c.Uint64("seed"), Progress: epoch}
	if o.Dropout == 0 {
		o.Dropout = train.NoDropout
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

// giveTrunk gives fc1 and fc2 to the candidates that start from them.
func giveTrunk(ctx context.Context, s *store.Store, source string, candidates []compare.Candidate) error {
	for i, c := range candidates {
		top, ok := c.Trainer.(train.VGGTop)
		if !ok {
			continue
		}
		fc2, err := model.ParseCut("fc2")
		if err != nil {
			return err
		}
		w, err := vgg19.Open(ctx, source, []model.Cut{fc2})
		if err != nil {
			return err
		}
		settings, err := trunk.SettingsOf(s.Description())
		if err != nil {
			return fmt.Errorf("read what store %s holds: %w; a newer program may be needed", s.Dir(), err)
		}
		if err := s.CheckFingerprint(trunk.Describe(w, settings)); err != nil {
			return err
		}
		for l, layer := range model.ParameterLayers() {
			dense := head.Dense{In: layer.In.Len(), Out: layer.Out.Len(), Kernel: w.Params[l].Kernel, Bias: w.Params[l].Bias}
			switch layer.Name {
			case "fc1":
				top.FC1 = dense
			case "fc2":
				top.FC2 = dense
			}
		}
		candidates[i].Trainer = top
	}
	return nil
}
