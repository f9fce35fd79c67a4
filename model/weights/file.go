package weights

import (
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
)

// sourceFile is the file that a user named.
type sourceFile struct {
	*os.File
	size   int64
	folder modelFolder
}

// openFile opens a regular file, or the model.json of a folder.
func openFile(path string) (*sourceFile, error) {
	// Stat first: opening a named pipe would wait for its writer.
	info, err := os.Stat(path)
	if err == nil && info.IsDir() {
		path = filepath.Join(path, "model.json")
		if info, err = os.Stat(path); errors.Is(err, fs.ErrNotExist) {
			return nil, errors.New("it is a folder without the model.json of a TensorFlow.js model: " + accepted)
		}
	}
	switch {
	case errors.Is(err, fs.ErrNotExist):
		return nil, fmt.Errorf("there is no such file: %s (%w)", accepted, fs.ErrNotExist)
	case err != nil:
		return nil, err
	case !info.Mode().IsRegular():
		return nil, fmt.Errorf("it is not a regular file (%s): %s", info.Mode().Type(), accepted)
	}
	f, err := os.Open(path)
	if err != nil {
		return nil, err
	}
	return &sourceFile{f, info.Size(), modelFolder{path: filepath.Dir(path)}}, nil
}

func (f *sourceFile) close() {
	f.File.Close()
	f.folder.close()
}

// modelFolder opens the files that a model names, which must lie in its folder. A nil
// modelFolder refuses all.
type modelFolder struct {
	path   string
	root   *os.Root
	opened []*os.File
}

// open opens a regular file by a path below the folder, written with slashes. It
// follows no symbolic link: a model that came from elsewhere must not choose which
// of this machine's files are read.
func (m *modelFolder) open(name string) (io.ReaderAt, int64, error) {
	local := filepath.FromSlash(name)
	if m == nil || !filepath.IsLocal(local) {
		return nil, 0, fmt.Errorf("it names the file %.200q, which does not lie in its folder: do not trust this model", name)
	}
	var err error
	if m.root == nil {
		if m.root, err = os.OpenRoot(m.path); err != nil {
			return nil, 0, err
		}
	}
	for at := local; at != "."; at = filepath.Dir(at) {
		info, err := m.root.Lstat(at)
		switch {
		case errors.Is(err, fs.ErrNotExist):
			return nil, 0, fmt.Errorf("the model's file %.200q is missing: it belongs in the same folder", name)
		case err != nil:
			return nil, 0, err
		case at == local && !info.Mode().IsRegular() || info.Mode()&fs.ModeSymlink != 0:
			return nil, 0, fmt.Errorf("the model's file %.200q is not a regular file in its folder (symbolic links are not followed)", name)
		}
	}
	f, err := m.root.Open(local)
	if err != nil {
		return nil, 0, err
	}
	m.opened = append(m.opened, f)
	info, err := f.Stat()
	if err != nil {
		return nil, 0, err
	}
	return f, info.Size(), nil
}

func (m *modelFolder) close() {
	for _, f := range m.opened {
		f.Close()
	}
	if m.root != nil {
		m.root.Close()
	}
}
