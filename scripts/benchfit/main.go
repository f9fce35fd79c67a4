// Command benchfit is our side of ./scripts/bench-fit: it holds rows of float32,
// trains a head on the first of them for each line on standard input, and prints
// the seconds that took and the head's options.
//
//	softmax L2[,L2…] FILE                        several values: chosen by inner folds
//	dense-dropout-bn-softmax EPOCHS,SEED FILE    as many epochs, the best one kept
//	centroid SEED FILE
//	knn NEIGHBOURS FILE
//
// FILE.logp gets the log probabilities of the other rows, (rows, K) float64, and
// FILE.weights mean, scale, kernel and bias as float32, all little-endian.
package main

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"os"
	"runtime"
	"runtime/debug"
	"strconv"
	"strings"
	"time"

	"cutpoint/model/head"
	"cutpoint/model/head/train"
)

func main() {
	debug.SetGCPercent(25) // as fit does
	if err := run(os.Args[1:]); err != nil {
		fmt.Fprintln(os.Stderr, "benchfit:", err)
		os.Exit(1)
	}
}

func run(args []string) error {
	if len(args) != 5 {
		return errors.New("usage: benchfit VALUES LABELS TRAIN DIM CLASSES")
	}
	var numbers [3]int
	for i, text := range args[2:] {
		n, err := strconv.Atoi(text)
		if err != nil || n < 1 {
			return fmt.Errorf("%q is not a positive number", text)
		}
		numbers[i] = n
	}
	data, err := load(args[0], args[1], numbers[1], numbers[2])
	if err != nil {
		return err
	}
	if numbers[0] >= data.Len() {
		return fmt.Errorf("%d of %d rows are for training: leave some to score", numbers[0], data.Len())
	}
	train, scored := divide(data, numbers[0])
	lines := bufio.NewScanner(os.Stdin)
	for lines.Scan() {
		if err := trainLine(strings.Fields(lines.Text()), train, scored); err != nil {
			return fmt.Errorf("%s: %w", lines.Text(), err)
		}
	}
	return lines.Err()
}

// divide returns views of the first n rows and of the others.
func divide(d train.Data, n int) (first, others train.Data) {
	rows := make([]int, d.Len())
	for i := range rows {
		rows[i] = i
	}
	return d.Subset(rows[:n]), d.Subset(rows[n:])
}

// trainLine trains what the line says, times that alone, and writes the files.
func trainLine(words []string, train, scored train.Data) error {
	if len(words) != 3 {
		return errors.New("no such command")
	}
	trainer, err := recipe(words[0], words[1])
	if err != nil {
		return err
	}
	runtime.GC() // so that garbage of the line before is not collected on this one's time
	start := time.Now()
	h, err := trainer.Train(context.Background(), train)
	if err != nil {
		return err
	}
	took := time.Since(start)
	if err := write(h, scored, words[2]); err != nil {
		return err
	}
	fmt.Println(took.Seconds(), describe(h))
	return nil
}

// recipe returns the trainer that a line names.
func recipe(name, options string) (train.Trainer, error) {
	switch name {
	case head.SoftmaxName:
		s := train.Softmax{Standardize: train.StandardizeFeature} // as scikit-learn
		for text := range strings.SplitSeq(options, ",") {
			v, err := strconv.ParseFloat(text, 64)
			if err != nil {
				return nil, fmt.Errorf("L2 %q is not a number", text)
			}
			s.L2 = append(s.L2, v)
		}
		return s, nil
	case head.CentroidName:
		seed, err := strconv.ParseUint(options, 10, 64)
		return train.Centroid{Seed: seed}, err
	case head.KNNName:
		n, err := strconv.Atoi(options)
		return train.KNN{Neighbours: n}, err
	case head.DenseDropoutBNSoftmaxName:
		var epochs int
		var seed uint64
		if _, err := fmt.Sscanf(options, "%d,%d", &epochs, &seed); err != nil {
			return nil, fmt.Errorf("%q is not EPOCHS,SEED", options)
		}
		return train.DenseDropoutBNSoftmax{NetworkOptions: train.NetworkOptions{Epochs: epochs, Patience: epochs, Seed: seed}}, nil
	}
	return nil, fmt.Errorf("no head %q is measured", name)
}

// describe returns what a head was trained with, on one line.
func describe(h *head.Head) string {
	if epochs := h.Options["epochs"]; epochs != "" {
		return "epochs " + epochs
	}
	return "L2 " + h.Options["l2"]
}
