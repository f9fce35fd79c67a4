package corpus

import (
	"strconv"
	"strings"
	"unicode/utf8"
)

// Name returns a path as tables hold it: UTF-8, with every byte that is not written
// \xNN, and so a backslash in front of what reads like that, so that Path gets the
// path back.
func Name(path string) string {
	if utf8.ValidString(path) && !strings.Contains(path, `\x`) {
		return path
	}
	var b strings.Builder
	for len(path) > 0 {
		r, n := utf8.DecodeRuneInString(path)
		if _, reads := escaped(path); reads || r == utf8.RuneError && n == 1 {
			n = 1
			b.WriteString(`\x` + strconv.FormatUint(uint64(path[0])|0x100, 16)[1:])
		} else {
			b.WriteString(path[:n])
		}
		path = path[n:]
	}
	return b.String()
}

// Path returns the path of a name.
func Path(name string) string {
	if !strings.Contains(name, `\x`) {
		return name
	}
	var b strings.Builder
	for len(name) > 0 {
		if c, ok := escaped(name); ok {
			b.WriteByte(c)
			name = name[4:]
			continue
		}
		b.WriteByte(name[0])
		name = name[1:]
	}
	return b.String()
}

// escaped returns the byte that s begins with as \xNN.
func escaped(s string) (byte, bool) {
	if len(s) < 4 || s[:2] != `\x` {
		return 0, false
	}
	c, err := strconv.ParseUint(s[2:4], 16, 8)
	return byte(c), err == nil
}

// Name returns the entry's path as tables hold it.
func (e Entry) Name() string { return Name(e.Path) }
