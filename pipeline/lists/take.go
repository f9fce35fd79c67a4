package lists

import (
	"errors"
	"fmt"
	"net/url"
	"path/filepath"
	"regexp"
	"strings"

	"cutpoint/schemas"
)

// taker makes rows of a table's values.
type taker struct {
	o     Options
	unit  string            // of rows
	known map[string]string // labels and splits, which rows share
	any   bool
}

func newTaker(o Options, unit string) *taker {
	return &taker{o: o, unit: unit, known: map[string]string{}}
}

// take yields the row with these values of wanted, which are copied.
func (t *taker) take(n int, v [4][]byte, yield func(Row) error) (err error) {
	row := Row{Line: n, Unit: t.unit, Document: strings.TrimSpace(string(v[document]))}
	if v[document] == nil {
		if row.Path, err = t.o.path(string(v[path])); err != nil {
			return err
		}
	} else if row.Document == "" {
		return errors.New("the column document_id is empty")
	}
	if row.Label, err = t.word(schemas.ColumnLabel, v[label]); err != nil {
		return err
	}
	if row.Split, err = t.word(schemas.ColumnSplit, v[split]); err != nil {
		return err
	}
	t.any = true
	return yield(row)
}

// end refuses a table without rows.
func (t *taker) end() error {
	if t.any {
		return nil
	}
	return whole(errors.New("it names columns and has no rows"))
}

// maxWord bounds the bytes of a label or split.
const maxWord = 1 << 10

// maxKnown bounds how many labels and splits are kept to be shared.
const maxKnown = 1 << 16

// word returns a label or split in its one form.
func (t *taker) word(column string, text []byte) (string, error) {
	if word, ok := t.known[string(text)]; ok {
		return word, nil
	}
	word := Label(string(text))
	if len(word) > maxWord {
		return "", fmt.Errorf("the %s has %d bytes, more than %d", column, len(word), maxWord)
	}
	if i := strings.IndexFunc(word, isControl); i >= 0 {
		return "", fmt.Errorf("the %s %.100q holds a control character; take it out", column, word)
	}
	if len(t.known) < maxKnown {
		t.known[string(text)] = word
	}
	return word, nil
}

// BackslashRemedy says what to do about a path of Windows.
const BackslashRemedy = "backslashes divide folders on Windows alone, write / instead"

// path checks a path that a list names.
func (o Options) path(text string) (string, error) {
	switch {
	case strings.TrimSpace(text) == "":
		return "", errors.New("the path is empty")
	case strings.ContainsRune(text, 0):
		return "", fmt.Errorf("the path %.200q holds a zero byte", text)
	case len(text) > 5 && strings.EqualFold(text[:6], "file:/"):
		return fromURL(text)
	case isURL.MatchString(text):
		return "", fmt.Errorf("%.200s is not on this machine; download the documents and list where they lie", text)
	case onDrive.MatchString(text) && !o.Labels && !o.exists(text):
		return "", onWindows(text)
	case strings.ContainsRune(text, '\\') && !o.Labels && !o.exists(text):
		return "", fmt.Errorf("no file is called %.200s here; %s", text, BackslashRemedy)
	}
	return text, nil
}

var isURL = regexp.MustCompile(`^[A-Za-z][A-Za-z0-9+.-]+://`)

// onDrive matches a path of Windows that begins with a drive.
var onDrive = regexp.MustCompile(`^[A-Za-z]:[\\/]`)

func onWindows(path string) error {
	return fmt.Errorf("%.200s is a path on Windows; write / between folders, and where the file is here", path)
}

// fromURL returns the path that a file URL names (RFC 8089).
func fromURL(text string) (string, error) {
	u, err := url.Parse(text)
	if err != nil || u.Host != "" && !strings.EqualFold(u.Host, "localhost") || !filepath.IsAbs(u.Path) || u.RawQuery != "" || u.Fragment != "" {
		return "", fmt.Errorf("%.200s is no URL of a file on this machine; write its path", text)
	}
	if onDrive.MatchString(u.Path[1:]) {
		return "", onWindows(text)
	}
	return u.Path, nil
}

// In returns where a path of the list leads from the current folder.
func (o Options) In(path string) string {
	if filepath.IsAbs(path) {
		return path
	}
	return filepath.Join(o.Folder, path)
}
