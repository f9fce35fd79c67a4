package compare

import (
	"fmt"

	"cutpoint/model/head"
	"cutpoint/schemas"
)

// wholeDocument is the page number of a document that is scored as one.
const wholeDocument int32 = -1

// units are what is scored: pages, or documents by the mean of their pages' log
// probabilities.
type units struct {
	keys  []schemas.PageKey // (U)
	paths []string          // (U)
	y     []int             // (U)
	of    []int             // (N) the unit of each common page
}

func (p *pages) units(unit string) (*units, error) {
	u := &units{of: make([]int, len(p.keys))}
	document := map[string]int{}
	for i, key := range p.keys {
		at, ok := document[key.DocumentID]
		if unit == UnitPage {
			ok = false
		} else {
			key.Page = wholeDocument
		}
		if !ok {
			at = len(u.keys)
			document[key.DocumentID] = at
			u.keys, u.paths, u.y = append(u.keys, key), append(u.paths, p.paths[i]), append(u.y, p.y[i])
		}
		if u.y[at] != p.y[i] {
			return nil, fmt.Errorf("pages of %s are labelled %q and %q: a document that is scored as one needs one label", p.paths[i], p.classes[u.y[at]], p.labels[i])
		}
		u.of[i] = at
	}
	return u, nil
}

// gather turns the log probabilities of pages, (n, K), into those of their units
// in order of appearance. Pages of a unit must all be among them.
func (u *units) gather(pages []int, logp []float64, classes int) (of []int, gathered []float64) {
	if len(u.keys) == len(u.of) { // a page each
		return pick(u.of, pages), logp
	}
	place := map[int]int{}
	var count []int
	for i, page := range pages {
		unit := u.of[page]
		at, ok := place[unit]
		if !ok {
			at = len(of)
			place[unit] = at
			of, count, gathered = append(of, unit), append(count, 0), append(gathered, make([]float64, classes)...)
		}
		count[at]++
		for k, v := range logp[i*classes : (i+1)*classes] {
			gathered[at*classes+k] += v
		}
	}
	for i, n := range count {
		head.MeanLogProbabilities(gathered[i*classes:(i+1)*classes], n)
	}
	return of, gathered
}
