package corpus

import (
	"fmt"
	"slices"
	"strings"
)

// Patterns choose among what folders hold, in gitignore's syntax, relative to each named
// folder. The zero value leaves out what is hidden and junk.
type Patterns struct {
	all   []pattern // the first that matches decides, so that later flags come first
	names []pattern // of the including ones those that name what is hidden or junk
}

// ParsePatterns reads patterns that exclude, and then patterns that include what those, or
// the list of junk, would leave out.
func ParsePatterns(exclude, include []string) (Patterns, error) {
	var ps Patterns
	for _, text := range exclude {
		p, err := parsePattern(text)
		if err != nil {
			return ps, fmt.Errorf("pattern %q: %w", text, err)
		}
		ps.all = append(ps.all, p)
	}
	for _, text := range include {
		p, err := parsePattern(text)
		if err == nil && p.keeps {
			err = fmt.Errorf("what is included cannot begin with !; write it as a pattern that excludes")
		}
		if err != nil {
			return ps, fmt.Errorf("pattern %q: %w", text, err)
		}
		p.keeps = true
		ps.all = append(ps.all, p)
		if p.namesJunk() {
			ps.names = append(ps.names, p)
		}
	}
	slices.Reverse(ps.all)
	return ps, nil
}

// namesJunk reports whether the pattern is meant for what is hidden or junk: its last
// segment is a name, or begins with a dot as the shell's do, or is a rule of the list. "*"
// and "*.png" are not.
func (p pattern) namesJunk() bool {
	last := p.segments[len(p.segments)-1]
	return !strings.ContainsAny(last, "*?[") || strings.HasPrefix(last, ".") || slices.Contains(junkFiles, strings.ToLower(last))
}

// choice is what becomes of a name in a folder.
type choice int

const (
	taken choice = iota
	excluded
	hidden
	skippedAsJunk
)

// choose decides about a name in a folder, whose path is below the named folder.
func (ps Patterns) choose(folder, name string, isFolder bool) choice {
	meant := false
	if len(ps.all) > 0 {
		segments := []string{name}
		if folder != "" {
			segments = append(strings.Split(folder, "/"), name)
		}
		matches := func(p pattern) bool { return p.matches(segments, isFolder) }
		if last := slices.IndexFunc(ps.all, matches); last >= 0 && !ps.all[last].keeps {
			return excluded
		}
		meant = slices.ContainsFunc(ps.names, matches)
	}
	switch {
	case meant:
		return taken
	case strings.HasPrefix(name, "."):
		return hidden
	case junk(name, isFolder):
		return skippedAsJunk
	}
	return taken
}
