package compare

import (
	"context"
	"crypto/sha256"
	"encoding/binary"
	"fmt"
	"math"
	"slices"

	"cutpoint/model"
	"cutpoint/schemas"
)

// pages is what all cuts have in common: the same rows in the same order.
type pages struct {
	keys    []schemas.PageKey // (N) sorted
	paths   []string          // (N) "" if unknown
	splits  []string          // (N) "" for none
	labels  []string          // (N)
	y       []int             // (N) index in classes
	classes []string          // (K) sorted
	groups  []int             // (N) pages that may not be separated
	counts  Rows
}

// Rows says what became of the pages of the tables.
type Rows struct {
	Used           int `json:"used"`             // labelled and at every cut
	Unlabelled     int `json:"unlabelled"`       // at every cut, without a label
	NotAtEveryCut  int `json:"not_at_every_cut"` // at some cuts only
	Groups         int `json:"groups"`           // sets of pages that stay together
	Duplicates     int `json:"duplicates"`       // pages whose vector another document's page also has
	LabelsDiffer   int `json:"labels_differ"`    // pages that tables label differently; the first cut counts
	LabelsUnused   int `json:"labels_unused"`    // lines of the labels file that name no page
	LabelsReplaced int `json:"labels_replaced"`  // pages whose label the labels file changed
	InNoSplit      int `json:"in_no_split"`      // of the used, with Split "store": neither for training nor for test
	Leaks          int `json:"leaks"`            // of the used, with Split "store": not trained on, since their group is tested
}

// seen is what the survey of the tables learns of a page.
type seen struct {
	label, path, split string
	cuts               int
	hash               [][16]byte // one a cut
}

// survey reads every cut once and finds the common pages. It returns the last
// table that it read, which the caller may use before it loads another.
func survey(ctx context.Context, load Load, cuts []model.Cut, labels *Labels) (*pages, *Dataset, error) {
	found := map[schemas.PageKey]*seen{}
	var counts Rows
	var last *Dataset
	for i, cut := range cuts {
		last = nil // one matrix at a time
		d, err := open(ctx, load, cut)
		if err != nil {
			return nil, nil, err
		}
		names, replaced, err := labels.apply(d)
		if err != nil {
			return nil, nil, err
		}
		if i == 0 {
			counts.LabelsReplaced = replaced
		}
		for r, key := range d.Keys {
			s := found[key]
			if s == nil {
				s = &seen{label: names[r], path: d.path(r), split: d.split(r)}
				found[key] = s
			}
			if l := names[r]; s.label == "" {
				s.label = l
			} else if l != "" && l != s.label {
				counts.LabelsDiffer++
			}
			s.cuts++
			s.hash = append(s.hash, contentHash(d.row(r)))
		}
		last = d
	}
	if counts.LabelsUnused = labels.unused(); labels != nil && counts.LabelsUnused == len(labels.of) {
		return nil, nil, fmt.Errorf("none of the %d pages or documents in the labels file is in the store: name them as featurize did", counts.LabelsUnused)
	}
	p := &pages{counts: counts}
	hashes := p.common(found, len(cuts))
	p.group(hashes)
	return p, last, nil
}

func open(ctx context.Context, load Load, cut model.Cut) (*Dataset, error) {
	d, err := load(ctx, cut)
	if err != nil {
		return nil, fmt.Errorf("load features of cut %s: %w", cut, err)
	}
	if d.Cut != cut {
		return nil, fmt.Errorf("load features of cut %s: the table holds %s", cut, d.Cut)
	}
	return d, d.check()
}

// common keeps the labelled pages that all cuts have, sorted, and returns their
// content hashes.
func (p *pages) common(found map[schemas.PageKey]*seen, cuts int) [][][16]byte {
	var hashes [][][16]byte
	for key, s := range found {
		switch {
		case s.cuts < cuts:
			p.counts.NotAtEveryCut++
		case s.label == "":
			p.counts.Unlabelled++
		default:
			p.keys = append(p.keys, key)
		}
	}
	slices.SortFunc(p.keys, schemas.PageKey.Compare)
	for _, key := range p.keys {
		s := found[key]
		p.labels, p.paths, p.splits = append(p.labels, s.label), append(p.paths, s.path), append(p.splits, s.split)
		hashes = append(hashes, s.hash)
	}
	p.classes = slices.Compact(slices.Sorted(slices.Values(p.labels)))
	for _, label := range p.labels {
		class, _ := slices.BinarySearch(p.classes, label)
		p.y = append(p.y, class)
	}
	p.counts.Used = len(p.keys)
	return hashes
}

// group joins the pages of a document and the pages of identical content at any
// cut. A group's number is its first page's place.
func (p *pages) group(hashes [][][16]byte) {
	sets := newUnionFind(len(p.keys))
	documents := map[string]int{}
	for i, key := range p.keys {
		sets.join(first(documents, key.DocumentID, i), i)
	}
	type content struct {
		cut  int
		hash [16]byte
	}
	contents := map[content]int{}
	for i := range p.keys {
		duplicate := false
		for cut, hash := range hashes[i] {
			other := first(contents, content{cut, hash}, i)
			duplicate = duplicate || p.keys[other].DocumentID != p.keys[i].DocumentID
			sets.join(other, i)
		}
		if duplicate {
			p.counts.Duplicates++
		}
	}
	p.groups = make([]int, len(p.keys))
	for i := range p.keys {
		p.groups[i] = sets.find(i)
		if p.groups[i] == i {
			p.counts.Groups++
		}
	}
}

// first returns who came first with the key, which is i if nobody did.
func first[K comparable](at map[K]int, key K, i int) int {
	if _, ok := at[key]; !ok {
		at[key] = i
	}
	return at[key]
}

// contentHash identifies a vector by its bits.
func contentHash(v []float32) [16]byte {
	h := sha256.New()
	var buf [4 << 10]byte
	for len(v) > 0 {
		n := min(len(v), len(buf)/4)
		for i, x := range v[:n] {
			binary.LittleEndian.PutUint32(buf[4*i:], math.Float32bits(x))
		}
		h.Write(buf[:4*n])
		v = v[n:]
	}
	return [16]byte(h.Sum(nil)[:16])
}

// unionFind holds disjoint sets; a set is named by its smallest member.
type unionFind struct{ parent []int }

func newUnionFind(n int) *unionFind {
	u := &unionFind{make([]int, n)}
	for i := range u.parent {
		u.parent[i] = i
	}
	return u
}

func (u *unionFind) find(i int) int {
	for u.parent[i] != i {
		u.parent[i] = u.parent[u.parent[i]]
		i = u.parent[i]
	}
	return i
}

func (u *unionFind) join(i, j int) {
	a, b := u.find(i), u.find(j)
	u.parent[max(a, b)] = min(a, b)
}

// rows returns where the table has the common pages, (N).
func (p *pages) rows(d *Dataset) ([]int, error) {
	at := make(map[schemas.PageKey]int, len(d.Keys))
	for i, key := range d.Keys {
		at[key] = i
	}
	rows := make([]int, len(p.keys))
	for i, key := range p.keys {
		r, ok := at[key]
		if !ok {
			return nil, fmt.Errorf("cut %s lost page %d of document %.12s while it was compared: run fit when featurize is not running", d.Cut, key.Page, key.DocumentID)
		}
		rows[i] = r
	}
	return rows, nil
}
