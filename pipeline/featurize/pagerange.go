package featurize

import (
	"errors"
	"fmt"
	"strconv"
	"strings"
)

// PageRange chooses pages of every document, numbered from 0. The zero value
// chooses all of them.
type PageRange struct {
	First int32
	Count int32 // 0 = all from First on
}

// ParsePageRange reads "all", "first", "N", "N-M" or "N-", with pages counted from
// 1 as people and print dialogs do.
func ParsePageRange(s string) (PageRange, error) {
	switch s {
	case "", "all":
		return PageRange{}, nil
	case "first":
		return PageRange{0, 1}, nil
	}
	from, to, isRange := strings.Cut(s, "-")
	first, err := pageNumber(from)
	if err != nil {
		return PageRange{}, notPages(s, err)
	}
	switch {
	case !isRange:
		return PageRange{first - 1, 1}, nil
	case to == "":
		return PageRange{First: first - 1}, nil
	}
	last, err := pageNumber(to)
	if err == nil && last < first {
		err = errors.New("the last one comes before the first")
	}
	if err != nil {
		return PageRange{}, notPages(s, err)
	}
	return PageRange{first - 1, last - first + 1}, nil
}

func notPages(s string, why error) error {
	return fmt.Errorf("pages %q: %w; write all, first, or pages counted from 1 such as 2, 1-3 or 2-", s, why)
}

func pageNumber(s string) (int32, error) {
	n, err := strconv.ParseUint(s, 10, 31)
	if err != nil || n == 0 {
		return 0, fmt.Errorf("%q is no page", s)
	}
	return int32(n), nil
}

// Has reports whether page n is chosen.
func (p PageRange) Has(n int32) bool {
	return n >= p.First && (p.Count == 0 || n-p.First < p.Count)
}

// of returns how many of a document's pages are chosen.
func (p PageRange) of(pages int32) int32 {
	n := max(0, pages-p.First)
	if p.Count > 0 {
		n = min(n, p.Count)
	}
	return n
}
