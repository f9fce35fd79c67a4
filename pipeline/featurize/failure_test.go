package featurize

import (
	"strings"
	"testing"
	"unicode/utf8"
)

// TestOneLine: whatever a decoder says is one line of bounded length, in UTF-8 and
// without control characters.
func TestOneLine(t *testing.T) {
	for message, want := range map[string]string{
		"pdf: page 3 of 7: it is cut short":           "pdf: page 3 of 7: it is cut short",
		"wasm error: unreachable\n\t$87(i32,i32)\r\n": "wasm error: unreachable $87(i32,i32)",
		"a \x1b]0;title\x07 b\x00":                    "a ]0;title b",
		"a\u2028b\u0085c\u00a0d":                      "a b c d",
		"\xff\xfe":                                    "\uFFFD",
		"\n\n":                                        "",
		strings.Repeat("ü", 301):                      strings.Repeat("ü", 299) + "…",
		strings.Repeat("ü", 300):                      strings.Repeat("ü", 300),
	} {
		got := oneLine(message)
		if got != want || !utf8.ValidString(got) {
			t.Errorf("%q becomes %q, want %q", message, got, want)
		}
	}
}
