package files

import (
	"errors"
	"io"
	"io/fs"
	"path"
	"strings"

	"github.com/google/uuid"
)

// PutIfAbsent gives a name its bytes, or returns fs.ErrExist if the name is taken:
// of several writers one wins. After any other error the file may be there.
func (f Folder) PutIfAbsent(name string, b []byte) error {
	temp := sharedTemp(name)
	if err := f.createSynced(temp, content(b)); err != nil {
		return explained(err)
	}
	// link(2) is atomic and fails if the name exists: Delta's put-if-absent.
	err := f.disk.Link(temp, name)
	f.disk.Remove(temp) // else it is found by its name (Temporary)
	if errors.Is(err, fs.ErrExist) {
		return err
	}
	if err != nil {
		return explained(err)
	}
	return f.Settle(path.Dir(name))
}

// Replace gives a name new bytes; readers see the old ones or the new ones.
func (f Folder) Replace(name string, b []byte) error {
	return f.put(sharedTemp(name), name, content(b), nil)
}

// Put writes a file under a name that no other writer uses: before its extension
// it ends in a UUID. Before the file gets its name, check, unless nil, reads it back
// under a temporary one; if that fails, nothing is put.
func (f Folder) Put(name string, write func(io.Writer) error, check func(temp string) error) error {
	folder, base := path.Split(name)
	temp := folder + "." + strings.TrimSuffix(base, path.Ext(base)) + tempSuffix
	return f.put(temp, name, write, check)
}

func (f Folder) put(temp, name string, write func(io.Writer) error, check func(temp string) error) error {
	if err := f.createSynced(temp, write); err != nil {
		return explained(err)
	}
	var err error
	if check != nil {
		err = check(temp)
	}
	if err == nil {
		err = f.disk.Rename(temp, name)
	}
	if err != nil {
		f.disk.Remove(temp) // the first error says more
		return explained(err)
	}
	return f.Settle(path.Dir(name))
}

// createSynced writes a new file in full and makes its bytes (not yet its name)
// durable. The file is removed if that fails.
func (f Folder) createSynced(name string, write func(io.Writer) error) (err error) {
	w, err := f.disk.Create(name)
	if err != nil {
		return err
	}
	defer func() {
		if err != nil {
			f.disk.Remove(name) // the first error says more
		}
	}()
	if err := write(w); err != nil {
		w.Close()
		return err
	}
	if err := w.Sync(); err != nil {
		w.Close()
		return err
	}
	return w.Close()
}

func content(b []byte) func(io.Writer) error {
	return func(w io.Writer) error {
		_, err := w.Write(b)
		return err
	}
}

const tempSuffix = ".tmp"

// sharedTemp is a temporary name for a file whose name others may want, too.
func sharedTemp(name string) string {
	folder, base := path.Split(name)
	return folder + "." + base + "." + uuid.NewString() + tempSuffix
}

// Temporary reports whether a file's name is a temporary one, and for which file:
// its name, without its extension if it was given by Put.
func Temporary(name string) (of string, ok bool) {
	of, ok = strings.CutPrefix(name, ".")
	of, ok2 := strings.CutSuffix(of, tempSuffix)
	at := len(of) - len(uuid.Nil.String())
	if !ok || !ok2 || at < 0 || uuid.Validate(of[at:]) != nil {
		return "", false
	}
	if at > 0 && of[at-1] == '.' {
		return of[:at-1], true
	}
	return of, true
}
