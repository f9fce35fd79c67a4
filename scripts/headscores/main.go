// Command headscores prints a head's scores for the stored pages of its cut, the
// reference that an exported head is compared with: one JSON object per line.
//
//	go run ./scripts/headscores STORE HEAD.safetensors
package main

import (
	"context"
	"encoding/json"
	"fmt"
	"os"

	"cutpoint/model/head"
	"cutpoint/schemas"
	"cutpoint/store"
)

func main() {
	if len(os.Args) != 3 {
		fmt.Fprintln(os.Stderr, "usage: headscores STORE HEAD.safetensors")
		os.Exit(64)
	}
	if err := run(os.Args[1], os.Args[2]); err != nil {
		fmt.Fprintln(os.Stderr, "headscores:", err)
		os.Exit(1)
	}
}

// score is one line.
type score struct {
	DocumentID       string    `json:"document_id"`
	Page             int32     `json:"page"`
	LogProbabilities []float64 `json:"log_probabilities"` // (K)
}

func run(dir, file string) error {
	f, err := head.Load(file)
	if err != nil {
		return err
	}
	s, err := store.Open(dir)
	if err != nil {
		return err
	}
	table, info, err := s.Cut(f.Cut)
	if err != nil {
		return err
	}
	if err := f.Check(s.Description().Fingerprint(), f.Cut, info.Dim); err != nil {
		return err
	}
	out := json.NewEncoder(os.Stdout)
	return table.Scan(context.Background(), func(rows []schemas.Feature) error {
		for _, row := range rows {
			logp, err := f.Head.LogProbabilities(head.Matrix{Values: row.Embedding, Dim: info.Dim})
			if err != nil {
				return err
			}
			if err := out.Encode(score{row.DocumentID, row.Page, logp}); err != nil {
				return err
			}
		}
		return nil
	})
}
