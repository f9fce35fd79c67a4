package filestest

import (
	"errors"
	"fmt"
	"io"
	"io/fs"
	"testing"

	"cutpoint/store/files"
)

// TestDisk does the same on the disk in memory and on a real one.
func TestDisk(t *testing.T) {
	disk, err := files.OpenDisk(t.TempDir())
	if err != nil {
		t.Fatal(err)
	}
	real, memory := diskTale(disk), diskTale(NewDisk())
	if len(real) != len(memory) {
		t.Fatalf("%d steps on a real disk and %d in memory:\n%q\n%q", len(real), len(memory), real, memory)
	}
	for i := range real {
		if real[i] != memory[i] {
			t.Errorf("on a disk: %s, in memory: %s", real[i], memory[i])
		}
	}
}

// diskTale does everything that a store asks of files, and says what came of it.
func diskTale(f files.Disk) (tale []string) {
	say := func(what string, err error) {
		outcome := "done"
		for name, kind := range map[string]error{"taken": fs.ErrExist, "missing": fs.ErrNotExist} {
			if errors.Is(err, kind) {
				outcome = name
			}
		}
		if err != nil && outcome == "done" {
			outcome = "failed"
		}
		tale = append(tale, what+": "+outcome)
	}
	create := func(name, text string) {
		w, err := f.Create(name)
		say("create "+name, err)
		if err == nil {
			_, err = io.WriteString(w, text)
			say("write "+name, errors.Join(err, w.Sync(), w.Close()))
		}
	}
	say("mkdir a", f.Mkdir("a"))
	say("mkdir a", f.Mkdir("a"))
	say("mkdir b/c", f.Mkdir("b/c"))
	create("a/x", "one")
	create("a/x", "two")
	create("b/x", "three")
	say("link", f.Link("a/x", "a/y"))
	say("link", f.Link("a/x", "a/y"))
	say("link nothing", f.Link("a/none", "a/z"))
	say("rename", f.Rename("a/x", "a/z"))
	say("rename nothing", f.Rename("a/x", "a/z"))
	create("a/w", "four")
	say("rename over", f.Rename("a/w", "a/y"))
	say("remove a folder with files", f.Remove("a"))
	say("remove nothing", f.Remove("a/x"))
	say("sync", f.SyncDir("a"))
	say("sync the root", f.SyncDir("."))
	say("sync nothing", f.SyncDir("b"))
	for _, name := range []string{"a/y", "a/z", "a/none", "a"} {
		r, err := f.Open(name)
		say("open "+name, err)
		if err == nil {
			b, err := io.ReadAll(r)
			say(fmt.Sprintf("read %s: %s", name, b), errors.Join(err, r.Close()))
		}
		_, err = f.Lstat(name)
		say("lstat "+name, err)
	}
	for _, name := range []string{".", "a", "b"} {
		entries, err := f.ReadDir(name)
		say(fmt.Sprint("list ", name, " ", entries), err)
	}
	say("remove", f.Remove("a/y"))
	return tale
}
