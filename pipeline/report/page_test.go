package report

import (
	"crypto/sha256"
	"encoding/base64"
	"encoding/xml"
	"errors"
	"io"
	"maps"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
	"unicode"
	"unicode/utf8"

	"cutpoint/pipeline/compare"
	"cutpoint/pipeline/quantity"
)

// element is a start tag.
type element struct {
	name string
	at   map[string]string
}

// parsed is what the tests look at of a page.
type parsed struct {
	elements []element
	text     string // all, outside of the style
	style    string
}

// void elements have no end tag (HTML, 13.1.2).
var void = []string{"meta", "link", "img", "br", "wbr"}

// parse reads a page and fails unless every element is closed in order.
func parse(t testing.TB, page string) parsed {
	t.Helper()
	d := xml.NewDecoder(strings.NewReader(page))
	d.Strict, d.Entity = false, xml.HTMLEntity
	var p parsed
	var open []string
	var text strings.Builder
	for {
		token, err := d.RawToken()
		if errors.Is(err, io.EOF) {
			break
		}
		if err != nil {
			t.Fatalf("the page is not well formed: %v", err)
		}
		switch v := token.(type) {
		case xml.StartElement:
			e := element{v.Name.Local, map[string]string{}}
			for _, a := range v.Attr {
				if _, twice := e.at[a.Name.Local]; twice {
					t.Errorf("<%s> has %s twice", e.name, a.Name.Local)
				}
				e.at[a.Name.Local] = a.Value
			}
			p.elements = append(p.elements, e)
			if !slices.Contains(void, e.name) {
				open = append(open, e.name)
			}
		case xml.EndElement:
			if len(open) == 0 || open[len(open)-1] != v.Name.Local {
				t.Fatalf("</%s> closes %v", v.Name.Local, open)
			}
			open = open[:len(open)-1]
		case xml.CharData:
			if len(open) > 0 && open[len(open)-1] == "style" {
				p.style += string(v)
			} else {
				text.Write(v)
			}
		}
	}
	if len(open) > 0 {
		t.Errorf("not closed: %v", open)
	}
	p.text = text.String()
	return p
}

// allowed are the elements that a report consists of.
var allowed = strings.Fields(`html head meta link title style body a header p span bdi h1 h2 h3 dl div dt dd small ul ol li nav main section
	figure figcaption svg desc path circle rect text table caption thead tbody tr th td details summary em b img sup pre code cite wbr`)

// checkPage holds a page to all that is promised of any page.
func checkPage(t testing.TB, page string) parsed {
	t.Helper()
	p := parse(t, page)
	ids := map[string]bool{}
	for _, e := range p.elements {
		if !slices.Contains(allowed, e.name) {
			t.Errorf("there is a <%s>", e.name)
		}
		if id, ok := e.at["id"]; ok && ids[id] {
			t.Errorf("two elements are called %s", id)
		} else if ok {
			ids[id] = true
		}
	}
	for _, e := range p.elements {
		checkElement(t, e, ids)
	}
	checkPolicy(t, p)
	if i := strings.IndexFunc(page, func(r rune) bool {
		return unicode.Is(unicode.Bidi_Control, r) || unicode.IsControl(r) && r != '\n' || r == utf8.RuneError
	}); i >= 0 {
		t.Errorf("there is a character that cannot be seen at %d: %q", i, page[max(0, i-40):min(len(page), i+8)])
	}
	return p
}

func checkElement(t testing.TB, e element, ids map[string]bool) {
	t.Helper()
	for name, value := range e.at {
		switch {
		case slices.Contains([]string{"path", "rect", "circle", "text", "svg"}, e.name) && (strings.Contains(value, "NaN") || strings.Contains(value, "Inf")):
			t.Errorf("<%s> is drawn with %s=%q, which is no number", e.name, name, value)
		case strings.HasPrefix(name, "on"), name == "style", name == "srcset", name == "action":
			t.Errorf("<%s> has the attribute %s=%q, which the report must not use", e.name, name, value)
		case name == "aria-labelledby":
			for id := range strings.FieldsSeq(value) {
				if !ids[id] {
					t.Errorf("<%s> is labelled by %s, which is not there", e.name, id)
				}
			}
		case name == "src" && !strings.HasPrefix(value, "data:image/jpeg;base64,") && !strings.HasPrefix(value, "data:image/png;base64,"):
			t.Errorf("<%s> loads %.60s, want images inside the page alone", e.name, value)
		case name == "href":
			inside, found := strings.CutPrefix(value, "#")
			outside := e.name == "a" && (strings.HasPrefix(value, "https://doi.org/") || strings.HasPrefix(value, "https://arxiv.org/"))
			if found && !ids[inside] || !found && !outside && value != "data:," {
				t.Errorf("<%s> refers to %s", e.name, value)
			}
		}
	}
	if e.name == "img" && (e.at["alt"] == "" || e.at["width"] == "" || e.at["height"] == "") {
		t.Errorf("a picture has no alternative text or size: %v", slices.Sorted(maps.Keys(e.at)))
	}
	if e.name == "svg" && e.at["aria-hidden"] != "true" && (e.at["role"] != "img" || e.at["aria-labelledby"] == "") {
		t.Errorf("a chart has no role or name: %v", e.at)
	}
	if e.name == "th" && e.at["scope"] == "" {
		t.Error("a heading of a table has no scope")
	}
}

// checkPolicy holds the style to its hash in the policy, byte for byte.
func checkPolicy(t testing.TB, p parsed) {
	t.Helper()
	for _, e := range p.elements {
		if e.at["http-equiv"] != "Content-Security-Policy" {
			continue
		}
		sum := sha256.Sum256([]byte(p.style))
		want := "default-src 'none'; style-src 'sha256-" + base64.StdEncoding.EncodeToString(sum[:]) + "'; img-src data:; base-uri 'none'; form-action 'none'"
		if e.at["content"] != want {
			t.Errorf("the policy is %s, want %s", e.at["content"], want)
		}
		return
	}
	t.Error("there is no policy")
}

// TestPages checks a page of every shape. With CUTPOINT_REPORT_PAGES it leaves
// them in that folder, for scripts/check-report.
func TestPages(t *testing.T) {
	notNumbers := regexp.MustCompile(`\b(NaN|[+-]?Inf|nil)\b|%!`)
	folder := os.Getenv("CUTPOINT_REPORT_PAGES")
	for name, r := range samples(t) {
		t.Run(name, func(t *testing.T) {
			thumbnail := Thumbnail(picture)
			if name == "hostile" || name == "split" {
				thumbnail = gone
			}
			page := write(t, r, thumbnail)
			p := checkPage(t, page)
			if bad := notNumbers.FindString(p.text); bad != "" {
				t.Errorf("the page tells %s", bad)
			}
			if n := len(page); n > 3<<20 {
				t.Errorf("the page has %d bytes", n)
			}
			for _, e := range r.Candidates {
				if s := quantity.Points(e.Accuracy.Mean); !strings.Contains(p.text, s) {
					t.Errorf("the accuracy %s of %s is not told", s, e.Name())
				}
			}
			if page != write(t, r, thumbnail) {
				t.Error("the same report gives another page")
			}
			if folder == "" {
				return
			}
			if err := os.WriteFile(filepath.Join(folder, name+".html"), []byte(page), 0o644); err != nil {
				t.Fatal(err)
			}
		})
	}
}

// TestHostileNames looks for the names where they must be, harmless.
func TestHostileNames(t *testing.T) {
	p := checkPage(t, write(t, hostile(), gone))
	for _, want := range []string{`<script>alert(1)</script>`, `"><img src=x onerror=alert(1)>`, "good⟨U+202E⟩gpj.exe⟨U+2066⟩", "⟨0xFF⟩⟨U+0000⟩'`.tif",
		`'a⟨U+000A⟩b'`, `''\''; rm -rf '\'''`} {
		if !strings.Contains(p.text, want) {
			t.Errorf("%s is not on the page", want)
		}
	}
}

func FuzzNames(f *testing.F) {
	for _, s := range []string{"invoice", "<b>", `"'&`, "\u202e", "\xff", "</style><script>", "Use x: y", "{{.}}", strings.Repeat("x", 300), "😀 \u200d", "a/b\\c"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, name string) {
		r := invented(2, 1, 2)
		r.Classes[1].Name, r.Candidates[1].Cut, r.Candidates[0].Head = name, name, name
		r.Pages.Suspects = r.Pages.Suspects[:1]
		r.Pages.Surprising, r.Pages.Confused = nil, nil
		r.Pages.Suspects[0].Path, r.Pages.Suspects[0].Label = name, name
		r.Advice = compare.Advice{Rule: compare.NoBetterThanChance, Best: compare.Contender{Candidate: name}, MajorityClass: name}
		r.Reasons.SuspectLabels = &compare.SuspectLabels{Count: 1, Worst: name}
		r.Command, r.Tool = []string{name}, name
		checkPage(t, write(t, r, func(compare.Outcome) ([]byte, error) { return nil, errors.New(name) }))
	})
}

// TestSentencesOfAStoredReport: the facts of a report that was read again become the
// sentences that were printed when it was made.
func TestSentencesOfAStoredReport(t *testing.T) {
	r := real(t)
	use, because := r.AdviceSentence()
	got := append([]string{use, because}, r.ReasonSentences()...)
	want := []string{
		"Use pool3-avg with softmax",
		"its accuracy of 78.0 % is the highest, and no cheaper candidate comes within one standard error (2.5 points) of it.",
		"Keep the fully connected layers? The best cut behind them, fc1 with softmax, has 74.3 %, the best before them, pool3-avg with softmax, has 78.0 % (p = 0.43): the difference is within chance.",
		"A million pages take 28.8 h of computing and 1.1 GB of vectors (at 5.5 pages/s through the whole network, as given).",
		"From 20 to 48 labelled pages a class the accuracy of pool3-avg with softmax goes from 74.7 % to 78.0 %: more labels will probably help.",
		"26 labels may be wrong: heads that had not seen the pages are sure of another, scans/news/b209b031.tif first; look at them, correct and compare again.",
	}
	if !slices.Equal(got, want) {
		t.Errorf("sentences:\n%q\nwant %q", got, want)
	}
}

// TestReadingOrder: the advice is the first heading, and no level is left out.
func TestReadingOrder(t *testing.T) {
	page := write(t, real(t), nil)
	levels := regexp.MustCompile(`<h([1-6])`).FindAllStringSubmatch(page, -1)
	if len(levels) < 2 || levels[0][1] != "1" {
		t.Fatalf("headings of levels %q, want several, and the first of level 1", levels)
	}
	last := "0"
	for _, l := range levels {
		if l[1] > string(last[0]+1) {
			t.Errorf("h%s follows h%s", l[1], last)
		}
		last = l[1]
	}
	advice, chart := strings.Index(page, "Its accuracy of 78.0"), strings.Index(page, "<svg")
	if advice < 0 || chart < advice {
		t.Errorf("the advice is at %d, the first drawing at %d", advice, chart)
	}
}
