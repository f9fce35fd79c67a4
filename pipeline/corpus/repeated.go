package corpus

import "cmp"

// dropRepeated keeps one entry of each path where arguments overlap, as scans and scans/a
// do: the first, with the label and split of a later one if it has none. Two of them
// would take turns in the tables with each run.
func (l *lister) dropRepeated() {
	kept := l.listing.Entries[:0]
	first := make(map[string]int, len(l.listing.Entries))
	for _, e := range l.listing.Entries {
		i, again := first[e.Path]
		if !again {
			first[e.Path] = len(kept)
			kept = append(kept, e)
			continue
		}
		l.listing.Skipped.Repeated++
		f := &kept[i]
		if differ(f.Label, e.Label) || differ(f.Split, e.Split) {
			l.listing.Contradicted = append(l.listing.Contradicted, e.Path)
		}
		f.Label, f.Split = cmp.Or(f.Label, e.Label), cmp.Or(f.Split, e.Split)
	}
	clear(l.listing.Entries[len(kept):])
	l.listing.Entries = kept
}

func differ(a, b string) bool { return a != "" && b != "" && a != b }
