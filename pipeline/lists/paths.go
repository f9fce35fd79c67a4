package lists

import (
	"errors"
	"io"
	"strings"
)

// readPaths reads paths, one a line or between NULs. Their bytes are taken as they are,
// but for white space around a path that names no file with it.
func readPaths(in *lines, o Options, yield func(Row) error) error {
	for {
		line, err := in.next()
		if errors.Is(err, io.EOF) {
			return nil
		}
		if err != nil {
			return err
		}
		path := string(line)
		if in.end != 0 { // of lines alone: what find -print0 wrote are names that exist
			if path = o.trim(path); path == "" {
				continue
			}
			if path, err = o.path(path); err != nil {
				return at(in.number, err)
			}
		}
		if path == "" {
			continue
		}
		if err := yield(Row{Line: in.number, Unit: "line", Path: path}); err != nil {
			return at(in.number, err)
		}
	}
}

func (o Options) trim(path string) string {
	trimmed := strings.TrimSpace(path)
	if trimmed == path || o.exists(path) {
		return path
	}
	return trimmed
}
