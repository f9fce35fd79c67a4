package featurize

import (
	"bytes"
	"cmp"
	"crypto/sha256"
	"encoding/hex"
	"strings"
	"time"

	"cutpoint/schemas"
)

// record is a row of the documents table as the catalog holds it: a million of
// them must fit, so ids are bytes, times are microseconds, and what many rows
// share is a number in words.
type record struct {
	id                   documentID
	path                 string
	bytes                int64
	modified, firstSeen  int64 // microseconds since 1970, as tables hold them
	label, split, format word
	warning              word
	page                 int32
	width, height, pages int32
	failed               bool // the page is among the failures
	replaced             bool // its path holds another document, which catalog.replacedBy names
	inPlace              bool // of a document's first row: its file is as recorded, so another one is a copy
}

// documentID is the SHA-256 that an id is in hexadecimal, or the hash of an id
// that is something else.
type documentID [sha256.Size]byte

// packID makes a documentID and reports whether the id is a SHA-256.
func packID(id string) (packed documentID, isHash bool) {
	if len(id) == hex.EncodedLen(len(packed)) && !strings.ContainsAny(id, "ABCDEF") {
		if _, err := hex.Decode(packed[:], []byte(id)); err == nil {
			return packed, true
		}
	}
	return sha256.Sum256([]byte(id)), false
}

func (c *catalog) unpackID(packed documentID) string {
	if id, ok := c.otherIDs[packed]; ok {
		return id
	}
	return hex.EncodeToString(packed[:])
}

func (c *catalog) key(r *record) schemas.PageKey {
	return schemas.PageKey{DocumentID: c.unpackID(r.id), Page: r.page}
}

// pack notes what is needed to unpack the row again.
func (c *catalog) pack(d schemas.Document) record {
	id, isHash := packID(d.DocumentID)
	if !isHash {
		c.otherIDs[id] = d.DocumentID
	}
	if d.ReplacedBy != nil {
		c.replacedBy[d.Key()] = d.ReplacedBy
	}
	return record{
		id: id, page: d.Page, path: d.Path,
		label: c.words.optional(d.Label), split: c.words.optional(d.Split), format: c.words.number(d.Format),
		warning: c.words.optional(d.Warning), replaced: d.ReplacedBy != nil,
		width: d.Width, height: d.Height, pages: d.Pages,
		bytes: d.Bytes, modified: d.Modified.UnixMicro(), firstSeen: d.FirstSeen.UnixMicro(),
	}
}

func (c *catalog) unpack(r *record) schemas.Document {
	return schemas.Document{
		DocumentID: c.unpackID(r.id), Page: r.page, Path: r.path,
		Label: c.words.pointer(r.label), Split: c.words.pointer(r.split), Format: *c.words.pointer(r.format),
		Width: r.width, Height: r.height, Pages: r.pages,
		Bytes: r.bytes, Modified: time.UnixMicro(r.modified).UTC(), FirstSeen: time.UnixMicro(r.firstSeen).UTC(),
		Warning: c.words.pointer(r.warning), ReplacedBy: c.replacedBy[c.key(r)],
	}
}

func (r *record) compare(id documentID, page int32) int {
	return cmp.Or(bytes.Compare(r.id[:], id[:]), cmp.Compare(r.page, page))
}

// word is the number of a string that many rows share; 0 is none.
type word uint32

type words struct {
	texts   []*string // of word 0 nil
	numbers map[string]word
}

func newWords() words { return words{texts: []*string{nil}, numbers: map[string]word{}} }

func (w *words) number(s string) word {
	n, ok := w.numbers[s]
	if !ok {
		n = word(len(w.texts))
		s = strings.Clone(s) // not the block that it may lie in
		w.numbers[s] = n
		w.texts = append(w.texts, &s)
	}
	return n
}

func (w *words) optional(s *string) word {
	if s == nil {
		return 0
	}
	return w.number(*s)
}

// pointer returns the string, which is shared and must not change.
func (w *words) pointer(n word) *string { return w.texts[n] }
