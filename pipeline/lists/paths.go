package lists

import (
	"errors"
	"io"
)

// readPaths reads paths, one a line or between NULs. Their bytes are taken as they are.
func readPaths(in *lines, o Options, yield func(Row) error) error {
	for {
		line, err := in.next()
		if errors.Is(err, io.EOF) {
			return nil
		}
		if err != nil {
			return err
		}
		if len(line) == 0 {
			continue
		}
		path := string(line)
		if in.end != 0 { // of lines alone: what find -print0 wrote are names that exist
			if path, err = o.path(path); err != nil {
				return at(in.number, err)
			}
		}
		if err := yield(Row{Line: in.number, Unit: "line", Path: path}); err != nil {
			return at(in.number, err)
		}
	}
}
