package schemas

import (
	"cmp"
	"strings"
	"time"
)

// PageKey identifies a page: the SHA-256 of the document's bytes in lower-case
// hexadecimal, and the page number from 0. A moved or renamed file keeps its key.
type PageKey struct {
	DocumentID string `parquet:"document_id"`
	Page       int32  `parquet:"page"`
}

// Compare orders keys by document, then page.
func (k PageKey) Compare(o PageKey) int {
	return cmp.Or(strings.Compare(k.DocumentID, o.DocumentID), cmp.Compare(k.Page, o.Page))
}

// Document is a row of the documents table: one page that was seen, whether or
// not it could be featurized. Its key is (document_id, page).
type Document struct {
	DocumentID string    `parquet:"document_id"`
	Page       int32     `parquet:"page"`
	Path       string    `parquet:"path"` // as the corpus named it
	Label      *string   `parquet:"label,optional"`
	Split      *string   `parquet:"split,optional"`
	Format     string    `parquet:"format"` // "tiff", "jpeg", …
	Width      int32     `parquet:"width"`  // pixels, after orientation
	Height     int32     `parquet:"height"` // pixels, after orientation
	Pages      int32     `parquet:"pages"`  // in the whole document
	Bytes      int64     `parquet:"bytes"`  // of the whole document
	Modified   time.Time `parquet:"modified,timestamp(microsecond)"`
	FirstSeen  time.Time `parquet:"first_seen,timestamp(microsecond)"`
	Warning    *string   `parquet:"warning,optional"`     // "incomplete", "dark", "empty": why it may not be what a person sees
	ReplacedBy *string   `parquet:"replaced_by,optional"` // document_id of what a run found at Path instead of this document
}

// Key returns the page's identity.
func (d Document) Key() PageKey { return PageKey{d.DocumentID, d.Page} }

// Feature is a row of a cut table: one page's embedding at that cut. Its key is
// (document_id, page); path, label and split are those of the run that wrote it.
type Feature struct {
	DocumentID   string    `parquet:"document_id"`
	Page         int32     `parquet:"page"`
	Path         string    `parquet:"path"`
	Label        *string   `parquet:"label,optional"`
	Split        *string   `parquet:"split,optional"`
	FeaturizedAt time.Time `parquet:"featurized_at,timestamp(microsecond)"`
	Embedding    []float32 `parquet:"embedding,list"` // (D), D = CutInfo.Dim
}

// Key returns the page's identity.
func (f Feature) Key() PageKey { return PageKey{f.DocumentID, f.Page} }

// WholeDocument is the page number of a failure that concerns the document as a
// whole: its pages could not be distinguished.
const WholeDocument int32 = -1

// Failure is a row of the failures table: one document, or one page of it, that
// could not be read. A file that could not even be opened has no content hash:
// its document_id is "path:" and the hash of its path. Key = (document_id, page).
type Failure struct {
	DocumentID string    `parquet:"document_id"`
	Page       int32     `parquet:"page"` // WholeDocument (-1) or the page number
	Path       string    `parquet:"path"`
	Bytes      int64     `parquet:"bytes"`
	Modified   time.Time `parquet:"modified,timestamp(microsecond)"`
	Stage      string    `parquet:"stage"` // "open", "decode", "limits", "engine", "round"
	Class      string    `parquet:"class"` // "unsupported", "corrupt", "too-large", "too-slow", "unseen", "unreadable", "out-of-range"
	Message    string    `parquet:"message"`
	Attempts   int32     `parquet:"attempts"`
	FailedAt   time.Time `parquet:"failed_at,timestamp(microsecond)"`
}

// Key returns the identity of what failed.
func (f Failure) Key() PageKey { return PageKey{f.DocumentID, f.Page} }
