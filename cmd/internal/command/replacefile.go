package command

import (
	"bufio"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
)

// ReplaceFile writes a file whole or not at all: a reader, or whoever looks after a
// power failure, finds the old file or the new one. What is not a regular file, such as a
// pipe, is refused.
func ReplaceFile(path string, write func(io.Writer) error) error {
	if err := replaceFile(path, write); err != nil {
		return fmt.Errorf("write %s: %w", path, err)
	}
	return nil
}

func replaceFile(path string, write func(io.Writer) error) error {
	if info, err := os.Stat(path); err == nil && !info.Mode().IsRegular() {
		return errors.New("it is not a regular file, and would be replaced by one; name another one")
	}
	folder := filepath.Dir(path)
	f, err := os.CreateTemp(folder, "."+filepath.Base(path)+".*")
	if err != nil {
		return err
	}
	defer os.Remove(f.Name()) // fails once it is renamed
	b := bufio.NewWriterSize(f, 1<<20)
	for _, step := range []func() error{
		func() error { return write(b) }, b.Flush,
		func() error { return f.Chmod(0o644) }, // CreateTemp's 0600 would hide the file from colleagues
		f.Sync, f.Close,
		func() error { return os.Rename(f.Name(), path) },
	} {
		if err := step(); err != nil {
			f.Close()
			return err
		}
	}
	return syncFolder(folder)
}

// syncFolder makes the names in a folder durable, if the folder may be read.
func syncFolder(path string) error {
	folder, err := os.Open(path)
	if errors.Is(err, fs.ErrPermission) {
		return nil
	}
	if err != nil {
		return err
	}
	return errors.Join(folder.Sync(), folder.Close())
}
