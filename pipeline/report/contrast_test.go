package report

import (
	"fmt"
	"regexp"
	"strings"
	"testing"
)

// tokens reads the colours that a block of the style sheet defines.
func tokens(t *testing.T, block string) map[string]colour {
	t.Helper()
	found := map[string]colour{}
	for _, m := range regexp.MustCompile(`--([a-z0-9]+):#([0-9a-f]{6})`).FindAllStringSubmatch(block, -1) {
		var c colour
		if _, err := fmt.Sscanf(m[2], "%02x%02x%02x", &c[0], &c[1], &c[2]); err != nil {
			t.Fatal(err)
		}
		found[m[1]] = c
	}
	return found
}

// TestContrast holds the colours to WCAG 2.2 AA: 4.5 for text (1.4.3), 3 for the
// marks and lines that are needed to understand a chart (1.4.11).
func TestContrast(t *testing.T) {
	before, after, found := strings.Cut(style, "@media screen and (prefers-color-scheme:dark){:root{")
	if !found {
		t.Fatal("there is no dark mode")
	}
	dark, _, _ := strings.Cut(after, "}")
	for mode, block := range []string{before, dark} {
		c := tokens(t, block)
		for _, pair := range []struct {
			on, of string
			least  float64
		}{
			{"paper", "ink soft link", 4.5}, {"sheet", "ink soft link", 4.5}, {"pick", "ink soft link", 4.5}, {"band", "ink soft", 4.5},
			{"paper", "s0 s1 s2 s3 s4 s5 s6 s7 edge", 3}, {"band", "s0 s1 s2 s3 s4 s5 s6 s7", 3}, {"sheet", "s0", 3}, {"pick", "s0 s1 s2 s3 s4 s5 s6 s7", 3},
		} {
			for name := range strings.FieldsSeq(pair.of) {
				a, aFound := c[pair.on]
				b, bFound := c[name]
				if r := a.contrast(b); !aFound || !bFound || r < pair.least {
					t.Errorf("mode %d: %s on %s has a contrast of %.2f, less than %g", mode, name, pair.on, r, pair.least)
				}
			}
		}
		if heat[mode][0] != c["paper"] {
			t.Errorf("mode %d: the shade of nothing is %s, the paper %s", mode, heat[mode][0], c["paper"])
		}
		if r := shaded(mode, 0).contrast(c["soft"]); r < 4.5 {
			t.Errorf("mode %d: noughts have a contrast of %.2f", mode, r)
		}
	}
	for mode := range heat {
		for step := range shades + 1 {
			s := shaded(mode, step)
			if r := s.contrast(inkOn(s)); r < 4.5 {
				t.Errorf("mode %d: the text on shade %d has a contrast of %.2f", mode, step, r)
			}
		}
	}
}
