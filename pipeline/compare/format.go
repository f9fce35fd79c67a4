package compare

import (
	"fmt"
	"strings"
	"unicode"
	"unicode/utf8"
)

// percent writes a share as "84.3 %".
func percent(share float64) string { return points(share) + " %" }

// points writes a share in percent points: "84.3".
func points(share float64) string { return fmt.Sprintf("%.1f", 100*share) }

// gflop writes operations in units of 10⁹: "39.3".
func gflop(flops int64) string { return fmt.Sprintf("%.1f", float64(flops)/1e9) }

// bytes writes a size in decimal units: "16.4 kB".
func bytes(n int64) string {
	if n < 1000 {
		return fmt.Sprintf("%d B", n)
	}
	v, unit := float64(n)/1e3, 0
	for v >= 999.95 && unit < 3 {
		v, unit = v/1e3, unit+1
	}
	return fmt.Sprintf("%.1f %s", v, []string{"kB", "MB", "GB", "TB"}[unit])
}

// count writes a number in thousands or millions: "20.5k".
func count(n int64) string {
	switch {
	case n < 1000:
		return fmt.Sprintf("%d", n)
	case n < 1_000_000:
		return fmt.Sprintf("%.1fk", float64(n)/1e3)
	}
	return fmt.Sprintf("%.1fM", float64(n)/1e6)
}

// short writes a measured time with two or three digits.
func short(v float64) string {
	switch {
	case v < 0.0995:
		return fmt.Sprintf("%.3f", v)
	case v < 0.995:
		return fmt.Sprintf("%.2f", v)
	case v < 99.5:
		return fmt.Sprintf("%.1f", v)
	}
	return fmt.Sprintf("%.0f", v)
}

// clip shortens a name to n runes and replaces what would disturb a table.
func clip(name string, n int) string {
	name = strings.Map(func(r rune) rune {
		if !unicode.IsPrint(r) {
			return '�'
		}
		return r
	}, name)
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
