package main

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"image"
	"image/png"
	"maps"
	"math/rand/v2"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"golang.org/x/sync/errgroup"

	"cutpoint/cmd/internal/command"
	"cutpoint/model"
	"cutpoint/pipeline/corpus"
	"cutpoint/pipeline/featurize"
	"cutpoint/schemas"
	"cutpoint/store"
)

// zeroEngine stands for the network where vectors do not matter.
type zeroEngine struct{ model.Engine }

func (zeroEngine) Name() string     { return "zero" }
func (zeroEngine) Concurrency() int { return 1 }
func (zeroEngine) Close() error     { return nil }

func (zeroEngine) Forward(_ context.Context, _ []uint8, _ []model.Cut, dst [][]float32) error {
	for _, v := range dst {
		clear(v)
	}
	return nil
}

// night runs featurize over a corpus into a store, or over the files that keep holds
// for.
func night(ctx context.Context, s *store.Store, dir string, keep func(path string) bool) error {
	cuts, err := model.ParseCuts("pool1-avg")
	if err != nil {
		return err
	}
	listing, err := corpus.List(ctx, []string{dir}, corpus.Options{})
	if err != nil {
		return err
	}
	entries := slices.DeleteFunc(listing.Entries, func(e corpus.Entry) bool { return !keep(e.Name()) })
	stored := newTables(s, cuts, "", "")
	_, err = featurize.Run(ctx, featurize.Job{
		Entries: entries, Stored: stored, Sink: featurize.TableSink{Tables: stored},
		NewEngine: func() (model.Engine, error) { return zeroEngine{}, nil },
	}, featurize.Options{Cuts: cuts, Batch: 2, Workers: 1})
	return err
}

// shards runs featurize as two machines that share the corpus, at the same time.
func shards(ctx context.Context, dir, corpus string) error {
	both, ctx := errgroup.WithContext(ctx)
	for k := range 2 {
		s, err := store.Open(dir)
		if err != nil {
			return err
		}
		both.Go(func() error {
			return night(ctx, s, corpus, func(path string) bool { return int(path[len(path)-1])%2 == k })
		})
	}
	return both.Wait()
}

// shown is what a view of the store has: the paths of each document.
func shown(t *testing.T, s *store.Store) map[string]string {
	t.Helper()
	views, err := s.Views(store.Moment{}, "pool1-avg")
	if err != nil {
		t.Fatal(err)
	}
	rows, err := views[0].Rows(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	out := map[string]string{}
	for _, r := range rows {
		out[r.Path] += r.DocumentID
	}
	return out
}

// TestViewIsTheCorpus changes a corpus at random between nights. What fit would read
// is what the corpus holds, by hash: every path that is still there has its document
// and no other, before and after compact. Compact --drop-gone leaves only those.
func TestViewIsTheCorpus(t *testing.T) {
	var contents [][]byte
	for n := range 6 {
		img := image.NewGray(image.Rect(0, 0, 30, 20))
		img.Pix[40+n] = 200
		var b bytes.Buffer
		if err := png.Encode(&b, img); err != nil {
			t.Fatal(err)
		}
		contents = append(contents, b.Bytes())
	}
	for seed := range uint64(6) {
		r, dir := rand.New(rand.NewPCG(seed, 18)), t.TempDir()
		s, err := store.Create(filepath.Join(t.TempDir(), "features"), schemas.Description{Model: "VGG19", Precision: "float32"})
		if err != nil {
			t.Fatal(err)
		}
		write(t, filepath.Join(dir, "0"), contents[0])
		for k := range 8 {
			for range 3 {
				shuffle(t, r, dir, contents)
			}
			if k%2 == 0 {
				err = shards(t.Context(), s.Dir(), dir)
			} else {
				err = night(t.Context(), s, dir, func(string) bool { return true })
			}
			if err != nil {
				t.Fatal(err)
			}
			holds := heldBy(t, dir)
			checkShown(t, s, holds, fmt.Sprintf("seed %d, night %d", seed, k))
			if k%3 != 2 {
				continue
			}
			if _, err := s.Compact(t.Context(), store.CompactOptions{}); err != nil {
				t.Fatal(err)
			}
			checkShown(t, s, holds, "after compact")
			gone := func(path string, replaced bool) bool { return replaced || holds[path] == "" }
			if _, err := s.Compact(t.Context(), store.CompactOptions{Gone: gone}); err != nil {
				t.Fatal(err)
			}
			checkShown(t, s, holds, "after compact --drop-gone")
			if ids := slices.Collect(maps.Values(shown(t, s))); len(distinct(ids)) != len(distinct(slices.Collect(maps.Values(holds)))) {
				t.Errorf("after compact --drop-gone the view has %d documents, the corpus %v", len(ids), holds)
			}
		}
		if report, err := s.Verify(t.Context()); err != nil || len(report.Problems) > 0 {
			t.Errorf("verify: %v, %v", report.Problems, err)
		}
	}
}

// shuffle writes, moves, swaps or removes a file; "0" stays, so that no corpus is empty.
func shuffle(t *testing.T, r *rand.Rand, dir string, contents [][]byte) {
	a, b := filepath.Join(dir, fmt.Sprint(1+r.IntN(4))), filepath.Join(dir, fmt.Sprint(1+r.IntN(4)))
	switch r.IntN(5) {
	case 0:
		os.Remove(a)
	case 1:
		os.Rename(a, b)
	case 2:
		swap := filepath.Join(dir, ".swap")
		os.Rename(a, swap)
		os.Rename(b, a)
		os.Rename(swap, b)
	default:
		write(t, a, contents[r.IntN(len(contents))])
		when := time.Unix(1e9+r.Int64N(1e8), 0)
		if err := os.Chtimes(a, when, when); err != nil {
			t.Fatal(err)
		}
	}
}

func heldBy(t *testing.T, dir string) map[string]string {
	t.Helper()
	files, err := filepath.Glob(filepath.Join(dir, "[0-9]"))
	if err != nil {
		t.Fatal(err)
	}
	holds := map[string]string{}
	for _, f := range files {
		data, err := os.ReadFile(f)
		if err != nil {
			t.Fatal(err)
		}
		sum := sha256.Sum256(data)
		holds[f] = hex.EncodeToString(sum[:])
	}
	return holds
}

// checkShown: a path of the corpus has its document or, where that is a copy, none;
// and each document of the corpus is there.
func checkShown(t *testing.T, s *store.Store, holds map[string]string, when string) {
	t.Helper()
	view := shown(t, s)
	for path, id := range view {
		if held, there := holds[path]; there && held != id {
			t.Errorf("%s: the view has %.8s at %s, the corpus %.8s", when, id, path, held)
		}
	}
	ids := slices.Collect(maps.Values(view))
	for path, id := range holds {
		if !slices.Contains(ids, id) {
			t.Errorf("%s: %.8s of %s is not in the view", when, id, path)
		}
	}
}

func distinct(list []string) []string {
	slices.Sort(list)
	return slices.Compact(list)
}

// TestStatusOfReplaced: status, describe and a run's summary count replaced documents
// and pages with a warning apart from the others.
func TestStatusOfReplaced(t *testing.T) {
	dir, at := filepath.Join(t.TempDir(), "features"), time.Unix(1.7e9, 0)
	s, err := store.Create(dir, schemas.Description{Model: "VGG19", Precision: "float32"})
	if err != nil {
		t.Fatal(err)
	}
	label, by, empty, dark := "letter", strings.Repeat("b", 64), "empty", "dark"
	var rows []schemas.Document
	for n := range 14 {
		rows = append(rows, schemas.Document{DocumentID: strings.Repeat("a", 64), Page: int32(n), Path: "in/a.tif", Label: &label, Format: "tiff", Pages: 14, Modified: at, FirstSeen: at, Warning: &empty})
	}
	rows[3].Warning = &dark
	rows = append(rows, schemas.Document{DocumentID: strings.Repeat("c", 64), Path: "in/b.tif", Label: &label, Format: "tiff", Pages: 1, Modified: at, FirstSeen: at, Warning: &dark, ReplacedBy: &by})
	if err := s.Documents().Upsert(t.Context(), rows, nil, store.CommitInfo{}); err != nil {
		t.Fatal(err)
	}
	failures := []schemas.Failure{
		{DocumentID: "path:a", Page: -1, Path: "x", Class: "unsupported"}, {DocumentID: "path:b", Page: -1, Path: "y", Class: "corrupt"}, {DocumentID: "path:c", Page: -1, Path: "z", Class: "corrupt"},
	}
	if err := s.Failures().Upsert(t.Context(), failures, nil, store.CommitInfo{}); err != nil {
		t.Fatal(err)
	}
	code, out, errs := run(t, "", "status", "--store", dir)
	for _, want := range []string{
		"Documents    1 with 14 pages", "letter               14 pages", "Replaced     1 with 1 page:",
		"14 pages may not look as a person sees them: 13 empty, 1 dark\n", "in/a.tif page 3: dark\n", "and 3 more empty", "3 failures: 2 corrupt, 1 unsupported\n",
	} {
		if code != command.OK || !strings.Contains(out, want) {
			t.Errorf("status, code %d %s, does not say %q:\n%s", code, errs, want, out)
		}
	}
	_, out, _ = run(t, "", "status", "--store", dir, "--json")
	var st status
	if err := json.Unmarshal([]byte(out), &st); err != nil {
		t.Fatal(err)
	}
	if st.Replaced != (replaced{1, 1}) || st.Warnings["empty"] != 13 || len(st.WarnedPages) != 14 || st.WarnedPages[3] != (warnedPage{"in/a.tif", 3, "dark"}) || st.FailuresByClass["corrupt"] != 2 {
		t.Errorf("status --json: %+v", st)
	}
	for _, format := range []string{"text", "card", "croissant"} {
		_, out, _ = run(t, "", "describe", "--store", dir, "--format", format)
		if !strings.Contains(out, "13 empty, 1 dark") || !strings.Contains(out, "1 document") {
			t.Errorf("describe --format %s says nothing of warnings:\n%s", format, out)
		}
	}
}

func TestSentence(t *testing.T) {
	r := &result{Store: "s"}
	r.Pages, r.Read, r.Seconds, r.Replaced, r.Failed, r.FailedBefore = 1, 1, 2, 2, 1, 11
	r.FailedByClass = map[string]int{"unsupported": 9, "corrupt": 3}
	const want = "Featurized 1 pages of 1 documents into s in 2.0 s (0.0 pages/s); 0 were up to date; " +
		"2 replaced by other files at their paths (fit leaves the old ones out); 1 failed; " +
		"11 failed before and were not tried again (--retry-failed does). " +
		"12 documents failed: 9 unsupported, 3 corrupt. See: featurize status --store s"
	if got := r.sentence(); got != want {
		t.Errorf("got  %s\nwant %s", got, want)
	}
}
