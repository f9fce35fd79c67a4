package lists

import (
	"bytes"
	"compress/gzip"
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	pq "github.com/parquet-go/parquet-go"
)

// rows reads a list and writes its rows as "place path|document|label|split".
func rows(t testing.TB, text string, o Options) (string, error) {
	t.Helper()
	o.Name = "m.csv"
	var out []string
	err := Read(t.Context(), strings.NewReader(text), o, func(r Row) error {
		out = append(out, fmt.Sprintf("%d %s|%s|%s|%s", r.Line, r.Path, r.Document, r.Label, r.Split))
		return nil
	})
	return strings.Join(out, "; "), err
}

func zip(text string) string {
	var b bytes.Buffer
	w := gzip.NewWriter(&b)
	w.Write([]byte(text))
	w.Close()
	return b.String()
}

func TestDialects(t *testing.T) {
	for name, text := range map[string]string{
		"comma":                       "path,label,split\na.png,the cat,train\n",
		"semicolon":                   "path;label;split\na.png;the cat;train\n",
		"tab":                         "path\tlabel\tsplit\na.png\tthe cat\ttrain\n",
		"declared separator":          "sep=;\npath;label;split\na.png;the cat;train\n",
		"another separator in quotes": "\"path\";\"label\";\"a,b,c,d\";split\na.png;the cat;\"x,y\";train\n",
		"another separator in a name": "path;a,b,c,d,e;label;split\na.png;;the cat;train\n",
		"byte order mark":             "\ufeffpath,label,split\na.png,the cat,train\n",
		"mark before quotes":          "\ufeff\"path\",\"label\",\"split\"\r\n\"a.png\",\"the cat\",\"train\"\r\n",
		"spaces":                      " path , label ,split\t\n a.png ,\tthe cat  , train \n",
		"spaces around quotes":        "path, label, split\n \"a.png\" , \"the cat\" ,\"train\"  \n",
		"tabs and quotes":             "path\tlabel\tsplit\n\"a.png\" \t \"the cat\"\ttrain\n",
		"case of names":               "Split,PATH,Label\ntrain,a.png,the cat\n",
		"other columns":               "note,path,n,label,split\n\"a, \"\"b\"\"\nc\",a.png,3,the cat,train\n",
		"CRLF":                        "path,label,split\r\na.png,the cat,train\r\n",
		"CR":                          "path,label,split\ra.png,the cat,train\r",
		"no last line end":            "path,label,split\na.png,the cat,train",
		"blank lines":                 "\n\r\npath,label,split\n\n  \na.png,the cat,train\n\n",
		"empty fields at the end":     "path,label,split\na.png,the cat,train,,\n",
		"empty columns at the end":    "path,label,split,,\na.png,the cat,train,,\n",
		"shorter than the header":     "path,label,split,,\na.png,the cat,train\n",
		"JSON lines":                  `{"path": "a.png", "label": "the cat", "split": "train", "n": [1]}` + "\n\n",
		"JSON, case of names":         `{"Path": "a.png", "LABEL": " the cat\n", "split": "train"}`,
		"JSON array":                  ` [ {"path": "a.png", "label": "the cat", "split": "train"} ] `,
		"JSON, byte order mark":       "\ufeff" + `[{"path":"\u0061.png","label":"the cat","split":"train"}]`,
		"Parquet":                     parquetOf(t, []parquetRow{{"a.png", ptr("the cat"), "train", 3, []string{"x"}}}),
	} {
		for packed, text := range map[string]string{"": text, ", gzip": zip(text)} {
			got, err := rows(t, text, Options{})
			if _, what, _ := strings.Cut(got, " "); err != nil || what != "a.png||the cat|train" {
				t.Errorf("%s%s: rows %q (%v), want a.png, the cat, train", name, packed, got, err)
			}
		}
	}
}

type parquetRow struct {
	Path   string   `parquet:"path"`
	Label  *string  `parquet:"label,optional,dict"`
	Split  string   `parquet:"split"`
	Number int64    `parquet:"number"`
	Tags   []string `parquet:"tags"`
}

func ptr(s string) *string { return &s }

func parquetOf[R any](t testing.TB, rows []R) string {
	t.Helper()
	var b bytes.Buffer
	w := pq.NewGenericWriter[R](&b, pq.PageBufferSize(512), pq.Compression(&pq.Zstd))
	for i, r := range rows {
		if _, err := w.Write([]R{r}); err != nil {
			t.Fatal(err)
		}
		if i%1000 == 999 {
			if err := w.Flush(); err != nil {
				t.Fatal(err)
			}
		}
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	return b.String()
}

// TestRows: what stands where, and what forms values have.
func TestRows(t *testing.T) {
	labels := Options{Labels: true}
	for name, c := range map[string]struct {
		text string
		o    Options
		want string
	}{
		"lines are counted":     {"\npath,label\n\"a\n.png\",x\n\nb.png,y\n", Options{}, "3 a\n.png||x|; 6 b.png||y|"},
		"no label":              {"path\na.png\n\"b, c.png\"\n", Options{}, "2 a.png|||; 3 b, c.png|||"},
		"quotes in a field":     {"path,label\na\"b\".png,3\" pipe\n", Options{}, `2 a"b".png||3" pipe|`},
		"spaces in quotes stay": {"path\n\" a.png\"\n", Options{}, "2  a.png|||"},
		"one form of a label":   {"path,label\na,caf\u00e9\nb,cafe\u0301 \nc,\u00a0caf\u00e9\u200b\n", Options{}, "2 a||café|; 3 b||café|; 4 c||café|"},
		"renamed":               {"File,class,label\na.png,cat,7\n", Options{Columns: map[string]string{"path": "file", "label": "Class"}}, "2 a.png||cat|"},
		"document":              {"document_id\tlabel\tpath\nabc\tx\ta.png\n", labels, "2 |abc|x|"},
		"document, no labels":   {"document_id,path\nabc,a.png\n", Options{}, "2 a.png|||"},
		"file URL":              {"path\nfile:///in/a%20%C3%A9.png\nFILE://localhost/b.png\n", Options{}, "2 /in/a é.png|||; 3 /b.png|||"},
		"numbers":               {`{"path":"a","label":3}` + "\n" + `{"path":"b","label":true}` + "\n" + `{"path":"c","label":null}` + "\n" + `{"path":"d"}`, Options{}, "1 a||3|; 2 b||true|; 3 c|||; 4 d|||"},
		"objects are counted":   {"[\n{\"path\":\"a\"},\n\n{\"path\":\"b\"}]", Options{}, "1 a|||; 2 b|||"},
		"replacement character": {`{"path":"a","label":"�"}`, Options{}, "1 a||�|"},
		"paths":                 {"a.png \r\n \n b c.png\nd,e.png\n", Options{Paths: true}, "1 a.png|||; 3 b c.png|||; 4 d,e.png|||"},
		"paths of any bytes":    {"caf\xe9.png\n", Options{Paths: true}, "1 caf\xe9.png|||"},
		"NUL":                   {"a\nb\x00\x00caf\xe9 \\ file:///x", Options{Paths: true}, "1 a\nb|||; 3 caf\xe9 \\ file:///x|||"},
		"a table for paths":     {"path,label\na.png,x\n", Options{Paths: true}, "2 a.png||x|"},
		"a bracket in paths":    {"[1] a.png\n{b}.png\n", Options{Paths: true}, "1 [1] a.png|||; 2 {b}.png|||"},
		"no paths":              {"", Options{Paths: true}, ""},
	} {
		if got, err := rows(t, c.text, c.o); err != nil || got != c.want {
			t.Errorf("%s: rows %q (%v), want %q", name, got, err, c.want)
		}
	}
}

func TestRefuses(t *testing.T) {
	labels, paths := Options{Labels: true}, Options{Paths: true}
	wide := func(text string) string { return "\xff\xfe" + strings.Join(strings.Split(text, ""), "\x00") + "\x00" }
	for name, c := range map[string]struct {
		text string
		o    Options
		want []string
	}{
		"empty":                  {"", Options{}, []string{"m.csv: it is empty", "path,label"}},
		"blank":                  {" \n\n", Options{}, []string{"m.csv: it is empty"}},
		"no rows":                {"path,label\n", Options{}, []string{"no rows"}},
		"no path":                {"filename,label\na,b\n", Options{}, []string{"line 1: no column is called path", `"filename", "label"`}},
		"no label":               {"path,class\na,b\n", labels, []string{"line 1: no column is called label", `"class"`}},
		"renamed, not there":     {"path,label\na,b\n", Options{Columns: map[string]string{"label": "class"}}, []string{"no column is called class"}},
		"twice the name":         {"path,label,Label\na,b,c\n", Options{}, []string{"line 1: two columns are called label"}},
		"no header":              {"in/a.png,cat\n", Options{}, []string{"line 1", "path,label", "in/a.png"}},
		"no header, one column":  {"a.png\nb.png\n", Options{}, []string{"line 1", "must name the columns", "a.png"}},
		"empty path":             {"path,label\na.png,x\n ,y\n", Options{}, []string{"line 3: the path is empty"}},
		"empty id":               {"document_id,label\n ,y\n", labels, []string{"line 2: the column document_id is empty"}},
		"short":                  {"path,label\na.png\n", Options{}, []string{"line 2: it has 1 fields and the header 2"}},
		"long":                   {"path;label\na.png;x;y\n", Options{}, []string{"line 2: it has 3 fields", "semicolon needs quotes"}},
		"open quote":             {"path,label\na.png,x\n\"b.png,x\nc.png,y\n", Options{}, []string{"line 3: a quote"}},
		"open quote, much":       {"path,label\n\"b.png,x\n" + strings.Repeat("c.png,y\n", 1<<18), Options{}, []string{"line 2: a quote"}},
		"text behind a quote":    {"path,label\n\"a.png\"x,y\n", Options{}, []string{"line 2", "follows a quote"}},
		"Latin-1":                {"path,label\na.png,x\nb.png,caf\xe9\nc.png,caf\xe8\n", Options{}, []string{"line 3", `caf\xe9`, "not UTF-8", "iconv -f"}},
		"Latin-1 header":         {"path,caf\xe9\na.png,x\n", Options{}, []string{"line 1", "iconv -f"}},
		"Latin-1 JSON":           {"{\"path\":\"a\",\"label\":\"caf\xe9\"}", Options{}, []string{"line 1", "iconv -f"}},
		"Latin-1 JSON array":     {"[{\"path\":\"a\"},{\"path\":\"b\",\"label\":\"caf\xe9\"}]", Options{}, []string{"object 2", "iconv -f"}},
		"UTF-16":                 {wide("path,label\na,b\n"), Options{}, []string{"UTF-16", "iconv -f UTF-16 -t UTF-8"}},
		"UTF-16 on paths":        {wide("a.png\nb.png\n")[2:], paths, []string{"iconv -f UTF-16LE -t UTF-8"}},
		"UTF-16, big end first":  {"\x00" + wide("a.png\nb.png\n")[2:], paths, []string{"iconv -f UTF-16BE -t UTF-8"}},
		"UTF-32":                 {"\xff\xfe\x00\x00p\x00\x00\x00", Options{}, []string{"UTF-32"}},
		"NUL in CSV":             {"path,label\na.png,x\x00y\n", Options{}, []string{"zero byte"}},
		"late NUL":               {"path,label\n" + strings.Repeat("a.png,x\n", 1<<14) + "a.png,x\x00\n", Options{}, []string{"line 16386", "zero byte"}},
		"NUL for labels":         {"a.png\x00b.png\x00", labels, []string{"zero byte"}},
		"long line":              {"path,label\n" + strings.Repeat("x", 1<<21), Options{}, []string{"line 2", "longer than"}},
		"long path":              {"a.png\n" + strings.Repeat("x", 1<<21), paths, []string{"line 2", "longer than"}},
		"long label":             {"path,label\na," + strings.Repeat("x", 2000), Options{}, []string{"line 2", "2000 bytes"}},
		"escape in a label":      {"path,label\na,\x1b[31mred\n", Options{}, []string{"line 2", "control character", `\x1b[31m`}},
		"line end in a label":    {"path,label\na,\"x\ny\"\n", Options{}, []string{"line 2", "control character"}},
		"Windows":                {"path,label\nscans\\a.png,x\n", Options{}, []string{"line 2", `scans\a.png`, "write /"}},
		"Windows, a drive":       {"C:\\scans\\a.png\n", paths, []string{"line 1", "write /"}},
		"Windows, slashes":       {"path\nc:/scans/a.png\n", Options{}, []string{"line 2", "Windows"}},
		"Windows, a URL":         {"path\nfile:///C:/scans/a.png\n", Options{}, []string{"line 2", "Windows"}},
		"URL":                    {"path\nhttps://example.org/a.png\n", Options{}, []string{"line 2", "download"}},
		"URL of another machine": {"file://host/a.png\n", paths, []string{"line 1", "write its path"}},
		"bad URL":                {"path\nfile:///a%zz\n", Options{}, []string{"line 2", "write its path"}},
		"spreadsheet":            {"PK\x03\x04\x14\x00\x06", Options{}, []string{"spreadsheet", "save the sheet as CSV"}},
		"zstd":                   {"\x28\xb5\x2f\xfd\x00", paths, []string{"unpack it"}},
		"gzip cut short":         {zip(strings.Repeat("path\n", 9))[:25], Options{}, []string{"gzip"}},
		"gzip twice":             {zip(zip("path\na\n")), Options{}, []string{"twice"}},
		"JSON over lines":        {"{\n\"path\": \"a\"}", Options{}, []string{"line 1", "one whole object a line"}},
		"JSON without a path":    {`{"path":"a"}` + "\n" + `{"file_name":"b"}`, Options{}, []string{"line 2: no column is called path", "file_name"}},
		"JSON, a list as label":  {`{"path":"a","label":["x"]}`, Options{}, []string{"line 1: label", "neither"}},
		"JSON, half a surrogate": {`{"path":"a","label":"\ud800"}`, Options{}, []string{"line 1: label", "Unicode"}},
		"JSON, deep":             {`{"path":"a","x":` + strings.Repeat("[", 1<<19), Options{}, []string{"line 1"}},
		"JSON array, deep":       {`[{"path":"a","x":` + strings.Repeat("[", 1<<19), Options{}, []string{"object 1"}},
		"JSON array, no end":     {`[{"path":"a"}`, Options{}, []string{"no end"}},
		"JSON array, then more":  {`[{"path":"a"}] [{"path":"b"}]`, Options{}, []string{"follows the array"}},
		"JSON array, numbers":    {`[{"path":"a"}, 3]`, Options{}, []string{"object 2"}},
		"JSON array, empty":      {`[]`, Options{}, []string{"no rows"}},
		"JSON array, huge":       {`[{"path":"` + strings.Repeat("x", 8<<20) + `"}]`, Options{}, []string{"object 1", "longer than"}},
		"Parquet, no path":       {parquetOf(t, []struct{ Image, Label string }{{"a", "b"}}), Options{}, []string{"no column is called path", `"Image"`}},
		"Parquet, damaged":       {"PAR1" + strings.Repeat("x", 100), Options{}, []string{"Parquet", "damaged"}},
		"Parquet, not UTF-8":     {parquetOf(t, []parquetRow{{Path: "a"}, {Path: "caf\xe9"}}), Options{}, []string{"row 2", "not UTF-8"}},
		"a table for paths":      {"filename,label\na.png,x\n", paths, []string{"no column is called path"}},
	} {
		got, err := rows(t, c.text, c.o)
		for _, want := range c.want {
			if err == nil || !strings.Contains(err.Error(), want) {
				t.Errorf("%s: error %v after rows %.100q, want one with %q", name, err, got, want)
			}
		}
		if err != nil && (!strings.HasPrefix(err.Error(), "m.csv") || len(err.Error()) > 1000 || strings.ContainsRune(err.Error(), '\x1b')) {
			t.Errorf("%s: error %.2000q", name, err)
		}
	}
}

// TestParquetInPlace: a file is read in place, over several row groups and pages.
func TestParquetInPlace(t *testing.T) {
	var want []parquetRow
	for i := range 2500 {
		r := parquetRow{Path: fmt.Sprintf("in/%d.png", i), Split: "test"}
		if i%3 > 0 {
			r.Label = ptr(fmt.Sprint("class ", i%3))
		}
		want = append(want, r)
	}
	file := filepath.Join(t.TempDir(), "m.parquet")
	if err := os.WriteFile(file, []byte(parquetOf(t, want)), 0o644); err != nil {
		t.Fatal(err)
	}
	f, err := os.Open(file)
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	n := 0
	err = Read(t.Context(), f, Options{}, func(r Row) error {
		w := want[n]
		label := ""
		if w.Label != nil {
			label = *w.Label
		}
		if n++; r.Line != n || r.Path != w.Path || r.Label != label || r.Split != "test" {
			t.Errorf("row %d is %+v, want %+v", n, r, w)
		}
		return nil
	})
	if err != nil || n != len(want) {
		t.Errorf("%d rows, %v, want %d", n, err, len(want))
	}
}

// TestParquetNumbers: labels need not be strings.
func TestParquetNumbers(t *testing.T) {
	type row struct {
		Path  string  `parquet:"path"`
		Label float64 `parquet:"label"`
		Split int32   `parquet:"split"`
	}
	got, err := rows(t, parquetOf(t, []row{{"a", 3, 1}, {"b", 2.5, 0}}), Options{})
	if want := "1 a||3|1; 2 b||2.5|0"; err != nil || got != want {
		t.Errorf("rows %q (%v), want %q", got, err, want)
	}
}

// TestPathsThatExist: a name that reads like a header, a table or a path of Windows, or has
// spaces around it, is a path where there is such a file.
func TestPathsThatExist(t *testing.T) {
	dir := t.TempDir()
	for _, name := range []string{"path", "a,label", `b\c.png`, " d.png "} {
		if err := os.WriteFile(filepath.Join(dir, name), nil, 0o644); err != nil {
			t.Fatal(err)
		}
		got, err := rows(t, name+"\n", Options{Paths: true, Folder: dir})
		if want := "1 " + name + "|||"; err != nil || got != want {
			t.Errorf("rows %q (%v), want %q", got, err, want)
		}
	}
}

func TestIs(t *testing.T) {
	dir := t.TempDir()
	if err := os.WriteFile(filepath.Join(dir, "a.png"), nil, 0o644); err != nil {
		t.Fatal(err)
	}
	for text, want := range map[string]bool{
		"path\tlabel\n": true, "filename,class\n": true, "gone.png\na.png\n": true, "a.png\x00b\x00": true, "a.png,cat\n": true,
		"\xff\xfea\x00.\x00p\x00n\x00g\x00\n\x00": true, "\xff\xfeh\x00i\x00\n\x00": false, "\xff\xfe\xff\xfe": false,
		"C:\\a.png\n": true, "file:///b.png\n": true, `\\server\share\a.png`: true,
		`{"path": "a"}`: true, `[{"PATH": "a"}]`: true, "PAR1": true, "": false,
		`{"name": "x"}`: false, "hello\nworld\n": false, "P2\n3 3\n255\n": false, "%PDF-1.7\n": false, "\x89PNG\r\n\x1a\n\x00\x00": false,
	} {
		if got := Is(strings.NewReader(text), Options{Folder: dir}); got != want {
			t.Errorf("Is(%q) = %t, want %t", text, got, want)
		}
	}
}

// TestColumnError: the column that is probably meant is named.
func TestColumnError(t *testing.T) {
	_, err := rows(t, "id,File_Name,class\n1,a.png,cat\n", Options{})
	var e *ColumnError
	if !errors.As(err, &e) || e.Missing != "path" || e.Like != "File_Name" {
		t.Errorf("error %v, want one about path that names File_Name", err)
	}
}

func TestReadStops(t *testing.T) {
	ctx, cancel := context.WithCancel(t.Context())
	n := 0
	err := Read(ctx, strings.NewReader("path\n"+strings.Repeat("a\n", 5000)), Options{}, func(Row) error {
		n++
		cancel()
		return nil
	})
	if !errors.Is(err, context.Canceled) || n > 1024 {
		t.Errorf("%d rows and error %v after it was cancelled", n, err)
	}
	stop := errors.New("stop")
	err = Read(t.Context(), strings.NewReader("path\na\nb\n"), Options{Name: "m"}, func(r Row) error {
		if r.Path == "b" {
			return stop
		}
		return nil
	})
	if !errors.Is(err, stop) || err.Error() != "m, line 3: stop" {
		t.Errorf("error %v, want that of the receiver with line 3", err)
	}
}

// TestTimeIsLinear: a quote that stays open over many lines is read once.
func TestTimeIsLinear(t *testing.T) {
	start := time.Now()
	if _, err := rows(t, "path,label\n\"a"+strings.Repeat("\n", 1<<20-10)+"\",x\n", Options{}); err != nil {
		t.Fatal(err)
	}
	if took := time.Since(start); took > 10*time.Second {
		t.Errorf("a record of a million lines took %v", took)
	}
}

func FuzzRead(f *testing.F) {
	for _, text := range []string{
		"path,label,split\na.png,x,train\n", "\ufeff\"path\";\"label\"\r\n\"a\"\"\n\";x\r\n", "sep=\t\npath\tlabel\n", `{"path":"a","label":"x"}`,
		`[{"path":"a"},{"path":"b","label":1}]`, "a.png\nb.png\n", "a\x00b\x00", "\xff\xfep\x00", zip("path\na\n"), "file:///a%20b\n",
		parquetOf(f, []parquetRow{{"a.png", ptr("x"), "", 0, nil}, {"b.png", nil, "", 0, nil}}),
	} {
		f.Add([]byte(text), true)
		f.Add([]byte(text), false)
	}
	f.Fuzz(func(t *testing.T, data []byte, paths bool) {
		line := 0
		err := Read(t.Context(), bytes.NewReader(data), Options{Name: "m", Paths: paths, Labels: !paths}, func(r Row) error {
			if r.Line <= line || r.Path == "" && r.Document == "" {
				t.Errorf("row %+v after line %d", r, line)
			}
			line = r.Line
			if r.Label != Label(r.Label) {
				t.Errorf("label %q is not in its one form", r.Label)
			}
			return nil
		})
		if err == nil && line == 0 && !paths {
			t.Error("no row and no error")
		}
	})
}
