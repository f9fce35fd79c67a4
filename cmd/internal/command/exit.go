// Package command is what featurize and fit share at the edge to the user: exit
// codes, the order of flags and arguments, signals, logging, progress.
package command

import (
	"context"
	"errors"
	"fmt"
	"io"

	"cutpoint/pipeline/printable"
)

// Exit codes, as --help documents them.
const (
	OK          = 0
	Fatal       = 1
	SomeFailed  = 3
	Usage       = 64 // EX_USAGE of sysexits.h
	Unavailable = 69 // EX_UNAVAILABLE: no GPU can be used
	Locked      = 75 // EX_TEMPFAIL of sysexits.h
	Interrupted = 130
)

// ExitError carries an exit code to main. Its Err may be nil: everything was
// already said.
type ExitError struct {
	Code int
	Err  error
}

func (e *ExitError) Error() string {
	if e.Err == nil {
		return fmt.Sprintf("exit code %d", e.Code)
	}
	return e.Err.Error()
}

func (e *ExitError) Unwrap() error { return e.Err }

// Usagef makes an error that ends the program with the code for wrong usage.
func Usagef(format string, args ...any) error {
	return &ExitError{Usage, fmt.Errorf(format, args...)}
}

// Report prints err in one line to w, where there is something to say, and
// returns the exit code.
func Report(w io.Writer, program string, err error) int {
	if err == nil {
		return OK
	}
	code := Fatal
	var exit *ExitError
	switch {
	case errors.As(err, &exit):
		if code = exit.Code; exit.Err == nil {
			return code
		}
	case errors.Is(err, context.Canceled):
		code = Interrupted
	}
	fmt.Fprintf(w, "%s: %s\n", program, printable.Line(err.Error()))
	if code == Usage {
		fmt.Fprintf(w, "Run '%s --help' for how to use it.\n", program)
	}
	return code
}
