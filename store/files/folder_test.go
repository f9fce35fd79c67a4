package files_test

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"path"
	"path/filepath"
	"testing"

	"cutpoint/store/files"
	"cutpoint/store/files/filestest"
)

// putCase is a way to give the file name the text newText.
type putCase struct {
	put  func(f files.Folder) error
	over bool // there may be a file of that name
}

const (
	id               = "4bff9fb7-5d82-4a9c-ac7d-52b3e5b0e7a4"
	name             = "t/part-" + id + ".parquet"
	oldText, newText = "old", "new and longer"
)

var putCases = map[string]putCase{
	"PutIfAbsent": {put: func(f files.Folder) error { return f.PutIfAbsent(name, []byte(newText)) }},
	"Replace":     {put: func(f files.Folder) error { return f.Replace(name, []byte(newText)) }, over: true},
	"Put": {put: func(f files.Folder) error {
		write := func(w io.Writer) error { _, err := io.WriteString(w, newText); return err }
		return f.Put(name, write, func(temp string) error { return mustHold(f, temp, newText) })
	}},
}

func mustHold(f files.Folder, name, want string) error {
	b, err := f.Get(name, 100)
	if err == nil && string(b) != want {
		err = fmt.Errorf("%s holds %q, not %q", name, b, want)
	}
	return err
}

// TestPutsAreWhole fails every call of every way to write a file, in every way,
// the power included: the name holds what it held or all of the new bytes, and the
// new ones once the writer was told that they are there.
func TestPutsAreWhole(t *testing.T) {
	for verb, c := range putCases {
		t.Run(verb, func(t *testing.T) {
			for _, fault := range filestest.Faults {
				for k, done := 1, false; !done; k++ {
					done = c.fail(t, fault, k)
				}
			}
		})
	}
}

// fail fails call k, and reports whether there was none to fail.
func (c putCase) fail(t *testing.T, fault filestest.Fault, k int) (done bool) {
	t.Helper()
	disk := filestest.NewDisk()
	f := files.On(disk)
	if err := f.MakeFolder("t"); err != nil {
		t.Fatal(err)
	}
	if c.over {
		if err := f.Replace(name, []byte(oldText)); err != nil {
			t.Fatal(err)
		}
	}
	faulty := filestest.NewFaulty(disk, fault, k)
	put := c.put(files.On(faulty))
	done = len(faulty.Calls()) < k
	if put != nil && !errors.Is(put, fault.Err) || done && put != nil {
		t.Errorf("put with %s at %s: error %v", fault.Name, faulty.Where(), put)
	}
	for i, outage := range filestest.Outages {
		after := files.On(disk.AfterOutage(outage, uint64(100*k+i)))
		if err := c.check(after, put == nil); err != nil {
			t.Errorf("%s at %s, then the power fails (%s): %v", fault.Name, faulty.Where(), outage.Name, err)
		}
	}
	if err := c.check(f, put == nil); err != nil {
		t.Errorf("%s at %s: %v", fault.Name, faulty.Where(), err)
	}
	return done
}

// check looks at the file, and at what else is there.
func (c putCase) check(f files.Folder, mustBeNew bool) error {
	b, err := f.Get(name, 100)
	switch {
	case errors.Is(err, fs.ErrNotExist) && !c.over && !mustBeNew:
	case err != nil:
		return err
	case string(b) != newText && (mustBeNew || !c.over || string(b) != oldText):
		return fmt.Errorf("it holds %q", b)
	}
	entries, err := f.List("t")
	for _, e := range entries {
		if _, temporary := files.Temporary(e.Name()); e.Name() != path.Base(name) && !temporary {
			err = errors.Join(err, fmt.Errorf("%s is left behind", e.Name()))
		}
	}
	return err
}

func TestPutIfAbsentKeepsWhatIsThere(t *testing.T) {
	f, err := files.Open(t.TempDir())
	if err != nil {
		t.Fatal(err)
	}
	if err := f.PutIfAbsent("x", []byte(oldText)); err != nil {
		t.Fatal(err)
	}
	if err := f.PutIfAbsent("x", []byte(newText)); !errors.Is(err, fs.ErrExist) {
		t.Errorf("a name that is taken: %v", err)
	}
	if err := mustHold(f, "x", oldText); err != nil {
		t.Error(err)
	}
	if entries, err := f.List("."); err != nil || len(entries) != 1 {
		t.Errorf("left behind: %v, %v", entries, err)
	}
}

// TestRefusedByItsCheck: what does not read back is not put.
func TestRefusedByItsCheck(t *testing.T) {
	f := files.On(filestest.NewDisk())
	refused := errors.New("it reads back differently")
	write := func(w io.Writer) error { _, err := io.WriteString(w, newText); return err }
	if err := f.Put("x", write, func(string) error { return refused }); !errors.Is(err, refused) {
		t.Errorf("put what its check refuses: error %v, want %v", err, refused)
	}
	if entries, err := f.List("."); err != nil || len(entries) != 0 {
		t.Errorf("left behind: %v, %v", entries, err)
	}
}

func TestGetHasALimit(t *testing.T) {
	f := files.On(filestest.NewDisk())
	if err := f.Replace("x", bytes.Repeat([]byte("a"), 10)); err != nil {
		t.Fatal(err)
	}
	if b, err := f.Get("x", 10); err != nil || len(b) != 10 {
		t.Errorf("10 of 10 bytes: %q, %v", b, err)
	}
	if _, err := f.Get("x", 9); !errors.Is(err, files.ErrUnsupported) {
		t.Errorf("10 bytes where 9 are the limit: %v", err)
	}
}

func TestDeleteAgain(t *testing.T) {
	f := files.On(filestest.NewDisk())
	if err := f.Replace("x", nil); err != nil {
		t.Fatal(err)
	}
	for range 2 {
		if err := f.Delete("x"); err != nil {
			t.Error(err)
		}
	}
}

func TestTemporary(t *testing.T) {
	for name, want := range map[string]string{
		".part-" + id + ".tmp":                      "part-" + id,
		".00000000000000000001.json." + id + ".tmp": "00000000000000000001.json",
		"._last_checkpoint." + id + ".tmp":          "_last_checkpoint",
		"part-" + id + ".tmp":                       "",
		".part-" + id:                               "",
		".mine.tmp":                                 "",
		".tmp":                                      "",
		"":                                          "",
	} {
		if of, ok := files.Temporary(name); of != want || ok != (want != "") {
			t.Errorf("%q is a temporary name of %q, %v; want %q", name, of, ok, want)
		}
	}
}

func TestMakeInNewFolders(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "a", "b")
	for range 2 {
		if err := files.Make(dir); err != nil {
			t.Fatal(err)
		}
	}
	if _, err := files.Open(dir); err != nil {
		t.Error(err)
	}
}
