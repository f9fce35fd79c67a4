package corpus

import (
	"path/filepath"
	"slices"
	"strings"
	"testing"
)

// TestOverlap: a path that several arguments hold is one entry, the first.
func TestOverlap(t *testing.T) {
	dir := t.TempDir()
	write(t, dir, map[string]string{
		"in/a/1": "1", "in/a/2": "2", "in/b/3": "3", "in/4": "4",
		"labels.csv": "path,label\nin/a/1,x\nin/4,y\n",
	})
	for args, c := range map[string]struct {
		want         string
		repeated     int
		contradicted string
	}{
		"in":            {"in/4|| in/a/1|a| in/a/2|a| in/b/3|b|", 0, ""},
		"in in/a":       {"in/4|| in/a/1|a| in/a/2|a| in/b/3|b|", 2, ""},
		"in/a in":       {"in/4|| in/a/1|a| in/a/2|a| in/b/3|b|", 2, ""},
		"in labels.csv": {"in/4|y| in/a/1|a| in/a/2|a| in/b/3|b|", 2, "in/a/1"},
		"labels.csv in": {"in/4|y| in/a/1|x| in/a/2|a| in/b/3|b|", 2, "in/a/1"},
	} {
		var roots []string
		for root := range strings.FieldsSeq(args) {
			roots = append(roots, filepath.Join(dir, root))
		}
		l := list(t, Options{}, roots...)
		got := names(t, dir, l)
		slices.Sort(got)
		if strings.Join(got, " ") != c.want || l.Skipped.Repeated != c.repeated {
			t.Errorf("%s: entries %s, %d repeated\n   want %s, %d", args, got, l.Skipped.Repeated, c.want, c.repeated)
		}
		if where := strings.TrimPrefix(strings.Join(l.Contradicted, " "), dir+"/"); where != c.contradicted {
			t.Errorf("%s: contradicted %q, want %q", args, where, c.contradicted)
		}
	}
}
