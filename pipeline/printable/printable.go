// Package printable writes names and messages so that a terminal or a log shows them and
// does nothing else: names come from documents, and documents from anywhere.
package printable

import (
	"bytes"
	"fmt"
	"io"
	"strconv"
	"strings"
	"sync"
	"unicode"
	"unicode/utf8"
)

// Line returns a name or message for use within a line: what a terminal would act on, what
// changes the direction or the line of a text, and bytes that are not UTF-8, as Go writes
// them in quotes. All other text stays as it is, in every script.
func Line(s string) string {
	if clean(s) {
		return s
	}
	var b strings.Builder
	appendTo(&b, s, "")
	return b.String()
}

// acts reports whether a terminal may act on the rune, or show the text around it in
// another order or on another line.
func acts(r rune) bool {
	switch {
	case unicode.IsControl(r): // ESC, BEL, CR …, DEL, and C1 with CSI and OSC
		return true
	case r >= '\u202a' && r <= '\u202e', r >= '\u2066' && r <= '\u2069': // embeddings, overrides and isolates
		return true
	}
	return r == '\u2028' || r == '\u2029' // separators of lines and paragraphs
}

// JSON returns a JSON text whose strings have what Line would rewrite in escapes: JSON's own
// encoders leave the controls from U+007F to U+009F and changes of direction as they are.
func JSON(text []byte) []byte {
	if bytes.IndexFunc(text, escapedInJSON) < 0 {
		return text
	}
	var out []byte
	for len(text) > 0 {
		r, n := utf8.DecodeRune(text)
		if escapedInJSON(r) {
			out = fmt.Appendf(out, `\u%04x`, r)
		} else {
			out = append(out, text[:n]...)
		}
		text = text[n:]
	}
	return out
}

func escapedInJSON(r rune) bool { return r > ' ' && acts(r) }

func clean(s string) bool {
	return utf8.ValidString(s) && strings.IndexFunc(s, acts) < 0
}

// appendTo writes s, with the control characters of keep as they are.
func appendTo(b *strings.Builder, s, keep string) {
	for len(s) > 0 {
		r, n := utf8.DecodeRuneInString(s)
		switch {
		case r == utf8.RuneError && n == 1:
			b.WriteString(`\x` + strconv.FormatUint(uint64(s[0])|0x100, 16)[1:])
		case acts(r) && !strings.ContainsRune(keep, r):
			quoted := strconv.QuoteRune(r)
			b.WriteString(quoted[1 : len(quoted)-1])
		default:
			b.WriteString(s[:n])
		}
		s = s[n:]
	}
}

// Writer passes text on with lines and tabs, and all else as Line writes it. It is the last
// guard of what people read; files of data are written past it.
type Writer struct {
	mu   sync.Mutex
	w    io.Writer
	rest string // of a rune that is not whole yet
}

// NewWriter returns a Writer to w.
func NewWriter(w io.Writer) *Writer { return &Writer{w: w} }

// Write implements io.Writer. What one call writes is passed on in one.
func (w *Writer) Write(p []byte) (int, error) {
	w.mu.Lock()
	defer w.mu.Unlock()
	text := w.rest + string(p)
	whole := len(text)
	for i := max(0, whole-utf8.UTFMax+1); i < len(text); i++ {
		if utf8.RuneStart(text[i]) && !utf8.FullRuneInString(text[i:]) {
			whole = i
			break
		}
	}
	var b strings.Builder
	appendTo(&b, text[:whole], "\n\t")
	w.rest = text[whole:]
	if _, err := io.WriteString(w.w, b.String()); err != nil {
		return 0, err
	}
	return len(p), nil
}
