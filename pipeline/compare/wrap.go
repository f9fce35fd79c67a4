package compare

import (
	"strings"
	"unicode/utf8"

	"cutpoint/pipeline/printable"
)

// clip shortens a name to n runes, without what would disturb a table.
func clip(name string, n int) string {
	name = printable.Line(name)
	if utf8.RuneCountInString(name) <= n {
		return name
	}
	return string([]rune(name)[:n-1]) + "…"
}

// wrap breaks a text at spaces into lines of at most n runes.
func wrap(text string, n int) string {
	var b strings.Builder
	at := 0
	for word := range strings.FieldsSeq(text) {
		length := utf8.RuneCountInString(word)
		if at > 0 && at+1+length > n {
			b.WriteByte('\n')
			at = 0
		} else if at > 0 {
			b.WriteByte(' ')
			at++
		}
		b.WriteString(word)
		at += length
	}
	return b.String()
}
