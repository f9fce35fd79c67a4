package compare

import (
	"cmp"
	"context"
	"crypto/sha256"
	"encoding/binary"
	"math"
	"slices"
)

// keptBytes is the memory for vectors that stay after the search for equal pages, so
// that they are not read again to be trained on.
const keptBytes = 256 << 20

// group joins the pages of a document and the pages of identical content at any
// cut. A group's number is its first page's place. Every cut is looked at: pages that
// are equal at one are not always equal at those computed from it, since another
// device or kernel may have computed those. At most kept bytes of vectors stay, and the
// largest table's.
func (p *pages) group(ctx context.Context, tables []*table, kept int) error {
	sets := newUnionFind(len(p.keys))
	documents := map[string]int{}
	for i, key := range p.keys {
		sets.join(first(documents, key.DocumentID, i), i)
	}
	p.duplicate = make([]bool, len(p.keys))
	for i, t := range bySize(tables) {
		if err := p.joinEqual(ctx, t, sets); err != nil {
			return err
		}
		if kept -= 4 * len(t.values); kept < 0 && i < len(tables)-1 {
			t.values = nil
		}
	}
	p.groups, p.kept = make([]int, len(p.keys)), make([]int, len(p.keys))
	for i := range p.keys {
		p.groups[i], p.kept[i] = sets.find(i), i
	}
	p.count()
	return nil
}

// count counts the pages that are used.
func (p *pages) count() {
	groups := map[int]bool{}
	p.counts.Used, p.counts.Duplicates = len(p.keys), 0
	for i, g := range p.groups {
		groups[g] = true
		if p.duplicate[i] {
			p.counts.Duplicates++
		}
	}
	p.counts.Groups = len(groups)
}

// bySize sorts tables, the smallest first.
func bySize(tables []*table) []*table {
	return slices.SortedStableFunc(slices.Values(tables), func(a, b *table) int { return cmp.Compare(a.cut.Dim(), b.cut.Dim()) })
}

// joinEqual loads a table, joins the pages that have the same vector there, and
// marks those that have it from another document.
func (p *pages) joinEqual(ctx context.Context, t *table, sets *unionFind) error {
	if err := t.load(ctx); err != nil {
		return err
	}
	contents := map[[16]byte]int{}
	for i, key := range p.keys {
		other := first(contents, contentHash(t.row(t.rows[i])), i)
		p.duplicate[i] = p.duplicate[i] || p.keys[other].DocumentID != key.DocumentID
		sets.join(other, i)
	}
	return nil
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
