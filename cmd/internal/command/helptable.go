package command

import (
	"slices"
	"strings"
	"unicode/utf8"

	"github.com/urfave/cli/v2"
)

const (
	helpColumns = 100 // maximum number of characters in a line of help
	widestName  = 26  // maximum width of the left column; longer names have a line of their own
)

// table sets names and what is said of them in two columns.
func table(rows [][2]string) string {
	width := 0
	for _, r := range rows {
		if n := utf8.RuneCountInString(r[0]); n <= widestName {
			width = max(width, n)
		}
	}
	var b strings.Builder
	for _, r := range rows {
		name, pad := "   "+r[0], width-utf8.RuneCountInString(r[0])
		if pad < 0 {
			b.WriteString(name + "\n")
			name, pad = "   ", width
		}
		left := name + strings.Repeat(" ", pad+2)
		lines := wrapped(strings.Repeat(" ", width+5), r[1])
		b.WriteString(left + strings.TrimLeft(lines, " "))
	}
	return b.String()
}

// wrapped breaks a text into lines behind a margin.
func wrapped(margin, text string) string {
	var b strings.Builder
	line := margin
	for _, word := range strings.Fields(text) {
		switch {
		case line == margin:
			line += word
		case utf8.RuneCountInString(line)+1+utf8.RuneCountInString(word) <= helpColumns:
			line += " " + word
		default:
			b.WriteString(line + "\n")
			line = margin + word
		}
	}
	return b.String() + line + "\n"
}

// indented sets lines behind the margin of tables.
func indented(text string) string {
	return "   " + strings.ReplaceAll(text, "\n", "\n   ") + "\n"
}

func commandTable(commands []*cli.Command) string {
	var rows [][2]string
	for _, c := range commands {
		rows = append(rows, [2]string{c.Name, c.Usage})
	}
	return table(rows)
}

func flagTable(flags []cli.Flag) string {
	var rows [][2]string
	for _, f := range flags {
		rows = append(rows, flagRow(f.(cli.DocGenerationFlag)))
	}
	return table(rows)
}

// flagRow is a flag with the name of its value (in backquotes in its usage), and
// its usage with default and environment variable. "`NAME`: text" is text alone.
func flagRow(f cli.DocGenerationFlag) [2]string {
	names := ""
	for _, name := range f.(cli.Flag).Names() {
		if len(name) == 1 {
			names += ", -" + name
		} else {
			names += "--" + name
		}
	}
	usage := f.GetUsage()
	if before, rest, found := strings.Cut(usage, "`"); found {
		value, after, _ := strings.Cut(rest, "`")
		names, usage = names+" "+value, before+value+after
		if text, ok := strings.CutPrefix(after, ": "); ok && before == "" {
			usage = text
		}
	}
	if d := strings.Trim(f.GetDefaultText(), `"`); d != "" && d != "0" && d != "0s" && f.TakesValue() {
		usage += " (default: " + d + ")"
	}
	for _, variable := range f.GetEnvVars() {
		usage += " [$" + variable + "]"
	}
	return [2]string{names, usage}
}

func flagNames(flags []cli.Flag) string {
	var names []string
	for _, f := range flags {
		names = append(names, "--"+f.Names()[0])
	}
	return strings.Join(names, ", ")
}

// categories lists the flags' categories in the order of their first flag.
func categories(flags []cli.Flag) (list []string) {
	for _, f := range flags {
		if c := categoryOf(f); !isHelpFlag(f) && !slices.Contains(list, c) {
			list = append(list, c)
		}
	}
	return list
}

func ofCategory(flags []cli.Flag, category string) []cli.Flag {
	return slices.DeleteFunc(slices.Clone(flags), func(f cli.Flag) bool { return categoryOf(f) != category || isHelpFlag(f) })
}

func categoryOf(f cli.Flag) string {
	if c, ok := f.(cli.CategorizableFlag); ok {
		return c.GetCategory()
	}
	return ""
}

// isHelpFlag: cli adds --help of its own.
func isHelpFlag(f cli.Flag) bool { return f.Names()[0] == "help" }
