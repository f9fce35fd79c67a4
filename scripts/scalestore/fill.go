package main

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"image"
	"image/png"
	"os"
	"path/filepath"
	"time"

	"cutpoint/schemas"
	"cutpoint/store"
)

// labels are as many as the largest public corpus of scanned documents has
// (RVL-CDIP).
const labels = 16

// drawPage makes a corpus of one page that the program can read.
func drawPage(corpus string) error {
	dir := filepath.Join(corpus, label(0))
	if err := os.MkdirAll(dir, 0o755); err != nil {
		return err
	}
	f, err := os.Create(filepath.Join(dir, "drawn.png"))
	if err != nil {
		return err
	}
	if err := png.Encode(f, image.NewGray(image.Rect(0, 0, 20, 30))); err != nil {
		f.Close()
		return err
	}
	return f.Close()
}

func label(i int) string { return fmt.Sprintf("class-%02d", i%labels) }

// makeFiles makes n empty files, a folder a label, and returns the rows of the
// documents that they stand for. Nobody reads them, so their ids are those of
// their paths.
func makeFiles(corpus string, n int) ([]schemas.Document, error) {
	rows := make([]schemas.Document, n)
	for i := range rows {
		dir := filepath.Join(corpus, label(i))
		if i < labels {
			if err := os.MkdirAll(dir, 0o755); err != nil {
				return nil, err
			}
		}
		path := filepath.Join(dir, fmt.Sprintf("scan-%08d.tif", i))
		modified, err := touch(path)
		if err != nil {
			return nil, err
		}
		id := sha256.Sum256([]byte(path))
		name := label(i)
		rows[i] = schemas.Document{
			DocumentID: hex.EncodeToString(id[:]), Path: path, Label: &name, Format: "tiff",
			Width: 1240, Height: 1754, Pages: 1, Modified: modified, FirstSeen: modified,
		}
	}
	return rows, nil
}

func touch(path string) (modified time.Time, err error) {
	f, err := os.OpenFile(path, os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o644)
	if err != nil {
		return modified, err
	}
	defer f.Close()
	info, err := f.Stat()
	if err != nil {
		return modified, err
	}
	return info.ModTime(), nil
}

// record commits the rows and a feature for each, in parts of partPages pages.
func record(ctx context.Context, dir string, rows []schemas.Document, partPages int) error {
	s, err := store.Open(dir)
	if err != nil {
		return err
	}
	table, info, err := s.Cut(cut)
	if err != nil {
		return err
	}
	for len(rows) > 0 {
		part := rows[:min(partPages, len(rows))]
		rows = rows[len(part):]
		if _, err := s.Documents().Append(ctx, part, store.CommitInfo{}); err != nil {
			return err
		}
		if _, err := table.Append(ctx, features(part, info.Dim), store.CommitInfo{}); err != nil {
			return err
		}
	}
	return nil
}

func features(documents []schemas.Document, dim int) []schemas.Feature {
	rows := make([]schemas.Feature, len(documents))
	values := make([]float32, len(documents)*dim) // (rows, dim)
	for i := range values {
		values[i] = float32(i % 7)
	}
	for i, d := range documents {
		rows[i] = schemas.Feature{
			DocumentID: d.DocumentID, Page: d.Page, Path: d.Path, Label: d.Label,
			FeaturizedAt: d.FirstSeen, Embedding: values[i*dim : (i+1)*dim],
		}
	}
	return rows
}
