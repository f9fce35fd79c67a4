package lists

import (
	"strings"
	"unicode"

	"golang.org/x/text/unicode/norm"
)

// Label returns a label in its one form: normalised to NFC, since programs write the é
// of a name as one character or as two, and without white space at its ends.
func Label(text string) string {
	return strings.TrimFunc(norm.NFC.String(text), func(r rune) bool {
		return unicode.IsSpace(r) || r == '\u200b' || r == '\ufeff'
	})
}

func isControl(r rune) bool { return unicode.IsControl(r) }
