package predict

import (
	"bytes"
	"encoding/csv"
	"encoding/json"
	"fmt"
	"io"
	"slices"
	"strings"
	"testing"

	"github.com/parquet-go/parquet-go"

	"cutpoint/schemas"
)

// hostile are names that must come back as they are.
var hostile = []string{"", "a,b", `q"uote`, "two\nlines", "=1+2", "p_a", "page", "tab\tand ünïcode 信", "`x`,optional", "-", strings.Repeat("long", 500)}

func hostileRows() []Row {
	var rows []Row
	for i, name := range hostile {
		p := make([]float64, len(hostile))
		for k := range p {
			p[k] = 1 / float64(3+i+k)
		}
		rows = append(rows, Row{DocumentID: "id" + name, Page: int32(i), Pages: int32(100 + i), Path: name, Label: name,
			Predicted: hostile[len(hostile)-1-i], Probability: 1 / float64(3+i), Probabilities: p})
	}
	return rows
}

func table(t *testing.T, format, unit string, rows []Row) []byte {
	t.Helper()
	var b bytes.Buffer
	w, err := Create(&b, format, unit, linear(hostile...))
	if err != nil {
		t.Fatal(err)
	}
	for _, part := range [][]Row{rows[:len(rows)/2], rows[len(rows)/2:]} {
		if err := w.Write(part); err != nil {
			t.Fatal(err)
		}
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

// cells is what every format must give back, as text; "null" for no label.
func cells(unit string, r Row) []string {
	label := r.Label
	if label == "" {
		label = "null"
	}
	out := []string{r.DocumentID, fmt.Sprint(r.count(unit)), r.Path, label, r.Predicted, digits(r.Probability)}
	for _, p := range r.Probabilities {
		out = append(out, digits(p))
	}
	return out
}

func TestFormats(t *testing.T) {
	read := map[string]func(*testing.T, []byte) [][]string{CSV: readCSV, JSONL: readJSONL, Parquet: readParquet}
	for _, format := range Formats() {
		for _, unit := range []string{UnitPage, UnitDocument} {
			for _, rows := range [][]Row{hostileRows(), nil} {
				want := [][]string{columns(unit, hostile)}
				for _, r := range rows {
					want = append(want, cells(unit, r))
				}
				got := read[format](t, table(t, format, unit, rows))
				if format == JSONL && rows == nil {
					want = [][]string{nil}
				}
				if !slices.EqualFunc(got, want, slices.Equal) {
					t.Errorf("%s, %s:\n%q\nwant\n%q", format, unit, got, want)
				}
			}
		}
	}
}

func readCSV(t *testing.T, raw []byte) [][]string {
	rows, err := csv.NewReader(bytes.NewReader(raw)).ReadAll()
	if err != nil {
		t.Fatal(err)
	}
	for _, r := range rows {
		if r[3] == "" {
			r[3] = "null"
		}
	}
	return rows
}

// readJSONL returns the names in the order of the first line, then the values.
func readJSONL(t *testing.T, raw []byte) [][]string {
	rows := [][]string{nil}
	for line := range strings.Lines(string(raw)) {
		in := json.NewDecoder(strings.NewReader(line))
		in.UseNumber()
		var names, values []string
		for {
			token, err := in.Token()
			if err == io.EOF {
				break
			}
			if err != nil {
				t.Fatal(err)
			}
			if _, brace := token.(json.Delim); brace {
				continue
			}
			text := fmt.Sprint(token)
			if token == nil {
				text = "null"
			}
			if len(names) == len(values) {
				names = append(names, text)
			} else {
				values = append(values, text)
			}
		}
		rows[0] = names
		rows = append(rows, values)
	}
	return rows
}

func readParquet(t *testing.T, raw []byte) [][]string {
	f, err := parquet.OpenFile(bytes.NewReader(raw), int64(len(raw)))
	if err != nil {
		t.Fatal(err)
	}
	classes, _ := f.Lookup(KeyClasses)
	fingerprint, _ := f.Lookup(schemas.KeyFingerprint)
	var names []string
	if err := json.Unmarshal([]byte(classes), &names); err != nil || !slices.Equal(names, hostile) || fingerprint != "f" {
		t.Errorf("metadata: classes %s, fingerprint %s", classes, fingerprint)
	}
	rows := [][]string{nil}
	for _, column := range f.Root().Columns() {
		rows[0] = append(rows[0], column.Name())
	}
	for _, group := range f.RowGroups() {
		in := group.Rows()
		read := make([]parquet.Row, group.NumRows())
		if n, err := in.ReadRows(read); int64(n) != group.NumRows() || err != nil && err != io.EOF {
			t.Fatalf("read %d of %d rows: error %v", n, group.NumRows(), err)
		}
		for _, r := range read {
			var values []string
			for _, v := range r {
				switch {
				case v.IsNull():
					values = append(values, "null")
				case v.Kind() == parquet.Double:
					values = append(values, digits(v.Double()))
				default:
					values = append(values, v.String())
				}
			}
			rows = append(rows, values)
		}
		in.Close()
	}
	return rows
}

func TestFormatOf(t *testing.T) {
	for path, want := range map[string]string{"a.csv": CSV, "b.JSONL": JSONL, "c.d.ndjson": JSONL, "e.parquet": Parquet, "f.xlsx": "", "g": "", "h.txt": ""} {
		if got, err := FormatOf(path); got != want || (err == nil) != (want != "") {
			t.Errorf("FormatOf(%q) = %q, %v; want %q", path, got, err, want)
		}
	}
	if _, err := Create(io.Discard, "xml", UnitPage, linear("a", "b")); err == nil {
		t.Error("xml is written")
	}
}
