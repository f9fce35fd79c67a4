package printable

import (
	"encoding/json"
	"errors"
	"strings"
	"testing"
	"unicode/utf8"
)

func TestLine(t *testing.T) {
	for in, want := range map[string]string{
		"plain/öl – 書類.tif":         "plain/öl – 書類.tif",
		"क्\u200dष עברית\u200f.png": "क्\u200dष עברית\u200f.png", // joiners and marks of scripts stay
		"a\u00a0b\u3000c":           "a\u00a0b\u3000c",
		`back\slash "quoted"`:       `back\slash "quoted"`,
		"a\x1b]0;pwned\x07\nb.png":  `a\x1b]0;pwned\a\nb.png`,
		"cr\rtab\tdel\x7f":          `cr\rtab\tdel\x7f`,
		"c1\u009b31m":               `c1\u009b31m`,
		"gpj.\u202egnp":             `gpj.\u202egnp`,
		"isolate\u2067x\u2069":      `isolate\u2067x\u2069`,
		"line\u2028paragraph\u2029": `line\u2028paragraph\u2029`,
		"latin-1 \xe9\x9b":          `latin-1 \xe9\x9b`,
		"nul\x00":                   `nul\x00`,
	} {
		if got := Line(in); got != want {
			t.Errorf("Line(%q) = %q, want %q", in, got, want)
		}
	}
}

// TestWriter: runs and tables keep their lines, whatever the pieces they are written in.
func TestWriter(t *testing.T) {
	text := "a\tb\n\x1b[31m書\u202e類\u009b\xff\r\n"
	want := "a\tb\n" + `\x1b[31m書\u202e類\u009b\xff\r` + "\n"
	for size := 1; size <= len(text); size++ {
		var out strings.Builder
		w := NewWriter(&out)
		for rest := text; rest != ""; {
			n := min(size, len(rest))
			if written, err := w.Write([]byte(rest[:n])); written != n || err != nil {
				t.Fatalf("writing %d bytes: %d, %v", n, written, err)
			}
			rest = rest[n:]
		}
		if out.String() != want {
			t.Errorf("in pieces of %d bytes: %q, want %q", size, out.String(), want)
		}
	}
}

type full struct{}

func (full) Write([]byte) (int, error) { return 0, errors.New("no space left on device") }

func TestWriterFails(t *testing.T) {
	if _, err := NewWriter(full{}).Write([]byte("x")); err == nil {
		t.Error("writing to a full disk succeeded")
	}
}

func FuzzLine(f *testing.F) {
	f.Add("a\x1b]0;pwned\x07\nb\u202e\x9b")
	f.Fuzz(func(t *testing.T, s string) {
		got := Line(s)
		if !utf8.ValidString(got) || !clean(got) {
			t.Errorf("Line(%q) = %q is not printable", s, got)
		}
		var out strings.Builder
		NewWriter(&out).Write([]byte(s + "\n"))
		if !clean(strings.NewReplacer("\n", "", "\t", "").Replace(out.String())) {
			t.Errorf("%q is written as %q", s, out.String())
		}
	})
}

// TestJSON: nothing that acts on a terminal is left, and the value is the same.
func TestJSON(t *testing.T) {
	name := "a\x1b\x7f\u009b2J\u202eb é \u2028"
	text, err := json.MarshalIndent([]string{name}, "", "  ")
	if err != nil {
		t.Fatal(err)
	}
	var back []string
	text = JSON(text)
	if err := json.Unmarshal(text, &back); err != nil || back[0] != name {
		t.Errorf("%s reads as %q (%v), want %q", text, back, err, name)
	}
	if shown := strings.ReplaceAll(string(text), "\n", ""); Line(shown) != shown {
		t.Errorf("%q acts on a terminal", shown)
	}
}
