package corpus

import (
	"path/filepath"
	"slices"
)

// Unknown reports whether it is not known what became of a path, as tables hold it: it is
// a folder that could not be listed, or lies below one.
func (l Listing) Unknown(name string) bool {
	for len(l.Unlisted) > 0 && !l.Unlisted[name] {
		above := filepath.Dir(name)
		if above == name {
			return false
		}
		name = above
	}
	return l.Unlisted[name]
}

// Absent returns those of the names that the corpus has no more: they lie in a folder that
// was walked, not below one that could not be listed, and no entry has them.
func (l Listing) Absent(names []string) []string {
	left := map[string]bool{}
	for _, name := range names {
		walked := slices.ContainsFunc(l.walked, func(root string) bool { return within(name, root) })
		if walked && !l.Unknown(name) {
			left[name] = true
		}
	}
	for i := 0; i < len(l.Entries) && len(left) > 0; i++ {
		delete(left, l.Entries[i].Name())
	}
	return slices.DeleteFunc(slices.Clone(names), func(name string) bool { return !left[name] })
}
