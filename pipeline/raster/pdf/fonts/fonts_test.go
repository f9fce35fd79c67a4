package fonts

import (
	"bytes"
	"encoding/binary"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"testing/fstest"

	"golang.org/x/image/font/gofont/gobold"
	"golang.org/x/image/font/gofont/goregular"
	"golang.org/x/image/font/sfnt"
)

// TestOwnFont: the font that is in the program is sound, has its name, and has the
// characters of every script that the README lists.
func TestOwnFont(t *testing.T) {
	font, err := own()
	if err != nil {
		t.Fatal(err)
	}
	if err := check(font); err != nil {
		t.Fatal(err)
	}
	f, err := sfnt.Parse(font)
	if err != nil {
		t.Fatal(err)
	}
	var b sfnt.Buffer
	if name, err := f.Name(&b, sfnt.NameIDFamily); err != nil || name != lastResort {
		t.Errorf("its name is %q, %v", name, err)
	}
	for _, c := range "AéßŁệΩЖҐאع܀ހकকਕકଓகతಕമකทລབမႠაሀᎠᐁកᠠ→∑■✓あ漢字鿏한ㄅ（ｱ︵" {
		if g, err := f.GlyphIndex(&b, c); err != nil || g == 0 {
			t.Errorf("there is no %c (U+%04X), %v", c, c, err)
		}
	}
}

func TestFileSystem(t *testing.T) {
	added := newSet([][]byte{goregular.TTF, gobold.TTF})
	files, err := added.FS()
	if err != nil {
		t.Fatal(err)
	}
	for folder, want := range map[string]int{addedFolder: 2, ownFolder: 1} {
		sub, err := fs.Sub(files, folder)
		if err != nil {
			t.Fatal(err)
		}
		names, err := fs.Glob(sub, "*")
		if err != nil || len(names) != want {
			t.Errorf("%s holds %v, %v", folder, names, err)
		}
		if err := fstest.TestFS(sub, names...); err != nil {
			t.Error(err)
		}
	}
	for name, folder := range map[string]bool{".": true, "usr/share": true, "etc": false, "usr/sha": false, ownFolder + "/x.ttf": false} {
		if info, err := fs.Stat(files, name); (err == nil && info.IsDir()) != folder {
			t.Errorf("%s: %v, %v", name, info, err)
		}
	}
}

// folderOf makes a folder of files by name.
func folderOf(t *testing.T, files map[string][]byte) string {
	t.Helper()
	folder := t.TempDir()
	for name, data := range files {
		path := filepath.Join(folder, name)
		if err := os.MkdirAll(filepath.Dir(path), 0o700); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(path, data, 0o600); err != nil {
			t.Fatal(err)
		}
	}
	return folder
}

// TestHashIsOfContents: names, order, copies and other files make no difference.
func TestHashIsOfContents(t *testing.T) {
	set := func(files map[string][]byte) string {
		s, err := Load(folderOf(t, files))
		if err != nil {
			t.Fatal(err)
		}
		return s.SHA256
	}
	both := set(map[string][]byte{"a.ttf": goregular.TTF, "b.ttf": gobold.TTF})
	for _, same := range []map[string][]byte{
		{"b.TTF": goregular.TTF, "a.otf": gobold.TTF},
		{"in/here.ttf": goregular.TTF, "in/there.ttf": gobold.TTF, "copy.ttf": gobold.TTF, "LICENSE.txt": []byte("…")},
	} {
		if set(same) != both {
			t.Errorf("another hash for %d files of the same contents", len(same))
		}
	}
	if one := set(map[string][]byte{"a.ttf": goregular.TTF}); one == both || len(one) != 64 {
		t.Errorf("hash %s", one)
	}
}

func TestLoadRefuses(t *testing.T) {
	cut := goregular.TTF[:len(goregular.TTF)/2]
	collection := binary.BigEndian.AppendUint32([]byte("ttcf\x00\x01\x00\x00"), 1<<31)
	linked := folderOf(t, nil)
	if err := os.Symlink(filepath.Join(folderOf(t, map[string][]byte{"a.ttf": goregular.TTF}), "a.ttf"), filepath.Join(linked, "a.ttf")); err != nil {
		t.Fatal(err)
	}
	one := folderOf(t, map[string][]byte{"a.ttf": goregular.TTF})
	for name, test := range map[string]struct{ folder, want string }{
		"absent":            {filepath.Join(one, "nowhere"), "no such file"},
		"a file":            {filepath.Join(one, "a.ttf"), "is not a folder"},
		"without a font":    {folderOf(t, map[string][]byte{"a.pfb": cut}), "holds no font"},
		"links alone":       {linked, "links are not followed"},
		"an empty font":     {folderOf(t, map[string][]byte{"a.ttf": nil}), "a.ttf is not a sound"},
		"a cut font":        {folderOf(t, map[string][]byte{"a.ttf": cut}), "ends beyond the file"},
		"another file":      {folderOf(t, map[string][]byte{"a.otf": []byte("wOFF and so on")}), `begins with "wOFF"`},
		"a vast collection": {folderOf(t, map[string][]byte{"a.ttc": collection}), "2147483648 fonts"},
		"no outlines":       {folderOf(t, map[string][]byte{"a.ttf": bytes.ReplaceAll(goregular.TTF, []byte("glyf"), []byte("gone"))}), "no outlines"},
	} {
		if _, err := Load(test.folder); err == nil || !strings.Contains(err.Error(), test.want) {
			t.Errorf("%s: error %v, want %q", name, err, test.want)
		}
	}
}

// FuzzCheck: whatever passes has its tables in the file.
func FuzzCheck(f *testing.F) {
	f.Add(goregular.TTF[:12+16*14])
	f.Add(append([]byte("ttcf\x00\x01\x00\x00\x00\x00\x00\x01\x00\x00\x00\x10"), goregular.TTF...))
	f.Fuzz(func(t *testing.T, data []byte) { _ = check(data) })
}
