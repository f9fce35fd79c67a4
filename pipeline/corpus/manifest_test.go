package corpus

import (
	"bytes"
	"compress/gzip"
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"testing"

	"github.com/parquet-go/parquet-go"

	"cutpoint/pipeline/lists"
)

func zipped(text string) string {
	var b bytes.Buffer
	w := gzip.NewWriter(&b)
	w.Write([]byte(text))
	w.Close()
	return b.String()
}

func parquetFile(t *testing.T) string {
	t.Helper()
	type row struct{ Path, Label, Split string }
	var b bytes.Buffer
	if err := parquet.Write(&b, []row{{"in/a.png", "x", ""}, {"in/b.png", "y", "test"}}); err != nil {
		t.Fatal(err)
	}
	return b.String()
}

// TestListsByContent: lists of any name and kind, relative to their own folder.
func TestListsByContent(t *testing.T) {
	table := "in/a.png|x| in/b.png|y|test"
	paths := "in/a.png|| in/b.png||"
	const csv = "path,label,split\nin/a.png,x,\nin/b.png,y,test\n"
	for name, c := range map[string]struct{ content, want string }{
		"m.csv":         {csv, table},
		"M.CSV":         {strings.ReplaceAll(csv, ",", ";"), table},
		"m.tsv":         {strings.ReplaceAll(csv, ",", "\t"), table},
		"m.csv.gz":      {zipped(csv), table},
		"packed":        {zipped(csv), table},
		"manifest":      {csv, table},
		"m.txt":         {csv, table},
		"m.jsonl":       {`{"path":"in/a.png","label":"x"}` + "\n" + `{"path":"in/b.png","label":"y","split":"test"}`, table},
		"m.json":        {`[{"path":"in/a.png","label":"x"},{"path":"in/b.png","label":"y","split":"test"}]`, table},
		"m.parquet":     {parquetFile(t), table},
		"parquet":       {parquetFile(t), table},
		"paths.txt":     {"in/a.png\r\nin/b.png\r\n", paths},
		"gone first":    {"in/gone.png\nin/b.png\n", "in/gone.png|| in/b.png||"},
		"nul":           {"in/a.png\x00in/b.png\x00", paths},
		"paths.gz":      {zipped("in/a.png\nin/b.png\n"), paths},
		"a file's name": {"a file's name\n", "a file's name||"},
		"notes.txt":     {"call the archive\n", "notes.txt||"},
		"package.json":  {`{"name": "x"}`, "package.json||"},
		"page.pgm":      {"P2\n1 1\n255\n0\n", "page.pgm||"},
		"page.png":      {"\x89PNG\r\n\x1a\n\x00\x00\x00\rIHDR", "page.png||"},
		"empty":         {"", "empty||"},
	} {
		dir := t.TempDir()
		write(t, dir, map[string]string{"in/a.png": "a", "in/b.png": "b", name: c.content})
		l := list(t, Options{}, filepath.Join(dir, name))
		if got := strings.Join(names(t, dir, l), " "); got != c.want {
			t.Errorf("%s: entries %q, want %q", name, got, c.want)
		}
	}
}

// TestTableOnStandardInput: paths there are relative to the current folder.
func TestTableOnStandardInput(t *testing.T) {
	dir := t.TempDir()
	write(t, dir, map[string]string{"a.png": "a"})
	t.Chdir(dir)
	for _, text := range []string{"path,class\n./a.png,x\n", zipped("class;path\nx;./a.png\n"), `{"path":"./a.png","class":"x"}`} {
		l := list(t, Options{Stdin: strings.NewReader(text), Columns: map[string]string{"label": "class"}}, "-")
		if len(l.Entries) != 1 || l.Entries[0].Path != "a.png" || l.Entries[0].Label != "x" || l.Entries[0].Size != 1 {
			t.Errorf("%q: entries %+v, want a.png with the label x", text, l.Entries)
		}
	}
}

// TestPathsOfTheCurrentFolder: a list that lies elsewhere says what its paths are relative
// to, and is read on standard input.
func TestPathsOfTheCurrentFolder(t *testing.T) {
	dir, other := t.TempDir(), t.TempDir()
	write(t, dir, map[string]string{"in/a.png": "a", "in/b.png": "b"})
	t.Chdir(dir)
	for name, text := range map[string]string{"paths.txt": "in/a.png\nin/b.png\n", "m.csv": "path\nin/a.png\n"} {
		write(t, other, map[string]string{name: text})
		_, err := List(context.Background(), []string{filepath.Join(other, name)}, Options{})
		if err == nil || !strings.Contains(err.Error(), "relative to its own folder") {
			t.Errorf("%s: error %v, want one that says what its paths are relative to", name, err)
		}
		if l := list(t, Options{Stdin: strings.NewReader(text)}, "-"); l.Entries[0].Size != 1 {
			t.Errorf("%s on standard input: %+v", name, l.Entries)
		}
	}
	write(t, dir, map[string]string{"m.csv": "path\ngone.png\nin/a.png\n"})
	if l := list(t, Options{}, "m.csv"); len(l.Entries) != 2 {
		t.Errorf("a list whose first file is gone: %+v", l.Entries)
	}
}

// TestTwiceInAManifest: a document may be named again, not with another label or split.
func TestTwiceInAManifest(t *testing.T) {
	for content, want := range map[string]string{
		"path,label\na,x\n./a,x\nb,y\na,x\n":        "",
		"path,label\na,cafe\u0301\na, caf\u00e9 \n": "",
		"path\na\na\n":                                             "",
		"path,label\n\na,x\nb,x\n./a,y\n":                          `line 5: %s is labelled "y" here and "x" in line 3; keep one`,
		"path,label\na,\nb,\nb/../a,y\n":                           `line 4: %s is labelled "y" here and "" in line 2; keep one`,
		"path,label,split\na,x,train\na,x,test\n":                  `line 3: %s is in the split "test" here and in "train" in line 2; keep one`,
		"path;label\r\na;x\r\n\"a\";\"y\"\r\n":                     `line 3: %s is labelled "y" here and "x" in line 2; keep one`,
		`[{"path":"a","label":1},{"path":"a"}]`:                    `object 2: %s is labelled "" here and "1" in object 1; keep one`,
		`{"path":"a","label":1}` + "\n" + `{"path":"a","label":2}`: `line 2: %s is labelled "2" here and "1" in line 1; keep one`,
	} {
		dir := t.TempDir()
		write(t, dir, map[string]string{"a": "a", "b": "b", "m.csv": content})
		_, err := List(context.Background(), []string{filepath.Join(dir, "m.csv")}, Options{})
		if want == "" && err != nil || want != "" && (err == nil || !strings.Contains(err.Error(), fmt.Sprintf(want, filepath.Join(dir, "a")))) {
			t.Errorf("%q: error %v, want %q", content, err, want)
		}
	}
}

// TestLabelsHaveOneForm: also those of folders.
func TestLabelsHaveOneForm(t *testing.T) {
	dir := t.TempDir()
	write(t, dir, map[string]string{"cafe\u0301/a.png": "a", "caf\u00e9/b.png": "b"})
	for _, e := range list(t, Options{}, dir).Entries {
		if e.Label != "caf\u00e9" {
			t.Errorf("the label of %s is %+q, want caf\u00e9", e.Path, e.Label)
		}
	}
}

func TestOtherColumnNames(t *testing.T) {
	dir := t.TempDir()
	write(t, dir, map[string]string{"a": "a", "m.csv": "label,File Name,Class\n1,a,x\n"})
	l := list(t, Options{Columns: map[string]string{"path": "file name", "label": "class"}}, filepath.Join(dir, "m.csv"))
	if got := strings.Join(names(t, dir, l), " "); got != "a|x|" {
		t.Errorf("entries %s, want a with the label x", got)
	}
	_, err := List(context.Background(), []string{filepath.Join(dir, "m.csv")}, Options{})
	if e := (*lists.ColumnError)(nil); !errors.As(err, &e) || e.Missing != "path" {
		t.Errorf("error %v, want one about the column path", err)
	}
}

// TestMemoryOfAManifest: a row takes its path, its entry and what it takes to find it
// again, not the list's text.
func TestMemoryOfAManifest(t *testing.T) {
	const rows = 200_000
	var text strings.Builder
	text.WriteString("path,label,note\n")
	for i := range rows {
		fmt.Fprintf(&text, "in/%07d.png,class %d,%s\n", i, i%10, strings.Repeat("x", 100))
	}
	file := filepath.Join(t.TempDir(), "m.csv")
	if err := os.WriteFile(file, []byte(text.String()), 0o644); err != nil {
		t.Fatal(err)
	}
	text.Reset()
	heap := func() uint64 {
		runtime.GC()
		var m runtime.MemStats
		runtime.ReadMemStats(&m)
		return m.HeapAlloc
	}
	before := heap()
	l := lister{ctx: context.Background()}
	if err := l.manifest(file); err != nil {
		t.Fatal(err)
	}
	if got := float64(heap()-before) / rows; got > 350 {
		t.Errorf("a row takes %.0f bytes once the list is read, want at most 350", got)
	}
	runtime.KeepAlive(l.listing)
}
