package corpus

import (
	"os"
	"path/filepath"
	"slices"
	"testing"
)

// link makes links, of names in dir to what is given.
func link(t *testing.T, dir string, links map[string]string) {
	t.Helper()
	for name, to := range links {
		path := filepath.Join(dir, name)
		if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.Symlink(to, path); err != nil {
			t.Fatal(err)
		}
	}
}

func TestFollowLinks(t *testing.T) {
	dir := t.TempDir()
	write(t, dir, map[string]string{
		"in/pool/1": "1", "in/pool/2": "2", "in/pool/deep/3": "3", "in/.old/4": "4", "more/5": "5", "more/sub/6": "6", "secret/7": "7", "in2/8": "8",
	})
	link(t, dir, map[string]string{
		"in/cat/one":     "../pool/1",                     // a file of a folder that comes later
		"in/cat/again":   filepath.Join(dir, "in/pool/1"), // the same by another link
		"in/dog":         "pool/deep",                     // a folder, with a label
		"in/old":         ".old",                          // of what is hidden otherwise
		"in/pool/up":     "..",                            // a circle
		"in/x/more":      "../../more/sub",                // of another named folder
		"in/x/outside":   "../../secret",                  // not of the corpus
		"in/x/outfile":   filepath.Join(dir, "secret/7"),  // …
		"in/x/sibling":   "../../in2/8",                   // in is no beginning of in2
		"in/x/nowhere":   "absent",                        //
		"in/x/loop":      "loop",                          //
		"in/x/device":    os.DevNull,                      //
		"in/x/.hidden":   "../pool/2",                     //
		"in/x/Thumbs.db": "../pool/2",                     //
	})
	l := list(t, Options{FollowLinks: true}, filepath.Join(dir, "in"), filepath.Join(dir, "more"))
	want := []string{
		"in/cat/again|cat|", "in/dog/3|dog|", "in/old/4|old|", "in/pool/2|pool|", "in/x/more/6|x|", "more/5||",
	}
	if got := names(t, dir, l); !slices.Equal(got, want) {
		t.Errorf("entries %q, want %q", got, want)
	}
	// again: in/cat/one, in/pool/1, in/pool/deep, in/pool/up, more/sub
	if want := (Skipped{Links: 2, Outside: 4, Again: 5, Hidden: 2, Junk: 1}); l.Skipped != want {
		t.Errorf("skipped %+v, want %+v", l.Skipped, want)
	}
	for i, want := range []string{"1", "3", "4", "2", "6", "5"} {
		if data, err := l.Entries[i].Read(10); string(data) != want || l.Entries[i].Size != 1 {
			t.Errorf("%s: read %q, %v; want %q", l.Entries[i].Path, data, err, want)
		}
	}
	if plain := list(t, Options{}, filepath.Join(dir, "in")); plain.Skipped.Links != 12 || len(plain.Entries) != 3 {
		t.Errorf("without --follow-links: %d links, %d entries", plain.Skipped.Links, len(plain.Entries))
	}
}

// TestFollowedLinksAreSwapped: what a link led to is read from the named folder, or not at
// all, whatever was put in its place since.
func TestFollowedLinksAreSwapped(t *testing.T) {
	dir := t.TempDir()
	write(t, dir, map[string]string{"in/pool/1": "1", "in/pool/2": "2", "secret/1": "s", "secret/2": "s"})
	link(t, dir, map[string]string{"in/a": "pool"})
	l := list(t, Options{FollowLinks: true}, filepath.Join(dir, "in"))
	if got, want := names(t, dir, l), []string{"in/a/1|a|", "in/a/2|a|"}; !slices.Equal(got, want) {
		t.Fatalf("entries %q, want %q", got, want)
	}
	os.Remove(filepath.Join(dir, "in/a"))
	link(t, dir, map[string]string{"in/a": "../secret"})
	if data, err := l.Entries[0].Read(10); string(data) != "1" {
		t.Errorf("the link was swapped: read %q, %v; want what it led to", data, err)
	}
	os.RemoveAll(filepath.Join(dir, "in/pool"))
	link(t, dir, map[string]string{"in/pool": "../secret"})
	if data, err := l.Entries[1].Read(10); err == nil {
		t.Errorf("the folder was swapped: read %q from outside the corpus", data)
	}
}

// TestFollowFromALinkedRoot: named folders are compared as they are without links.
func TestFollowFromALinkedRoot(t *testing.T) {
	dir := t.TempDir()
	write(t, dir, map[string]string{"real/pool/1": "1", "real/pool/2": "2"})
	link(t, dir, map[string]string{"scans": "real", "real/cat/a": "../pool/1", "real/dog": filepath.Join(dir, "scans/pool")})
	t.Chdir(filepath.Join(dir, "scans"))
	for _, root := range []string{filepath.Join(dir, "scans"), ".", "../scans"} {
		l := list(t, Options{FollowLinks: true}, root)
		if len(l.Entries) != 2 || l.Skipped != (Skipped{Again: 2}) {
			t.Errorf("%s: %d entries, skipped %+v", root, len(l.Entries), l.Skipped)
		}
		for _, e := range l.Entries {
			if _, err := e.Read(10); err != nil || e.Label == "pool" {
				t.Errorf("%s: label %s, %v", e.Path, e.Label, err)
			}
		}
	}
}
