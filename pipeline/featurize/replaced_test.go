package featurize

import (
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"math/rand/v2"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"cutpoint/schemas"
)

func idOf(data []byte) string {
	sum := sha256.Sum256(data)
	return hex.EncodeToString(sum[:])
}

// state describes the documents table in a word a document: where it is, or by what
// it was replaced.
func (f *fixture) state(names map[string]string, dir string) map[string]string {
	out := map[string]string{}
	for _, d := range f.documents {
		at, _ := filepath.Rel(dir, d.Path)
		if d.ReplacedBy != nil {
			at += " replaced by " + names[*d.ReplacedBy]
		}
		out[names[d.DocumentID]] = at
	}
	return out
}

// TestReplaced: each step changes the corpus, runs over it and says what the table
// knows then.
func TestReplaced(t *testing.T) {
	contents := map[string][]byte{"x": pagePNG(t, 1), "y": pagesTIFF(10, 20), "z": pagePNG(t, 3), "bad": []byte("no image"),
		"p": pagesTIFF(1), "q": pagesTIFF(2)}
	names := map[string]string{}
	for name, data := range contents {
		names[idOf(data)] = name
	}
	type step struct {
		change   []string // PATH=CONTENT, -PATH, OLD>NEW, or PATH~CONTENT, which leaves the file's time and is followed by --rehash
		replaced int
		want     map[string]string
	}
	type state = map[string]string
	for name, steps := range map[string][]step{
		"replaced, and again": {
			{[]string{"a=x"}, 0, state{"x": "a"}},
			{[]string{"a=y"}, 1, state{"x": "a replaced by y", "y": "a"}},
			{[]string{"a=z"}, 1, state{"x": "a replaced by y", "y": "a replaced by z", "z": "a"}},
		},
		"restored": {
			{[]string{"a=x"}, 0, state{"x": "a"}},
			{[]string{"a=y"}, 1, state{"x": "a replaced by y", "y": "a"}},
			{[]string{"a=x"}, 1, state{"x": "a", "y": "a replaced by x"}},
		},
		"swapped": {
			{[]string{"a=x", "b=y"}, 0, state{"x": "a", "y": "b"}},
			{[]string{"a>c", "b>a", "c>b"}, 0, state{"x": "b", "y": "a"}},
		},
		"a copy stays where the first was replaced": {
			{[]string{"b=x", "c=x"}, 0, state{"x": "b"}},
			{[]string{"b=y"}, 0, state{"x": "c", "y": "b"}},
			{[]string{"c=z"}, 1, state{"x": "c replaced by z", "y": "b", "z": "c"}},
		},
		"a copy that comes first": {
			{[]string{"b=x"}, 0, state{"x": "b"}},
			{[]string{"a=x", "b=y"}, 0, state{"x": "a", "y": "b"}},
		},
		"a copy that came first stays": {
			{[]string{"b=p"}, 0, state{"p": "b"}},
			{[]string{"a=p"}, 0, state{"p": "b"}},
			{[]string{"b~q"}, 0, state{"p": "a", "q": "b"}},
		},
		"a copy that comes last stays": {
			{[]string{"a=p", "b=p"}, 0, state{"p": "a"}},
			{[]string{"a~q"}, 0, state{"p": "b", "q": "a"}},
		},
		"replaced without a trace": {
			{[]string{"a=p"}, 0, state{"p": "a"}},
			{[]string{"a~q"}, 1, state{"p": "a replaced by q", "q": "a"}},
			{[]string{"a~p"}, 1, state{"p": "a", "q": "a replaced by p"}},
		},
		"replaced by a copy of another": {
			{[]string{"a=x", "b=y"}, 0, state{"x": "a", "y": "b"}},
			{[]string{"b=x"}, 1, state{"x": "a", "y": "b replaced by x"}},
		},
		"moved, and another one in its place": {
			{[]string{"a=x"}, 0, state{"x": "a"}},
			{[]string{"a>b", "a=y"}, 0, state{"x": "b", "y": "a"}},
			{[]string{"b=z"}, 1, state{"x": "b replaced by z", "y": "a", "z": "b"}},
		},
		"what replaced it moves away": {
			{[]string{"a=x"}, 0, state{"x": "a"}},
			{[]string{"a=y"}, 1, state{"x": "a replaced by y", "y": "a"}},
			{[]string{"a>b"}, 0, state{"x": "a replaced by y", "y": "b"}},
		},
		"deleted is not replaced": {
			{[]string{"a=x", "b=y"}, 0, state{"x": "a", "y": "b"}},
			{[]string{"-a"}, 0, state{"x": "a", "y": "b"}},
			{[]string{"a=z"}, 1, state{"x": "a replaced by z", "y": "b", "z": "a"}},
		},
		"replaced by what cannot be read": {
			{[]string{"a=x"}, 0, state{"x": "a"}},
			{[]string{"a=bad"}, 1, state{"x": "a replaced by bad"}},
			{[]string{"a=x"}, 0, state{"x": "a"}},
		},
	} {
		t.Run(name, func(t *testing.T) {
			dir := t.TempDir()
			f := newFixture(t, "fc2")
			for i, s := range steps {
				for k, c := range s.change {
					alter(t, dir, contents, c, time.Unix(int64(1000+10*i+k), 0))
				}
				f.opt.Rehash = strings.Contains(s.change[0], "~")
				sum := f.mustRun(t, dir)
				f.opt.Rehash = false
				if got := f.state(names, dir); fmt.Sprint(got) != fmt.Sprint(s.want) || sum.Replaced != s.replaced {
					t.Fatalf("step %d: %v, %d replaced; want %v, %d", i, got, sum.Replaced, s.want, s.replaced)
				}
				again := f.mustRun(t, dir)
				if got := f.state(names, dir); fmt.Sprint(got) != fmt.Sprint(s.want) || again.Replaced != 0 || again.Pages != 0 {
					t.Fatalf("a second run after step %d: %v, %+v", i, got, again)
				}
			}
		})
	}
}

func alter(t *testing.T, dir string, contents map[string][]byte, change string, when time.Time) {
	t.Helper()
	var err error
	if gone, ok := strings.CutPrefix(change, "-"); ok {
		err = os.Remove(filepath.Join(dir, gone))
	} else if from, to, ok := strings.Cut(change, ">"); ok {
		err = os.Rename(filepath.Join(dir, from), filepath.Join(dir, to))
	} else if name, content, ok := strings.Cut(change, "~"); ok {
		var was os.FileInfo
		if was, err = os.Stat(filepath.Join(dir, name)); err == nil {
			put(t, dir, name, contents[content])
			err = os.Chtimes(filepath.Join(dir, name), was.ModTime(), was.ModTime())
		}
	} else {
		name, content, _ := strings.Cut(change, "=")
		put(t, dir, name, contents[content])
		err = os.Chtimes(filepath.Join(dir, name), when, when)
	}
	if err != nil {
		t.Fatal(err)
	}
}

// TestUnreadableIsNotReplaced: a file that cannot be read may hold the same bytes,
// unless it has another size.
func TestUnreadableIsNotReplaced(t *testing.T) {
	dir := t.TempDir()
	f := newFixture(t, "fc2")
	put(t, dir, "a", pagePNG(t, 1))
	f.mustRun(t, dir)
	f.opt.Limits.MaxBytes = 10
	now := time.Now()
	if err := os.Chtimes(filepath.Join(dir, "a"), now, now.Add(time.Hour)); err != nil {
		t.Fatal(err)
	}
	for _, rehash := range []bool{false, true} {
		f.opt.Rehash = rehash
		if s := f.mustRun(t, dir); s.Replaced != 0 {
			t.Errorf("rehash %v: a file over the limit counts as another one: %+v", rehash, s)
		}
	}
	put(t, dir, "a", append(pagePNG(t, 1), 0))
	if s := f.mustRun(t, dir); s.Replaced != 1 {
		t.Errorf("a file over the limit, of another size, does not count as another one: %+v", s)
	}
}

// TestSeveralAtOnePath: tables in which a path has two documents, as killed runs and
// stores from before left them, are put right without reading a file.
func TestSeveralAtOnePath(t *testing.T) {
	dir := t.TempDir()
	f := newFixture(t, "fc2")
	put(t, dir, "a", pagePNG(t, 1))
	f.mustRun(t, dir)
	put(t, dir, "a", pagePNG(t, 2))
	f.mustRun(t, dir)
	for key, d := range f.documents {
		d.ReplacedBy = nil
		f.documents[key] = d
	}
	if s := f.mustRun(t, dir); s.Replaced != 1 || s.Read != 0 {
		t.Errorf("summary %+v", s)
	}
	old, now := schemas.PageKey{DocumentID: idOf(pagePNG(t, 1))}, schemas.PageKey{DocumentID: idOf(pagePNG(t, 2))}
	if by := f.documents[old].ReplacedBy; by == nil || *by != now.DocumentID || f.documents[now].ReplacedBy != nil {
		t.Errorf("the old one %+v, the new one %+v", f.documents[old], f.documents[now])
	}
}

// TestReplacedAlways changes a corpus at random, with runs that are whole, limited,
// killed, or read every file. After a whole run the tables say what the corpus holds.
func TestReplacedAlways(t *testing.T) {
	sequences := 100
	if testing.Short() {
		sequences = 10
	}
	for seed := range uint64(sequences) {
		w := &world{t: t, r: rand.New(rand.NewPCG(seed, 22)), dir: t.TempDir(), fixture: newFixture(t, "fc2"), clock: 1000}
		for n := range 5 {
			w.contents = append(w.contents, pagePNG(t, n+1))
		}
		put(t, w.dir, "always", pagePNG(t, 99)) // no corpus is empty
		w.contents = append(w.contents, pagesTIFF(60, -1, 70), pagesTIFF(10, 20, 30), pagesTIFF(11), pagesTIFF(12), pagesTIFF(13), []byte("no image"))
		w.paths = []string{"a", "b", "c", "d", "e"}
		for range 12 {
			for range 1 + w.r.IntN(3) {
				w.change()
			}
			w.partialRun()
			w.opt.Rehash, w.opt.RetryFailed = w.hidden || w.r.IntN(4) == 0, w.r.IntN(4) == 0
			w.log = append(w.log, fmt.Sprintf("run %v %v", w.opt.Rehash, w.opt.RetryFailed))
			w.mustRun(t, w.dir)
			w.opt.Rehash, w.opt.RetryFailed = false, false
			w.hidden = false
			w.check(fmt.Sprintf("seed %d", seed))
			if t.Failed() {
				return
			}
		}
	}
}

type world struct {
	*fixture
	t        *testing.T
	r        *rand.Rand
	dir      string
	paths    []string
	contents [][]byte
	clock    int64 // no two changes but secret ones have the same time
	hidden   bool  // a file was changed without a trace; only a run that reads all finds out
	log      []string
}

func (w *world) path() string { return w.paths[w.r.IntN(len(w.paths))] }

func (w *world) change() {
	a, b := w.path(), w.path()
	from, to := filepath.Join(w.dir, a), filepath.Join(w.dir, b)
	switch w.r.IntN(7) {
	case 0:
		os.Remove(from)
		w.log = append(w.log, "remove "+a)
	case 1:
		os.Rename(from, to)
		w.log = append(w.log, "move "+a+" "+b)
	case 2:
		other := filepath.Join(w.dir, "..swap")
		os.Rename(from, other)
		os.Rename(to, from)
		os.Rename(other, to)
		w.log = append(w.log, "swap "+a+" "+b)
	case 3:
		info, err := os.Stat(from)
		if n := w.r.IntN(len(w.contents)); err == nil && int64(len(w.contents[n])) == info.Size() {
			put(w.t, w.dir, a, w.contents[n])
			os.Chtimes(from, info.ModTime(), info.ModTime())
			w.hidden = true
			w.log = append(w.log, fmt.Sprintf("write secretly %s %d", a, n))
		}
	default:
		w.clock++
		n := w.r.IntN(len(w.contents))
		put(w.t, w.dir, a, w.contents[n])
		when := time.Unix(w.clock, 0)
		if err := os.Chtimes(from, when, when); err != nil {
			w.t.Fatal(err)
		}
		w.log = append(w.log, fmt.Sprintf("write %s %d", a, n))
	}
}

// partialRun is one that ends early, or none.
func (w *world) partialRun() {
	switch w.r.IntN(3) {
	case 0:
		w.opt.Limit = 1 + w.r.IntN(3)
		w.log = append(w.log, "limit")
	case 1:
		w.failAt = w.commits + 1 + w.r.IntN(4)
		w.log = append(w.log, "killed")
	default:
		return
	}
	w.run(w.t, w.dir)
	w.opt.Limit, w.failAt = 0, 0
}

func (w *world) check(when string) {
	holds, at := map[string][]string{}, map[string]bool{}
	for _, e := range entries(w.t, w.dir) {
		data, err := e.Read(1 << 20)
		if err != nil {
			w.t.Fatal(err)
		}
		holds[idOf(data)], at[e.Name()] = append(holds[idOf(data)], e.Name()), true
	}
	known := map[string]bool{}
	for key, d := range w.documents {
		known[key.DocumentID] = true
		switch paths := holds[key.DocumentID]; {
		case len(paths) > 0 && (d.ReplacedBy != nil || !slices.Contains(paths, d.Path)):
			w.t.Errorf("%s: %.8s is at %v; its row says %s, replaced %v\n%v", when, key.DocumentID, paths, d.Path, d.ReplacedBy != nil, w.log)
		case len(paths) == 0 && at[d.Path] && d.ReplacedBy == nil:
			w.t.Errorf("%s: %.8s is gone from %s, which holds another one; its row does not say so\n%v", when, key.DocumentID, d.Path, w.log)
		}
		f, failed := w.failures[key]
		if failed && len(holds[key.DocumentID]) > 0 && f.Path != d.Path {
			w.t.Errorf("%s: %.8s is at %s, its failure at %s\n%v", when, key.DocumentID, d.Path, f.Path, w.log)
		}
		if _, stored := w.features["fc2"][key]; !stored && !failed && len(holds[key.DocumentID]) > 0 {
			w.t.Errorf("%s: page %d of %.8s is neither stored nor a failure\n%v", when, key.Page, key.DocumentID, w.log)
		}
	}
	for id, paths := range holds {
		if !known[id] && paths != nil && w.failures[schemas.PageKey{DocumentID: id, Page: schemas.WholeDocument}].Path == "" {
			w.t.Errorf("%s: %v is not in the tables\n%v", when, paths, w.log)
		}
	}
}
