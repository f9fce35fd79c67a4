package corpus

import (
	"encoding/json"
	"fmt"
	"os"
	"slices"
	"strings"
	"testing"
)

// TestPatternsAsGit compares with what git said of the same patterns and paths.
func TestPatternsAsGit(t *testing.T) {
	data, err := os.ReadFile("testdata/gitignore.json")
	if err != nil {
		t.Fatal(err)
	}
	var golden struct {
		Paths []string
		Cases []struct {
			Patterns []string
			Ignored  []int
		}
	}
	if err := json.Unmarshal(data, &golden); err != nil {
		t.Fatal(err)
	}
	refused := 0
	for _, c := range golden.Cases {
		ps, err := ParsePatterns(c.Patterns, nil)
		if err != nil {
			refused++
			continue
		}
		for i, path := range golden.Paths {
			if got, want := leavesOut(ps, path), slices.Contains(c.Ignored, i); got != want {
				t.Errorf("patterns %q leave out %s: %t, git says %t", c.Patterns, path, got, want)
			}
		}
	}
	if refused > len(golden.Cases)/8 {
		t.Errorf("%d of %d lists are refused", refused, len(golden.Cases))
	}
}

// leavesOut asks for each folder on the way, as a walk does.
func leavesOut(ps Patterns, path string) bool {
	for i := range path {
		if path[i] == '/' && choose(ps, path[:i], true) == excluded {
			return true
		}
	}
	return choose(ps, path, false) == excluded
}

func choose(ps Patterns, path string, isFolder bool) choice {
	folder, name := "", path
	if i := strings.LastIndexByte(path, '/'); i >= 0 {
		folder, name = path[:i], path[i+1:]
	}
	return ps.choose(folder, name, isFolder)
}

func TestPatternsRefuse(t *testing.T) {
	for _, bad := range []string{"", "  ", "# a", "!", "/", "!/", "a[b", "[", "[!", "[]", "[[:alpha:]", `a\`, "a//b", "../a", "a/../b", "./a", "a\nb", "a\x00"} {
		if _, err := ParsePatterns([]string{bad}, nil); err == nil || !strings.Contains(err.Error(), fmt.Sprintf("%q", bad)) {
			t.Errorf("excluding %q: error %v, want one that quotes it", bad, err)
		}
	}
	if _, err := ParsePatterns(nil, []string{"!a"}); err == nil {
		t.Error("including !a is not refused")
	}
	for _, good := range []string{`\#a`, `\!a`, "a ", `a\ `, "[]]", "[a-]", "**", "/a/", "!a/**"} {
		if _, err := ParsePatterns([]string{good}, nil); err != nil {
			t.Errorf("excluding %q: %v", good, err)
		}
	}
}

// TestIncluded: what is included is taken even from the list of junk, if that is meant.
func TestIncluded(t *testing.T) {
	for _, c := range []struct {
		exclude, include string
		path             string
		want             choice
	}{
		{"*.png", "keep.png", "a/keep.png", taken},
		{"*.png", "keep.png", "a/drop.png", excluded},
		{"", "Thumbs.db", "a/Thumbs.db", taken},
		{"", "Thumbs.db", "a/desktop.ini", skippedAsJunk},
		{"", "a/thumbs.db", "b/thumbs.db", skippedAsJunk},
		{"", "*.tmp", "a/x.tmp", taken},
		{"", ".scans", ".scans", taken},
		{"", ".*", "a/.x.png", taken},
		{"", "*.png", "a/._x.png", hidden},
		{"*.gif", "*", "a/.x.png", hidden},
		{"*.gif", "*", "a/x.tmp", skippedAsJunk},
		{"*.gif", "*", "a/x.gif", taken},
		{".cache", "", ".cache", excluded},
		{"*.tmp", "", "a.tmp", excluded},
	} {
		var exclude, include []string
		if c.exclude != "" {
			exclude = []string{c.exclude}
		}
		if c.include != "" {
			include = []string{c.include}
		}
		ps, err := ParsePatterns(exclude, include)
		if err != nil {
			t.Fatal(err)
		}
		if got := choose(ps, c.path, false); got != c.want {
			t.Errorf("excluding %q and including %q, %s is %d, want %d", c.exclude, c.include, c.path, got, c.want)
		}
	}
}

func TestJunk(t *testing.T) {
	for _, name := range []string{
		"Thumbs.db", "THUMBS.DB", "thumbs.db:encryptable", "ehthumbs.db", "ehthumbs_vista.db", "Desktop.ini", "desktop.ini", "Icon\r",
		"~$report.docx", "scan.tif@SynoEAStream", "scan.tif@SynoResource", "scan - Shortcut.lnk", "scan.tif.part", "scan.tif.crdownload",
		"scan.pdf.filepart", "x.TMP", "Picasa.ini", "ZbThumbnail.info", "pspbrwse.jbf", "descript.ion", "SYNOPHOTO_THUMB_XL.jpg",
		"AlbumArt_{BBF0-1}_Large.jpg", "AlbumArtSmall.jpg", "MVI_0001.THM", "Desktop DB", "FINDER.DAT",
	} {
		if !junk(name, false) {
			t.Errorf("the file %q is not junk", name)
		}
	}
	for _, name := range []string{
		"@eaDir", "#recycle", "#snapshot", "@Recycle", "@Recently-Snapshot", "@tmp", "$RECYCLE.BIN", "$Recycle.Bin", "RECYCLER",
		"System Volume Information", "lost+found", "LOST.DIR", "__MACOSX", "~snapshot", "Network Trash Folder", "Temporary Items",
	} {
		if !junk(name, true) {
			t.Errorf("the folder %q is not junk", name)
		}
	}
	for _, name := range []string{"thumbs", "thumbs.db.png", "my desktop.ini.tif", "icon", "icon.png", "part.tif", "tmp", "recycle", "eaDir", "~scan.tif", "$scan.tif", "#1.tif", "@1.tif", "snapshot.tif", "lost.tif", "recycled", "temporary"} {
		if junk(name, false) || junk(name, true) {
			t.Errorf("%q is junk", name)
		}
	}
	for _, name := range []string{"scans.tmp", "volume.part", "~$x"} {
		if junk(name, true) {
			t.Errorf("the folder %q is junk", name)
		}
	}
}

// TestSkippedIsCounted: each name that is left out counts once, a folder as one.
func TestSkippedIsCounted(t *testing.T) {
	dir := t.TempDir()
	write(t, dir, map[string]string{
		"cat/0.png": "0", "cat/@eaDir/0.png/SYNOPHOTO_THUMB_M.jpg": "t", "cat/Thumbs.db": "t", "cat/desktop.ini": "d",
		"cat/._0.png": "a", ".@__thumb/x": "x", "drafts/a.png": "a", "drafts/b.png": "b", "cat/1.psd": "p", "cat/keep.psd": "p",
	})
	ps, err := ParsePatterns([]string{"/drafts/", "*.psd"}, []string{"keep.psd"})
	if err != nil {
		t.Fatal(err)
	}
	l := list(t, Options{Patterns: ps}, dir)
	if got, want := names(t, dir, l), []string{"cat/0.png|cat|", "cat/keep.psd|cat|"}; !slices.Equal(got, want) {
		t.Errorf("entries %q, want %q", got, want)
	}
	if want := (Skipped{Hidden: 2, Junk: 3, Excluded: 2}); l.Skipped != want {
		t.Errorf("skipped %+v, want %+v", l.Skipped, want)
	}
	named := list(t, Options{Patterns: ps}, dir+"/cat/Thumbs.db", dir+"/cat/1.psd")
	if len(named.Entries) != 2 {
		t.Errorf("of two files that are named %d are listed", len(named.Entries))
	}
}

func FuzzPattern(f *testing.F) {
	for _, seed := range []string{"**/a/*.[pP]ng", "!/a/**/", "[[:alpha:]-]]x", `\[a\ `, "[^]]"} {
		f.Add(seed, "a/b.png")
	}
	f.Fuzz(func(t *testing.T, pattern, path string) {
		ps, err := ParsePatterns([]string{pattern}, nil)
		if err == nil {
			choose(ps, path, false)
		}
	})
}
