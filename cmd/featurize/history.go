package main

import (
	"fmt"
	"io"
	"slices"
	"strings"
	"text/tabwriter"
	"time"

	"github.com/urfave/cli/v2"

	"cutpoint/cmd/internal/command"
	"cutpoint/pipeline/printable"
	"cutpoint/pipeline/quantity"
	"cutpoint/store"
)

func historyCommand() *cli.Command {
	return &cli.Command{
		Name: "history", Usage: "list the runs that wrote to a store, or every commit",
		Flags: []cli.Flag{
			storeFlag(),
			&cli.BoolFlag{Name: "commits", Usage: "one line per commit"},
			&cli.StringFlag{Name: "table", Usage: "`TABLE`: only commits of this table: a cut, documents or failures"},
			&cli.IntFlag{Name: "last", Usage: "`N`: only the last n lines (0: all)"},
			jsonFlag(),
		},
		Action: historyAction,
	}
}

func historyAction(c *cli.Context) error {
	if c.Int("last") < 0 {
		return command.Usagef("--last cannot be negative")
	}
	s, err := openStore(c)
	if err != nil {
		return err
	}
	commits, err := s.History(c.Context)
	if err != nil {
		return err
	}
	if table := c.String("table"); table != "" {
		commits = slices.DeleteFunc(commits, func(m store.Commit) bool { return m.Table != table })
		if len(commits) == 0 {
			return fmt.Errorf("store %s has no commit of a table %q", s.Dir(), table)
		}
	}
	switch {
	case c.Bool("json"):
		return command.WriteJSON(c.App.Writer, newest(commits, c.Int("last")))
	case c.Bool("commits"):
		return printCommits(printable.NewWriter(c.App.Writer), newest(commits, c.Int("last")))
	}
	return printRuns(printable.NewWriter(c.App.Writer), newest(runsOf(commits), c.Int("last")))
}

func newest[T any](lines []T, n int) []T {
	if n == 0 || n > len(lines) {
		return lines
	}
	return lines[len(lines)-n:]
}

func printCommits(w io.Writer, commits []store.Commit) error {
	t := tabwriter.NewWriter(w, 0, 0, 2, ' ', 0)
	fmt.Fprintf(t, "time\ttable\tversion\toperation\trows\tparts\tsize\tseconds\trun\n")
	for _, m := range commits {
		fmt.Fprintf(t, "%s\t%s\t%d\t%s\t%d\t+%d −%d\t%s\t%.2f\t%.8s\n", m.Time.Local().Format(time.DateTime), m.Table, m.Version,
			printable.Line(m.Operation), m.RowsAdded, m.PartsAdded, m.PartsRemoved, quantity.Bytes(m.BytesAdded), m.Seconds, printable.Line(m.Run))
	}
	return t.Flush()
}

// runLine sums up the commits of one run.
type runLine struct {
	run        string
	began, end time.Time
	operations []string
	commits    int
	rows       map[string]int64
	tables     []string // in the order of their first commit
}

// runsOf groups commits by their run; those without one stand alone.
func runsOf(commits []store.Commit) []*runLine {
	var lines []*runLine
	byRun := map[string]*runLine{}
	for _, m := range commits {
		line := byRun[m.Run]
		if line == nil {
			line = &runLine{run: m.Run, began: m.Started, rows: map[string]int64{}}
			if line.began.IsZero() {
				line.began = m.Time
			}
			lines = append(lines, line)
			if m.Run != "" {
				byRun[m.Run] = line
			}
		}
		line.add(m)
	}
	return lines
}

func (l *runLine) add(m store.Commit) {
	l.commits++
	l.end = m.Time
	if !slices.Contains(l.operations, m.Operation) {
		l.operations = append(l.operations, m.Operation)
	}
	if _, known := l.rows[m.Table]; !known {
		l.tables = append(l.tables, m.Table)
	}
	l.rows[m.Table] += m.RowsAdded
}

func printRuns(w io.Writer, runs []*runLine) error {
	t := tabwriter.NewWriter(w, 0, 0, 2, ' ', 0)
	fmt.Fprintf(t, "began\ttook\trun\tcommits\toperations\trows written\n")
	for _, r := range runs {
		var rows []string
		for _, table := range r.tables {
			rows = append(rows, fmt.Sprintf("%s %d", table, r.rows[table]))
		}
		run := fmt.Sprintf("%.8s", printable.Line(r.run))
		if run == "" {
			run = "-"
		}
		fmt.Fprintf(t, "%s\t%s\t%s\t%d\t%s\t%s\n", r.began.Local().Format(time.DateTime), r.end.Sub(r.began).Round(time.Second/10),
			run, r.commits, printable.Line(strings.ToLower(strings.Join(r.operations, ", "))), strings.Join(rows, ", "))
	}
	return t.Flush()
}
