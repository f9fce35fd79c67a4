package featurize

import (
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"strings"
	"unicode"

	"cutpoint/pipeline/corpus"
	"cutpoint/pipeline/raster"
	"cutpoint/schemas"
)

// Stages and classes of failures as the failures table holds them; further
// classes are raster's.
const (
	stageOpen       = "open"
	stageDecode     = "decode"
	classUnreadable = "unreadable" // the file could not be read; tried again in every run
	classTooLarge   = "too-large"
)

// pathID stands in for the content hash of a file that cannot be read.
func pathID(name string) string {
	sum := sha256.Sum256([]byte(name))
	return "path:" + hex.EncodeToString(sum[:])
}

// failure makes the row for what went wrong with a page, or with the whole
// document; the number of attempts continues that of earlier runs.
func (r *run) failure(d *document, page int32, stage string, err error) *schemas.Failure {
	f := &schemas.Failure{
		DocumentID: d.id, Page: page, Path: d.entry.Name(), Bytes: d.entry.Size, Modified: d.entry.Modified,
		Stage: stage, Class: failureClass(err), Message: oneLine(err.Error()), FailedAt: r.opt.Now(),
	}
	f.Attempts = r.catalog.failures[f.Key()].Attempts + 1
	return f
}

// maxMessage is how many characters a failure's message has at most.
const maxMessage = 300

// oneLine makes a sentence of a decoder's error, whatever is in that: a table, a log
// and a terminal show it.
func oneLine(message string) string {
	words := strings.FieldsFunc(message, func(r rune) bool {
		return unicode.IsSpace(r) || unicode.IsControl(r)
	})
	text := []rune(strings.ToValidUTF8(strings.Join(words, " "), "\uFFFD"))
	if len(text) > maxMessage {
		text = append(text[:maxMessage-1], '…')
	}
	return string(text)
}

func failureClass(err error) string {
	var e *raster.Error
	switch {
	case errors.As(err, &e):
		return string(e.Class)
	case errors.Is(err, corpus.ErrTooLarge):
		return classTooLarge
	}
	return classUnreadable
}
