package raster

import (
	"bytes"
	"slices"
	"strings"
	"unicode/utf8"
)

// textHead is how much of a text is looked at.
const textHead = 8 << 10

// asText names a text by what it says; "" if it is none.
func asText(data []byte) string {
	text := decoded(data)
	if isMail(text) {
		if strings.Contains(text, "Snapshot-Content-Location:") || strings.Contains(text, "multipart/related") && strings.Contains(text, "Saved by") {
			return "a saved web page (MHTML)" + printIt
		}
		return "mail" + printIt
	}
	if !isText(text) {
		return ""
	}
	text = strings.TrimLeft(text, " \t\r\n\x00")
	for _, t := range texts {
		if strings.HasPrefix(text, t.prefix) {
			return t.name
		}
	}
	words := strings.Fields(text)
	switch {
	case strings.HasPrefix(text, "<"):
		return markup(strings.ToLower(text))
	case len(words) > 1 && words[0] == "0" && words[1] == "SECTION":
		return "a drawing (DXF)" + printIt
	case strings.Contains(firstLine(text), "/annex/objects/"):
		return gitAnnex
	}
	return "text" + printIt
}

// decoded returns a text's beginning without its byte order mark; of UTF-16 what is
// ASCII.
func decoded(data []byte) string {
	text := string(data[:min(len(data), textHead)])
	if strings.HasPrefix(text, "\xff\xfe") || strings.HasPrefix(text, "\xfe\xff") {
		text = strings.ReplaceAll(text[2:], "\x00", "")
	}
	return strings.TrimPrefix(text, "\xef\xbb\xbf")
}

const gitAnnex = "a git-annex pointer, not the file: git annex get fetches it"

// texts are known by how they begin.
var texts = []struct{ prefix, name string }{
	{"version https://git-lfs.github.com/", "a Git LFS pointer, not the file: git lfs pull fetches it"},
	{"version https://hawser.github.com/", "a Git LFS pointer, not the file: git lfs pull fetches it"},
	{"version http://git-media.io/", "a Git LFS pointer, not the file: git lfs pull fetches it"},
	{"/annex/objects/", gitAnnex},
	{"outs:\n- md5:", "a DVC pointer, not the file: dvc pull fetches it"},
	{"[InternetShortcut]", "a shortcut to a web page (.url): give the page itself, printed to PDF"},
	{"[Desktop Entry]", "a shortcut (.desktop)" + leaveOut},
	{"[.ShellClassInfo]", "a folder's settings in Windows (desktop.ini)" + leaveOut},
	{"{\"url\": \"https://docs.google.com/", "a link to Google Docs: download the document as PDF"},
	{"{\"url\":\"https://docs.google.com/", "a link to Google Docs: download the document as PDF"},
	{"{\"\":\"WARNING! DO NOT EDIT", "a link to Google Docs: download the document as PDF"},
	{"-----BEGIN PGP MESSAGE", "encrypted (PGP): decrypt it first"},
	{"-----BEGIN ", "a key or certificate (PEM)" + leaveOut},
	{"BEGIN:VCARD", "a contact (vCard)" + leaveOut},
	{"BEGIN:VCALENDAR", "an appointment (iCalendar)" + leaveOut},
	{"HTTP/1.", "what a web server answered, with its headers: keep what follows the empty line"},
	{"srcdocid:", "CALS: convert it to TIFF"},
	{"\\documentclass", "LaTeX: convert it to PDF"},
	{"#!", "a script" + leaveOut},
}

// markup tells HTML, SVG and XML apart; text is in lower case.
func markup(text string) string {
	at := func(s string) int {
		if i := strings.Index(text, s); i >= 0 {
			return i
		}
		return len(text)
	}
	html, svg := min(at("<html"), at("<!doctype html")), at("<svg")
	switch {
	case svg < html:
		return "a drawing in markup (SVG): convert it to PNG or PDF"
	case html < len(text):
		return "a web page (HTML markup): print it to PDF; if an image or PDF was meant, download it again"
	case strings.Contains(text, "<plist") && strings.Contains(text, "<key>url</key>"):
		return "a shortcut to a web page (.webloc): give the page itself, printed to PDF"
	case strings.HasPrefix(text, "<?xml"):
		return "markup (XML)" + printIt
	}
	return "markup, not an image" + printIt
}

// isText: nearly all of it is printable. What is not UTF-8 may be text in an older
// encoding, of which most is ASCII.
func isText(text string) bool {
	ascii := 0
	for _, c := range []byte(text) {
		switch {
		case c < 0x20 && !strings.ContainsRune("\t\n\v\f\r\x1a\x1b", rune(c)), c == 0x7f:
			return false
		case c < 0x80:
			ascii++
		}
	}
	return text != "" && (ascii >= len(text)*3/4 || isUTF8(text))
}

// isUTF8 allows for a character that was cut off.
func isUTF8(text string) bool {
	for range utf8.UTFMax {
		if utf8.ValidString(text) {
			return len(text) > 2
		}
		text = text[:max(0, len(text)-1)]
	}
	return false
}

func firstLine(text string) string {
	line, _, _ := strings.Cut(text, "\n")
	return strings.TrimRight(line, "\r")
}

// Fields of mail (RFC 5322 and others). One of the certain ones is enough; of the
// others, which people write as well, it takes two or an empty line that ends them.
var (
	certain = []string{"received", "return-path", "delivered-to", "dkim-signature", "message-id", "mime-version", "authentication-results",
		"arc-seal", "envelope-to", "domainkey-signature", "list-unsubscribe", "thread-index", "x-mailer", "x-received", "x-mozilla-status", "x-gmail-labels"}
	usual = []string{"from", "to", "cc", "bcc", "date", "subject", "sender", "reply-to", "in-reply-to", "references", "thread-topic",
		"importance", "organization", "user-agent", "resent-from", "resent-to", "errors-to", "autocrypt"}
)

// isMail looks at a text's first lines: fields, or the line with which mbox separates
// mails and then fields; Apple Mail puts a number first.
func isMail(text string) bool {
	first, rest, more := strings.Cut(text, "\n")
	first = strings.TrimSpace(first)
	if more && (strings.HasPrefix(first, "From ") || first != "" && strings.Trim(first, "0123456789") == "") {
		text = rest
	}
	known := 0
	for text != "" {
		var line string
		var ended bool
		line, text, ended = strings.Cut(text, "\n")
		line = strings.TrimRight(line, "\r")
		if line == "" {
			return known > 0
		}
		if line[0] == ' ' || line[0] == '\t' {
			continue
		}
		name := fieldName(line)
		if name == "" {
			return !ended && known > 1 // cut off
		}
		known += weight(name)
	}
	return known > 1
}

// fieldName returns the name of a line's field in lower case; "" if it is none.
func fieldName(line string) string {
	name, _, found := strings.Cut(line, ":")
	if !found || name == "" || strings.ContainsFunc(name, func(r rune) bool { return r <= ' ' || r >= 0x7f }) {
		return ""
	}
	return strings.ToLower(name)
}

func weight(name string) int {
	switch {
	case slices.Contains(certain, name):
		return 2
	case slices.Contains(usual, name), strings.HasPrefix(name, "x-"):
		return 1
	}
	return 0
}

// isContainer: what holds other files may hold a PDF within its first bytes, which is
// not the document.
func isContainer(data []byte) bool {
	return bytes.HasPrefix(data, []byte("PK")) || bytes.HasPrefix(data, []byte("\xd0\xcf\x11\xe0")) || bytes.HasPrefix(data, []byte("Rar!")) ||
		len(data) > 262 && string(data[257:262]) == "ustar" || isMail(string(data[:min(len(data), textHead)]))
}
