package cudatest

import (
	"fmt"
	"strings"
)

// A token of PTX. A word is a name with its dots and double colons, such as
// "ld.global.v4.f32", ".reg" or "%tid.x"; marks are single characters.
type token struct {
	kind tokenKind
	text string
	line int
}

type tokenKind uint8

const (
	endOfText tokenKind = iota
	word
	number
	quoted
	mark
)

// lexer cuts PTX text into tokens.
type lexer struct {
	text string
	at   int
	line int
}

func isDigit(c byte) bool { return '0' <= c && c <= '9' }

func isLetter(c byte) bool {
	return 'a' <= c && c <= 'z' || 'A' <= c && c <= 'Z' || c == '_' || c == '$' || c == '%' || c == '.'
}

// next is the token at the lexer's position, after white space and comments.
func (l *lexer) next() (token, error) {
	if err := l.skip(); err != nil {
		return token{}, err
	}
	t := token{line: l.line}
	if l.at == len(l.text) {
		return t, nil
	}
	start, c := l.at, l.text[l.at]
	switch {
	case isLetter(c):
		t.kind = word
		l.word()
	case isDigit(c):
		t.kind = number
		for l.at < len(l.text) && (isDigit(l.text[l.at]) || isLetter(l.text[l.at])) {
			l.at++
		}
	case c == '"':
		t.kind = quoted
		n := strings.IndexAny(l.text[l.at+1:], "\"\n")
		if n < 0 || l.text[l.at+1+n] == '\n' {
			return t, fmt.Errorf("line %d: a text without an end", l.line)
		}
		l.at += n + 2
	case strings.IndexByte("{}()[]<>,;:=+-!|@", c) >= 0:
		t.kind = mark
		l.at++
	default:
		return t, fmt.Errorf("line %d: unexpected character %q", l.line, c)
	}
	t.text = l.text[start:l.at]
	return t, nil
}

// word goes over a word. A single colon ends it, since that makes a label.
func (l *lexer) word() {
	for l.at < len(l.text) {
		c := l.text[l.at]
		switch {
		case isLetter(c) || isDigit(c):
			l.at++
		case c == ':' && l.at+2 < len(l.text) && l.text[l.at+1] == ':' && (isLetter(l.text[l.at+2]) || isDigit(l.text[l.at+2])):
			l.at += 2
		default:
			return
		}
	}
}

// skip goes over white space and comments.
func (l *lexer) skip() error {
	for l.at < len(l.text) {
		switch rest := l.text[l.at:]; {
		case rest[0] == '\n':
			l.line++
			l.at++
		case rest[0] == ' ' || rest[0] == '\t' || rest[0] == '\r':
			l.at++
		case strings.HasPrefix(rest, "//"):
			n := strings.IndexByte(rest, '\n')
			if n < 0 {
				n = len(rest)
			}
			l.at += n
		case strings.HasPrefix(rest, "/*"):
			n := strings.Index(rest[2:], "*/")
			if n < 0 {
				return fmt.Errorf("line %d: a comment without an end", l.line)
			}
			l.line += strings.Count(rest[:n+4], "\n")
			l.at += n + 4
		default:
			return nil
		}
	}
	return nil
}
