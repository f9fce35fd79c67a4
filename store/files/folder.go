package files

import (
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path"
	"path/filepath"
)

// Folder is where the files of a store stand. Names are relative to it, with
// slashes. What one of its methods wrote is durable when it returns without an
// error; an error of one says what helps. It may be used by several goroutines.
type Folder struct{ disk Disk }

// On returns the folder that a disk is.
func On(d Disk) Folder { return Folder{d} }

// Open opens a folder of the file system.
func Open(dir string) (Folder, error) {
	d, err := OpenDisk(dir)
	return Folder{d}, err
}

// Make makes a folder of the file system and what is missing above it, and makes
// their names durable: a power failure must not take the whole store with them.
func Make(dir string) error {
	var above []string // folders with a new name in them
	for at := filepath.Clean(dir); ; at = filepath.Dir(at) {
		above = append(above, filepath.Dir(at))
		if _, err := os.Stat(at); err == nil || at == filepath.Dir(at) {
			break
		}
	}
	if err := os.MkdirAll(dir, 0o755); err != nil {
		return explained(err)
	}
	for _, name := range above {
		if err := syncFolder(name); err != nil && !errors.Is(err, fs.ErrPermission) { // such a folder was there before
			return explained(err)
		}
	}
	return nil
}

func syncFolder(name string) error {
	d, err := os.Open(name)
	if err != nil {
		return err
	}
	return errors.Join(d.Sync(), d.Close())
}

// Open opens a file for reading; it refuses what is no regular file.
func (f Folder) Open(name string) (File, error) { return f.disk.Open(name) }

// Get reads a file of at most limit bytes.
func (f Folder) Get(name string, limit int64) ([]byte, error) {
	r, err := f.disk.Open(name)
	if err != nil {
		return nil, err
	}
	defer r.Close()
	b, err := io.ReadAll(io.LimitReader(r, limit+1))
	if err == nil && int64(len(b)) > limit {
		return nil, fmt.Errorf("%w: more than %d bytes", ErrUnsupported, limit)
	}
	return b, err
}

// Stat describes a file; it does not follow links.
func (f Folder) Stat(name string) (fs.FileInfo, error) { return f.disk.Lstat(name) }

// List lists a folder, sorted by name, temporary files included.
func (f Folder) List(name string) ([]fs.DirEntry, error) { return f.disk.ReadDir(name) }

// IsFolder reports whether name is a folder itself, not a link to one. It is an
// error if name is something else.
func (f Folder) IsFolder(name string) (bool, error) {
	info, err := f.disk.Lstat(name)
	if errors.Is(err, fs.ErrNotExist) {
		return false, nil
	}
	if err != nil {
		return false, err
	}
	if !info.IsDir() {
		return false, fmt.Errorf("%s is not a folder", name)
	}
	return true, nil
}

// MakeFolder makes a folder if it is not there.
func (f Folder) MakeFolder(name string) error {
	if err := f.disk.Mkdir(name); err != nil && !errors.Is(err, fs.ErrExist) {
		return fmt.Errorf("make folder %s: %w", name, explained(err))
	}
	if _, err := f.IsFolder(name); err != nil {
		return err
	}
	return f.Settle(path.Dir(name))
}

// Settle makes durable which names stand in a folder, whoever gave them.
func (f Folder) Settle(name string) error {
	if err := f.disk.SyncDir(name); err != nil {
		return fmt.Errorf("sync folder %s: %w", name, explained(err))
	}
	return nil
}

// Delete removes a file; one that is not there is no error. The removal need not
// be durable before the next Settle of its folder.
func (f Folder) Delete(name string) error {
	if err := f.disk.Remove(name); err != nil && !errors.Is(err, fs.ErrNotExist) {
		return explained(err)
	}
	return nil
}
