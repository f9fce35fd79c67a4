package train

import (
	"math/rand/v2"
	"slices"
)

// StratifiedGroupFolds deals rows out to k folds, 0 … k-1, so that rows of equal
// group share a fold and every fold has about the same share of every class. The
// result, (N), depends on the arguments only.
//
// Groups go, largest first and in an order that the seed decides among equals,
// to the fold that then deviates least from an even share of every class.
func StratifiedGroupFolds(y, groups []int, classes, k int, seed uint64) []int {
	parts := groupsOf(y, groups, classes)
	rng := rand.New(rand.NewPCG(seed, 0x666f6c6473)) // "folds"
	rng.Shuffle(len(parts), func(i, j int) { parts[i], parts[j] = parts[j], parts[i] })
	slices.SortStableFunc(parts, func(a, b group) int { return len(b.rows) - len(a.rows) })
	total := make([]float64, classes)
	for _, c := range y {
		total[c]++
	}
	counts := make([][]float64, k) // (k, K) rows dealt so far
	for f := range counts {
		counts[f] = make([]float64, classes)
	}
	sizes := make([]int, k)
	fold := make([]int, len(y))
	for _, g := range parts {
		best, least := 0, 0.0
		for f := range k {
			cost := 0.0
			for c, n := range g.counts {
				if n > 0 { // what adding n does to Σ (count/total)² in this fold
					cost += n * (2*counts[f][c] + n) / (total[c] * total[c])
				}
			}
			if f == 0 || cost < least || cost == least && sizes[f] < sizes[best] {
				best, least = f, cost
			}
		}
		for c, n := range g.counts {
			counts[best][c] += n
		}
		sizes[best] += len(g.rows)
		for _, r := range g.rows {
			fold[r] = best
		}
	}
	return fold
}

// group is the rows that must stay together and how many are of each class.
type group struct {
	rows   []int
	counts []float64 // (K)
}

// groupsOf gathers rows by group, in the order of first appearance.
func groupsOf(y, groups []int, classes int) []group {
	index := map[int]int{}
	var out []group
	for r, id := range groups {
		at, ok := index[id]
		if !ok {
			at = len(out)
			index[id] = at
			out = append(out, group{counts: make([]float64, classes)})
		}
		out[at].rows = append(out[at].rows, r)
		out[at].counts[y[r]]++
	}
	return out
}

// validationSplit holds out one fold of k (0 means 5), never a class's only
// group, so that every class stays in training. Small data may leave validation
// empty.
func validationSplit(y, groups []int, classes, k int, seed uint64) (train, validation []int) {
	if k < 2 {
		k = 5
	}
	return holdOut(y, groups, classes, StratifiedGroupFolds(y, groups, classes, k, seed), 0)
}

// holdOut divides the rows into training and the given fold, but for groups that
// hold a class which training would lack.
func holdOut(y, groups []int, classes int, fold []int, held int) (train, validation []int) {
	left := make([]int, classes)
	for r, c := range y {
		if fold[r] != held {
			left[c]++
		}
	}
	missing := map[int]bool{}
	for r, c := range y {
		if left[c] == 0 {
			missing[groups[r]] = true
		}
	}
	for r := range y {
		if fold[r] == held && !missing[groups[r]] {
			validation = append(validation, r)
		} else {
			train = append(train, r)
		}
	}
	return train, validation
}

// all returns 0 … n-1.
func all(n int) []int {
	rows := make([]int, n)
	for i := range rows {
		rows[i] = i
	}
	return rows
}

// pick returns values at rows.
func pick(values, rows []int) []int {
	out := make([]int, len(rows))
	for i, r := range rows {
		out[i] = values[r]
	}
	return out
}

func sortDescending(values []float64) {
	slices.Sort(values)
	slices.Reverse(values)
}

func float32s(values []float64) []float32 {
	out := make([]float32, len(values))
	for i, v := range values {
		out[i] = float32(v)
	}
	return out
}
