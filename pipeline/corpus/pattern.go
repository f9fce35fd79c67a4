package corpus

import (
	"errors"
	"fmt"
	"path"
	"strings"
)

// pattern is one line of a gitignore file (gitignore(5), "PATTERN FORMAT"). Git's own
// answers are the test; the libraries that were tried gave others for a quarter of them.
type pattern struct {
	segments []string // for path.Match; "**" stands for any number of folders
	keeps    bool     // it began with "!"
	folders  bool     // it ended in "/"
}

const anyFolders = "**"

// parsePattern refuses what git would silently never match.
func parsePattern(text string) (pattern, error) {
	var p pattern
	rest := trimSpaces(text)
	if rest == "" || rest[0] == '#' {
		return p, errors.New(`it is empty or a comment; write \# for a name that begins with #`)
	}
	rest, p.keeps = strings.CutPrefix(rest, "!")
	rest, p.folders = strings.CutSuffix(rest, "/")
	anchored := strings.Contains(rest, "/")
	rest = strings.TrimPrefix(rest, "/")
	if rest == "" || strings.ContainsAny(rest, "\x00\n") {
		return p, errors.New("it names no file or folder")
	}
	if !anchored {
		p.segments = []string{anyFolders}
	}
	for segment := range strings.SplitSeq(rest, "/") {
		if segment == "" || segment == "." || segment == ".." {
			return p, fmt.Errorf("%q is no part of a path below the corpus's folder", segment)
		}
		if len(segment) > 1 && strings.Trim(segment, "*") == "" {
			segment = anyFolders
		} else {
			segment = translate(segment)
		}
		if _, err := path.Match(segment, ""); err != nil {
			return p, errors.New("a bracket is not closed, or nothing follows a backslash")
		}
		p.segments = append(p.segments, segment)
	}
	return p, nil
}

// trimSpaces cuts the spaces at the end that no backslash protects.
func trimSpaces(s string) string {
	cut := strings.TrimRight(s, " ")
	if strings.HasSuffix(cut, `\`) && len(cut) < len(s) && (len(cut)-len(strings.TrimRight(cut, `\`)))%2 == 1 {
		cut += " "
	}
	return cut
}

// posixClasses are the classes that wildmatch knows inside brackets, as ranges of ASCII.
var posixClasses = strings.NewReplacer(
	"[:alnum:]", "0-9A-Za-z", "[:alpha:]", "A-Za-z", "[:blank:]", " \t", "[:cntrl:]", "\x00-\x1f\x7f",
	"[:digit:]", "0-9", "[:graph:]", "!-~", "[:lower:]", "a-z", "[:print:]", " -~",
	"[:punct:]", `!-/:-@\[-`+"`{-~", "[:space:]", "\t-\r ", "[:upper:]", "A-Z", "[:xdigit:]", "0-9A-Fa-f",
)

// translate writes a segment as path.Match takes it: [!a] as [^a], []a] as [\]a], and
// classes of POSIX as ranges.
func translate(segment string) string {
	var b strings.Builder
	for i := 0; i < len(segment); i++ {
		switch segment[i] {
		case '\\':
			b.WriteByte('\\')
			if i++; i < len(segment) {
				b.WriteByte(segment[i])
			}
		case '[':
			end := closing(segment, i)
			if end < 0 {
				return "[" // which path.Match refuses
			}
			b.WriteString(translateClass(segment[i+1 : end]))
			i = end
		default:
			b.WriteByte(segment[i])
		}
	}
	return b.String()
}

// closing returns where the bracket that opens at i is closed, or -1.
func closing(s string, i int) int {
	first := i + 1
	if first < len(s) && (s[first] == '!' || s[first] == '^') {
		first++
	}
	for j := first; j < len(s); j++ {
		switch {
		case s[j] == '\\':
			j++
		case s[j] == '[' && j+1 < len(s) && s[j+1] == ':':
			if end := strings.Index(s[j:], ":]"); end > 0 {
				j += end + 1
			}
		case s[j] == ']' && j > first:
			return j
		}
	}
	return -1
}

func translateClass(inside string) string {
	not := ""
	if inside[0] == '!' || inside[0] == '^' {
		not, inside = "^", inside[1:]
	}
	if strings.HasPrefix(inside, "]") || strings.HasPrefix(inside, "-") {
		inside = `\` + inside
	}
	inside = posixClasses.Replace(inside)
	if strings.HasSuffix(inside, "-") && !strings.HasSuffix(inside, `\-`) {
		inside = strings.TrimSuffix(inside, "-") + `\-`
	}
	return "[" + not + inside + "]"
}

// matches tells for a path below the corpus's folder, in segments. A "**" at the end
// stands for what is inside: at least one segment.
func (p pattern) matches(segments []string, isFolder bool) bool {
	if p.folders && !isFolder {
		return false
	}
	at, star, resume := 0, -1, 0 // in p.segments; the last "**" and what it has taken
	for i := 0; i < len(segments); {
		switch {
		case at < len(p.segments) && p.segments[at] == anyFolders:
			if at == len(p.segments)-1 {
				return true
			}
			star, resume = at, i
			at++
		case at < len(p.segments) && matchSegment(p.segments[at], segments[i]):
			at++
			i++
		case star >= 0:
			resume++
			at, i = star+1, resume
		default:
			return false
		}
	}
	return at == len(p.segments)
}

func matchSegment(pattern, name string) bool {
	ok, err := path.Match(pattern, name)
	return ok && err == nil
}
