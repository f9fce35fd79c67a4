package command

import (
	"fmt"
	"io/fs"
	"slices"
	"strings"

	"github.com/urfave/cli/v2"
)

// Help holds the texts of a program's help.
//
// NAME.txt is the help of the command NAME (of the sub-command B of A: A-B.txt;
// of the program itself: app.txt): the usage, an empty line, the description.
// topics/NAME.txt is a topic: its title in one line, an empty line, the text. A
// flag's category is the topic that teaches it.
type Help struct {
	Texts fs.FS
	Short []string // the flags that the program's --help shows
}

const (
	flagsTopic = "flags"     // lists all flags
	primary    = "featurize" // has the topics of flags that both programs share
)

// Add gives the app a command help, and itself and each of its commands a text for
// --help. It comes last: the texts list commands and flags.
func (h Help) Add(app *cli.App) {
	app.CustomAppHelpTemplate = h.app(app)
	for _, c := range app.Commands {
		h.addTo(app, c, app.Name+" "+c.Name, c.Name)
	}
	contents := h.contents(app)
	app.HideHelpCommand = true                  // cli's knows no topics
	app.Flags = append(app.Flags, cli.HelpFlag) // which cli adds only with its own command
	app.Commands = append(app.Commands, &cli.Command{
		Name: "help", Usage: "help on a command or a topic", CustomHelpTemplate: contents, HideHelpCommand: true,
		Action: func(c *cli.Context) error {
			if c.Lineage()[1].NumFlags() > 0 { // a nightly run must not end well without a word
				return Usagef("help takes no flags; write ./help for a folder of that name")
			}
			text, err := h.lookUp(app, c.Args().Slice())
			if err == nil {
				_, err = fmt.Fprint(c.App.Writer, text)
			}
			return err
		},
	})
}

func (h Help) addTo(app *cli.App, c *cli.Command, name, file string) {
	c.CustomHelpTemplate = h.command(app, c, name, file)
	for _, sub := range c.Subcommands {
		h.addTo(app, sub, name+" "+sub.Name, file+"-"+sub.Name)
	}
}

// lookUp returns the help on a topic or command, without words the list of them.
func (h Help) lookUp(app *cli.App, words []string) (string, error) {
	if len(words) == 0 {
		words = []string{"help"}
	}
	if len(words) == 1 && slices.Contains(h.topics(), words[0]) {
		return h.topic(app, words[0]), nil
	}
	commands, text := app.Commands, ""
	for _, word := range words {
		i := slices.IndexFunc(commands, func(c *cli.Command) bool { return c.HasName(word) })
		if i < 0 {
			return "", Usagef("no help on %q; the topics are %s, the commands %s", strings.Join(words, " "),
				strings.Join(h.topics(), ", "), strings.Join(commandNames(app), ", "))
		}
		commands, text = commands[i].Subcommands, commands[i].CustomHelpTemplate
	}
	return text, nil
}

// app is the program's --help.
func (h Help) app(app *cli.App) string {
	var b strings.Builder
	usage, text := h.read("app.txt")
	fmt.Fprintf(&b, "%s - %s\n\n%s\n%s", app.Name, app.Usage, indented(usage), text)
	var shown []cli.Flag
	for _, name := range h.Short {
		shown = append(shown, app.Flags[slices.IndexFunc(app.Flags, func(f cli.Flag) bool { return f.Names()[0] == name })])
	}
	fmt.Fprintf(&b, "\nFLAGS\n%s\nCOMMANDS\n%s", flagTable(shown), commandTable(app.Commands))
	fmt.Fprintf(&b, "\n%s help COMMAND, or %s help TOPIC, says more. Topics:\n%s",
		app.Name, app.Name, wrapped("   ", strings.Join(h.topics(), ", ")))
	return b.String()
}

// contents lists what there is help on.
func (h Help) contents(app *cli.App) string {
	var titles [][2]string
	for _, name := range h.topics() {
		title, _ := h.read("topics/" + name + ".txt")
		titles = append(titles, [2]string{name, title})
	}
	return fmt.Sprintf("%s help TOPIC\n%s\n%s help COMMAND\n%s\n%s --help shows the flags that matter first.\n",
		app.Name, table(titles), app.Name, commandTable(app.Commands), app.Name)
}

// topic is a topic's text, and the flags that it teaches.
func (h Help) topic(app *cli.App, name string) string {
	title, text := h.read("topics/" + name + ".txt")
	b := strings.Builder{}
	fmt.Fprintf(&b, "%s %s - %s\n\n%s", app.Name, name, title, text)
	for _, category := range categories(app.Flags) {
		switch {
		case name == flagsTopic && category == "":
			fmt.Fprintf(&b, "\nFLAGS\n%s", flagTable(ofCategory(app.Flags, category)))
		case name == flagsTopic:
			fmt.Fprintf(&b, "\n%s\n%s", strings.ToUpper(category), flagTable(ofCategory(app.Flags, category)))
		case name == category:
			fmt.Fprintf(&b, "\nFLAGS\n%s", flagTable(ofCategory(app.Flags, category)))
		}
	}
	return b.String()
}

// command is a command's --help. Of flags with a topic it has the names.
func (h Help) command(app *cli.App, c *cli.Command, name, file string) string {
	var b strings.Builder
	usage, text := h.read(file + ".txt")
	fmt.Fprintf(&b, "%s - %s\n\n%s", name, c.Usage, indented(usage))
	if text != "" {
		fmt.Fprintf(&b, "\n%s", text)
	}
	if len(c.Subcommands) > 0 {
		fmt.Fprintf(&b, "\nCOMMANDS\n%s", commandTable(c.Subcommands))
	}
	if len(c.Flags) > 0 {
		fmt.Fprintf(&b, "\nFLAGS\n%s", flagTable(ofCategory(c.Flags, "")))
	}
	for _, category := range categories(c.Flags) {
		if category == "" {
			continue
		}
		program := app.Name
		if !slices.Contains(h.topics(), category) {
			program = primary
		}
		b.WriteString(wrapped("   ", fmt.Sprintf("%s: see %s help %s", flagNames(ofCategory(c.Flags, category)), program, category)))
	}
	return b.String()
}

// topics lists the topics in alphabetical order.
func (h Help) topics() []string {
	files, err := fs.Glob(h.Texts, "topics/*.txt")
	if err != nil {
		panic(err) // a bad pattern
	}
	for i, name := range files {
		files[i] = strings.TrimSuffix(strings.TrimPrefix(name, "topics/"), ".txt")
	}
	return files
}

// read returns the first paragraph of an embedded file and the rest.
func (h Help) read(file string) (first, rest string) {
	text, err := fs.ReadFile(h.Texts, file)
	if err != nil {
		panic(err) // it is part of the program
	}
	first, rest, _ = strings.Cut(string(text), "\n\n")
	return strings.TrimSuffix(first, "\n"), rest
}

func commandNames(app *cli.App) (names []string) {
	for _, c := range app.Commands {
		names = append(names, c.Name)
	}
	return names
}
