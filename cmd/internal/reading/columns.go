package reading

import (
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/urfave/cli/v2"

	"cutpoint/cmd/internal/command"
	"cutpoint/pipeline/lists"
	"cutpoint/schemas"
)

// ColumnFlag returns the flag with which the columns of lists are renamed; category is
// the topic of the program's help that teaches lists.
func ColumnFlag(category string) cli.Flag {
	return &cli.GenericFlag{Name: "column", Category: category, Value: &columns{},
		Usage: "`NAME=COLUMN`: what lists call the column path, label, split or document_id, such as label=class; may be given several times"}
}

// columns is the value of the flag: our names → the lists'.
type columns struct{ names map[string]string }

func (c *columns) Set(text string) error {
	name, column, found := strings.Cut(text, "=")
	name, column = strings.ToLower(strings.TrimSpace(name)), strings.TrimSpace(column)
	known := []string{schemas.ColumnPath, schemas.ColumnLabel, schemas.ColumnSplit, schemas.ColumnDocumentID}
	if !found || column == "" || !slices.Contains(known, name) {
		return fmt.Errorf("write one of %s, and what the list calls it, as in --column label=class", strings.Join(known, ", "))
	}
	if earlier := c.names[name]; earlier != "" && earlier != column {
		return fmt.Errorf("%s is column %s already; name one", name, earlier)
	}
	if c.names == nil {
		c.names = map[string]string{}
	}
	c.names[name] = column
	return nil
}

func (c *columns) String() string {
	var list []string
	for _, name := range slices.Sorted(maps.Keys(c.names)) {
		list = append(list, name+"="+c.names[name])
	}
	return strings.Join(list, " ")
}

// Columns returns what the flag says.
func Columns(c *cli.Context) map[string]string {
	if v, ok := c.Generic("column").(*columns); ok {
		return v.names
	}
	return nil
}

// ExplainColumns adds to an error about a list's columns how to name them.
func ExplainColumns(err error) error {
	var e *lists.ColumnError
	if !errors.As(err, &e) {
		return err
	}
	column := e.Like
	if column == "" {
		column = "COLUMN"
	}
	if strings.ContainsAny(column, " \t'\"$`\\") {
		column = "'" + strings.ReplaceAll(column, "'", `'\''`) + "'"
	}
	return &command.ExitError{Code: command.Fatal, Err: fmt.Errorf("%w; say which one it is with --column %s=%s", err, e.Missing, column)}
}
