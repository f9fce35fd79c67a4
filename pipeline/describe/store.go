package describe

import (
	"fmt"
	"slices"
	"strings"
	"time"

	"cutpoint/schemas"
)

// Store is what a store says of itself.
type Store struct {
	Name        string              `json:"store"` // its folder
	Tool        string              `json:"tool"`  // that wrote this description
	Description schemas.Description `json:"description"`
	DType       string              `json:"dtype"` // of the stored values, also where Description leaves it out
	Fingerprint string              `json:"fingerprint"`
	Documents   int                 `json:"documents"` // without replaced ones, as Pages, Labels and Warnings
	Pages       int                 `json:"pages"`
	Labels      []Count             `json:"labels"`
	Replaced    Replaced            `json:"replaced"`
	Warnings    map[string]int      `json:"warnings"` // pages that may not look as a person sees them, by the reason
	Tables      []Table             `json:"tables"`   // documents, failures, then the cuts by name
}

// Table is one Delta table at its newest version.
type Table struct {
	Name    string           `json:"name"`
	Cut     *schemas.CutInfo `json:"cut,omitempty"` // nil for documents and failures
	Rows    int64            `json:"rows"`
	Bytes   int64            `json:"bytes"`
	Version int64            `json:"version"`
	First   time.Time        `json:"first_commit,omitzero"`
	Last    time.Time        `json:"last_commit,omitzero"`
	Tool    string           `json:"tool"`       // that made the table; "" if it does not say
	Wrote   map[string]int   `json:"part_tools"` // parts by the tool that wrote them; "" as above
	Parts   []Part           `json:"parts"`      // in commit order
}

// Part is one Parquet file.
type Part struct {
	Path   string `json:"path"` // relative to the table's folder, with slashes
	Rows   int64  `json:"rows"`
	Bytes  int64  `json:"bytes"`
	SHA256 string `json:"sha256,omitempty"` // hexadecimal; empty if another tool wrote the part
}

// file is a part's path relative to the store.
func (t Table) file(p Part) string { return t.Name + "/" + p.Path }

// about says in a sentence what a row of the table is.
func (t Table) about(d schemas.Description) string {
	switch {
	case t.Name == schemas.DocumentsTable:
		return "One row for each page that was seen: where it came from, its label and its size."
	case t.Name == schemas.FailuresTable:
		return "One row for each document or page that could not be read, with the reason."
	case t.Cut.Layout == "HWC":
		return fmt.Sprintf("One row for each page: what %s gives at the cut %s, a map of %s (height × width × channels) as %d numbers, the channel changing fastest.",
			d.Model, t.Cut.Cut, shape(t.Cut.Shape), t.Cut.Dim)
	}
	return fmt.Sprintf("One row for each page: what %s gives at the cut %s, a vector of %d numbers.", d.Model, t.Cut.Cut, t.Cut.Dim)
}

// cuts are the tables of features.
func (s Store) cuts() []Table {
	return slices.DeleteFunc(slices.Clone(s.Tables), func(t Table) bool { return t.Cut == nil })
}

// first and last are the times of the oldest and newest commit of all tables.
func (s Store) times() (first, last time.Time) {
	for _, t := range s.Tables {
		if !t.First.IsZero() && (first.IsZero() || t.First.Before(first)) {
			first = t.First
		}
		if t.Last.After(last) {
			last = t.Last
		}
	}
	return first, last
}

// title names the data set for people.
func (s Store) title() string {
	return fmt.Sprintf("%s: %s embeddings of document pages", lastElement(s.Name), s.Description.Model)
}

// lastElement is a folder's own name, whichever way slashes lean.
func lastElement(path string) string {
	path = strings.TrimRight(path, `/\`)
	name := path[strings.LastIndexAny(path, `/\`)+1:]
	if strings.Trim(name, ".") == "" {
		return "features"
	}
	return name
}

// preparation says what happens to a page before the first layer.
func (s Store) preparation() string {
	p := s.Description.Preset
	return fmt.Sprintf("preset %s: the page is resized to %d × %d pixels (%s) with the filter %s%s; the network takes the channels in the order %s, each as (pixel × %v − mean) / std with mean %s and std %s",
		p.Name, p.Size, p.Size, p.Resize, p.Filter, decoding(p), p.Color, p.Scale, triple(p.Mean), triple(p.Std))
}

// decoding says what is unusual about how pages are made of files.
func decoding(p schemas.Preset) string {
	var out string
	if p.FastDecode {
		out += ", large JPEG files decoded at a fraction of their size"
	}
	if p.PDFDPI != 0 {
		out += fmt.Sprintf(", PDF pages rendered at %g dpi", p.PDFDPI)
	}
	if p.Fonts != "" {
		out += fmt.Sprintf(", PDF pages drawn with fonts of the user's (%.8s)", p.Fonts)
	}
	return out
}

// values says how numbers were computed and are kept.
func (s Store) values() string {
	kept := "stored as float32"
	if s.DType == schemas.Float16 {
		kept = "rounded to float16 (ties to even) and stored in a column of float32"
	}
	return fmt.Sprintf("computed in %s, %s", s.Description.Precision, kept)
}

func triple(v [3]float32) string { return fmt.Sprintf("%v, %v, %v", v[0], v[1], v[2]) }

func shape(dims []int) string {
	out := make([]string, len(dims))
	for i, n := range dims {
		out[i] = fmt.Sprint(n)
	}
	return strings.Join(out, " × ")
}
