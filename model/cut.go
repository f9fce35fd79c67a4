package model

import (
	"fmt"
	"slices"
	"strings"
)

// Pooling reduces a spatial map to one value a channel.
type Pooling uint8

// How a cut's map is reduced.
const (
	Flat Pooling = iota // not reduced: the whole map, flattened in HWC order
	Avg                 // mean over height and width
	Max                 // maximum over height and width
)

// Cut is a named tensor of the trunk: what one page's embedding is made of. The
// zero value is no cut; ParseCut makes them.
type Cut struct {
	tensor  string // canonical: "pool1" … "pool5", "fc1", "fc2", "predictions"
	layer   int    // index in Layers() of the layer whose output this is
	pooling Pooling
	shape   Shape // of the embedding, after pooling
}

// tensors maps canonical cut names to Keras layer names, shallow to deep.
var tensors = []struct{ cut, layer string }{
	{"pool1", "block1_pool"}, {"pool2", "block2_pool"}, {"pool3", "block3_pool"},
	{"pool4", "block4_pool"}, {"pool5", "block5_pool"},
	{"fc1", "fc1"}, {"fc2", "fc2"}, {"predictions", "predictions"},
}

// aliases maps the names that other libraries use to ours. torchvision's
// classifier.0 and .3 are fc1 and fc2 before the ReLU and are therefore absent.
var aliases = map[string]string{
	"block1_pool": "pool1", "block2_pool": "pool2", "block3_pool": "pool3",
	"block4_pool": "pool4", "block5_pool": "pool5",
	"features.4": "pool1", "features.9": "pool2", "features.18": "pool3",
	"features.27": "pool4", "features.36": "pool5",
	"classifier.1": "fc1", "classifier.4": "fc2",
	"softmax": "predictions",
}

// AllCuts returns every cut, shallow to deep, flat before pooled.
func AllCuts() []Cut {
	var cuts []Cut
	layers := Layers()
	for _, t := range tensors {
		i := slices.IndexFunc(layers, func(l Layer) bool { return l.Name == t.layer })
		out := layers[i].Out
		cuts = append(cuts, Cut{t.cut, i, Flat, out})
		if layers[i].Kind == MaxPool {
			pooled := Shape{1, 1, out.C}
			cuts = append(cuts, Cut{t.cut, i, Avg, pooled}, Cut{t.cut, i, Max, pooled})
		}
	}
	return cuts
}

// ParseCut reads a cut's name: "pool5", "pool5-avg", "fc2", or another library's
// name for one. An unknown name's error suggests the nearest known one.
func ParseCut(name string) (Cut, error) {
	key := strings.ToLower(strings.TrimSpace(name))
	base, suffix := key, ""
	for _, s := range []string{"-avg", "-max"} {
		if b, ok := strings.CutSuffix(key, s); ok {
			base, suffix = b, s
		}
	}
	if canonical, ok := aliases[base]; ok {
		base = canonical
	}
	for _, c := range AllCuts() {
		if c.String() == base+suffix {
			return c, nil
		}
	}
	return Cut{}, fmt.Errorf("unknown cut %q: did you mean %q? Cuts are pool1…pool5 (also with -avg or -max), fc1, fc2, predictions",
		name, nearestCut(key))
}

// ParseCuts reads a comma-separated list, refusing an empty or repeated entry.
// The result is in the order given.
func ParseCuts(list string) ([]Cut, error) {
	var cuts []Cut
	for name := range strings.SplitSeq(list, ",") {
		if strings.TrimSpace(name) == "" {
			return nil, fmt.Errorf("the list of cuts %q has an empty entry", list)
		}
		c, err := ParseCut(name)
		if err != nil {
			return nil, err
		}
		if slices.Contains(cuts, c) {
			return nil, fmt.Errorf("cut %q is named twice in %q", c, list)
		}
		cuts = append(cuts, c)
	}
	return cuts, nil
}

// String returns the canonical name, which is also the table's name in a store.
func (c Cut) String() string {
	switch c.pooling {
	case Avg:
		return c.tensor + "-avg"
	case Max:
		return c.tensor + "-max"
	}
	return c.tensor
}

// From reports whether the cut is a function of another one's values: of a whole
// map everything deeper, and its own means and maxima; of a vector after a fully
// connected layer what follows; of means and maxima nothing.
func (c Cut) From(other Cut) bool {
	return other.Dim() > 0 && other.pooling == Flat &&
		(c.layer > other.layer || c.layer == other.layer && c.pooling != Flat)
}

// Layer returns the index in Layers of the layer whose output the cut reads.
func (c Cut) Layer() int { return c.layer }

// Pooling returns how the layer's output is reduced.
func (c Cut) Pooling() Pooling { return c.pooling }

// Shape returns the embedding's shape: (7, 7, 512) for pool5, (1, 1, 512) for pool5-avg.
func (c Cut) Shape() Shape { return c.shape }

// Dim returns the embedding's length.
func (c Cut) Dim() int { return c.shape.Len() }

// NeedsTop reports whether the cut lies behind the fully connected layers.
func (c Cut) NeedsTop() bool { return Layers()[c.layer].Kind == Dense }

// Cost is what computing a trunk up to a cut takes.
type Cost struct {
	FLOPs      int64 // a page
	Parameters int64
}

// Cost returns the work and the parameters from the pixels to the cut.
func (c Cut) Cost() Cost {
	var cost Cost
	for _, l := range Layers()[:c.layer+1] {
		cost.FLOPs += l.FLOPs()
		cost.Parameters += l.Parameters()
	}
	return cost
}

// Deepest returns the index in Layers of the last layer that cuts need, or -1.
func Deepest(cuts []Cut) int {
	deepest := -1
	for _, c := range cuts {
		deepest = max(deepest, c.layer)
	}
	return deepest
}

func nearestCut(name string) string {
	best, at := "", 1<<30
	consider := func(known, canonical string) {
		if d := editDistance(name, known); d < at {
			best, at = canonical, d
		}
	}
	for _, c := range AllCuts() {
		consider(c.String(), c.String())
	}
	for alias, canonical := range aliases {
		if d := editDistance(name, alias); d < at || d == at && canonical < best {
			best, at = canonical, d
		}
	}
	return best
}

// editDistance is Levenshtein's, over bytes.
func editDistance(a, b string) int {
	row := make([]int, len(b)+1)
	for j := range row {
		row[j] = j
	}
	for i := range len(a) {
		diagonal := row[0]
		row[0] = i + 1
		for j := range len(b) {
			cost := diagonal
			if a[i] != b[j] {
				cost++
			}
			diagonal = row[j+1]
			row[j+1] = min(row[j]+1, row[j+1]+1, cost)
		}
	}
	return row[len(b)]
}
