package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"

	"cutpoint/cmd/internal/reading"
	"cutpoint/pipeline/compare"
	"cutpoint/pipeline/lists"
)

// readLabels reads the list that --labels names; "" is none.
func readLabels(ctx context.Context, path string, columns map[string]string) (*compare.Labels, error) {
	if path == "" {
		return nil, nil
	}
	f, err := os.Open(path)
	if err != nil {
		return nil, fmt.Errorf("open labels: %w", err)
	}
	defer f.Close()
	labels, err := compare.ReadLabels(ctx, f, lists.Options{Name: "labels " + path, Folder: filepath.Dir(path), Columns: columns})
	return labels, reading.ExplainColumns(err)
}

// warn says what was left out, also with --quiet.
func (o fitOptions) warn(w io.Writer, r *compare.Report) {
	for i, sentence := range r.WarningSentences() {
		if i == 0 && len(r.LeftOut.RareLabels) > 0 && r.Split == compare.SplitFolds {
			sentence += " Label more of their documents"
			if r.LeftOut.MinDocuments > 2 {
				sentence += ", or lower --min-documents (2 at least)"
			}
			sentence += "."
		}
		warn(w, sentence)
	}
}

func warn(w io.Writer, sentence string) { fmt.Fprintf(w, "fit: warning: %s\n", sentence) }

// explainRare adds the flags to an error about labels that are too rare.
func explainRare(err error) error {
	var e *compare.TooRareError
	if !errors.As(err, &e) || e.ForTraining {
		return err
	}
	if e.Folds > 0 {
		return fmt.Errorf("%w (--folds %d)", err, e.Folds)
	}
	if e.Labels[min(1, len(e.Labels)-1)].Documents < 2 {
		return err // no number of folds would do
	}
	return fmt.Errorf("%w (or lower --min-documents and --folds)", err)
}
