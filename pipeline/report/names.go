package report

import (
	"fmt"
	"strings"
	"unicode"
	"unicode/utf8"
)

// Lengths, in characters, to which names are shortened.
const (
	longName     = 80
	longPath     = 140
	longSentence = 700
	longCommand  = 4000
	chartName    = 44
)

// Joiners shape the letters of Persian and of the Indic scripts and build emoji:
// they are not printable by themselves, but names need them.
const (
	zeroWidthNonJoiner = '\u200c'
	zeroWidthJoiner    = '\u200d'
)

// visible writes out what cannot be seen, or would change how the rest is read:
// control characters, the bidirectional overrides of Unicode's TR 9, unassigned
// code points and broken UTF-8.
func visible(name string) string {
	var b strings.Builder
	for i, r := range name {
		_, size := utf8.DecodeRuneInString(name[i:])
		switch {
		case r == utf8.RuneError && size == 1:
			fmt.Fprintf(&b, "⟨0x%02X⟩", name[i])
		case unicode.IsPrint(r), r == zeroWidthJoiner, r == zeroWidthNonJoiner:
			b.WriteRune(r)
		case unicode.Is(unicode.Zs, r):
			b.WriteByte(' ')
		default:
			fmt.Fprintf(&b, "⟨U+%04X⟩", r)
		}
	}
	return b.String()
}

// clip shortens a text to n characters at its end.
func clip(text string, n int) string {
	if utf8.RuneCountInString(text) <= n {
		return text
	}
	return string([]rune(text)[:n-1]) + "…"
}

// clipMiddle shortens a path to n characters and keeps its end, where the file's
// name is.
func clipMiddle(text string, n int) string {
	if utf8.RuneCountInString(text) <= n {
		return text
	}
	runes := []rune(text)
	head := n / 3
	return string(runes[:head]) + "…" + string(runes[len(runes)-(n-head-1):])
}

// nameOf is a label for people.
func nameOf(label string) string {
	if strings.TrimSpace(label) == "" {
		return "(empty)"
	}
	return clip(visible(label), longName)
}

func pathOf(path string) string { return clipMiddle(visible(path), longPath) }

// sentence keeps numbers and their units on one line.
func sentence(text string) string {
	return clip(strings.ReplaceAll(visible(text), " %", "\u00a0%"), longSentence)
}

// textWidth estimates how wide a text is drawn, in ems: exact metrics are the
// browser's own.
func textWidth(text string) float64 {
	ems := 0.0
	for _, r := range text {
		switch {
		case r >= 0x1100 && unicode.In(r, unicode.Han, unicode.Hangul, unicode.Hiragana, unicode.Katakana), r >= 0x1f000:
			ems++
		case unicode.IsUpper(r), r == 'm', r == 'w', r == '%':
			ems += 0.72
		case strings.ContainsRune("fijlrt.,:;'|()· -", r):
			ems += 0.36
		default:
			ems += 0.57
		}
	}
	return ems
}
