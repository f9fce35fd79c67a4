package command

import (
	"bytes"
	"encoding/json"
	"io"
	"os"

	"golang.org/x/term"

	"cutpoint/pipeline/printable"
)

// WriteJSON writes a value for programs and people.
func WriteJSON(w io.Writer, v any) error {
	var b bytes.Buffer
	out := json.NewEncoder(&b)
	out.SetIndent("", "  ")
	if err := out.Encode(v); err != nil {
		return err
	}
	_, err := w.Write(printable.JSON(b.Bytes()))
	return err
}

// IsTerminal reports whether a program's output is shown to people.
func IsTerminal(w io.Writer) bool {
	f, ok := w.(*os.File)
	return ok && term.IsTerminal(int(f.Fd()))
}

// Data returns where text for other programs is written: to a terminal, names in it come as
// printable.Line has them.
func Data(w io.Writer) io.Writer {
	if IsTerminal(w) {
		return printable.NewWriter(w)
	}
	return w
}
