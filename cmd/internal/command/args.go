package command

import (
	"slices"
	"strings"

	"github.com/urfave/cli/v2"
)

// Arrange reorders a command line so that flags are understood before and after
// the arguments, which urfave/cli alone does not do: flags first, then the
// arguments. A sub-command's words follow its name, arranged by its own flags.
// "--" ends the flags.
func Arrange(app *cli.App, args []string) []string {
	if len(args) == 0 {
		return args
	}
	rest := args[1:]
	takes := takesValue(app.Flags)
	for i := 0; i < len(rest); i++ {
		word := rest[i]
		if word == "--" {
			break
		}
		if isFlag(word) {
			i += skipValue(word, takes)
			continue
		}
		if sub := app.Command(word); sub != nil {
			for i+1 < len(rest) { // one of its own
				next := slices.IndexFunc(sub.Subcommands, func(c *cli.Command) bool { return c.HasName(rest[i+1]) })
				if next < 0 {
					break
				}
				i, sub = i+1, sub.Subcommands[next]
			}
			both := slices.Concat(app.Flags, sub.Flags)
			out := slices.Concat(args[:1], rest[:i+1])
			return append(out, flagsFirst(rest[i+1:], takesValue(both))...)
		}
		break
	}
	return append([]string{args[0]}, flagsFirst(rest, takes)...)
}

func flagsFirst(words []string, takes map[string]bool) []string {
	var flags, arguments []string
	for i := 0; i < len(words); i++ {
		word := words[i]
		if word == "--" {
			arguments = append(arguments, words[i+1:]...)
			break
		}
		if !isFlag(word) {
			arguments = append(arguments, word)
			continue
		}
		end := min(i+1+skipValue(word, takes), len(words))
		flags = append(flags, words[i:end]...)
		i = end - 1
	}
	if len(arguments) > 0 {
		flags = append(flags, "--")
	}
	return append(flags, arguments...)
}

func isFlag(word string) bool { return len(word) > 1 && word[0] == '-' }

func skipValue(word string, takes map[string]bool) int {
	if takes[strings.TrimLeft(word, "-")] {
		return 1
	}
	return 0
}

// takesValue lists the names of the flags that are followed by a value.
func takesValue(flags []cli.Flag) map[string]bool {
	takes := map[string]bool{}
	for _, f := range flags {
		if _, isBool := f.(*cli.BoolFlag); isBool {
			continue
		}
		for _, name := range f.Names() {
			takes[name] = true
		}
	}
	return takes
}
