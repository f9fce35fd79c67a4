package featurize

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"reflect"
	"slices"
	"testing"
	"time"

	"cutpoint/model"
	"cutpoint/schemas"
)

func cutsOf(t *testing.T, list string) []model.Cut {
	t.Helper()
	cuts, err := model.ParseCuts(list)
	if err != nil {
		t.Fatal(err)
	}
	return cuts
}

// sample makes a corpus of 9 documents with 12 good pages, one broken page and
// one broken document.
func sample(t *testing.T) string {
	dir := t.TempDir()
	for n, name := range []string{"letter/a.png", "letter/b.png", "letter/sub/c.png", "memo/d.png", "memo/e.bin"} {
		put(t, dir, name, pagePNG(t, n+1))
	}
	put(t, dir, "memo/f.tif", pagesTIFF(10, 20, 30, 40, 50))
	put(t, dir, "memo/g.tif", pagesTIFF(60, -1, 70))
	put(t, dir, "news/broken.png", []byte("\x89PNG\r\n\x1a\n and nothing else"))
	put(t, dir, "news/notes.txt", []byte("no image"))
	return dir
}

type fixture struct {
	*memory
	engine *hashEngine
	opt    Options
}

func newFixture(t *testing.T, cuts string) *fixture {
	return &fixture{newMemory(), &hashEngine{}, Options{Cuts: cutsOf(t, cuts), Batch: 2, Workers: 3, PartPages: 4}}
}

func (f *fixture) run(t *testing.T, dir string) (Summary, error) {
	t.Helper()
	return Run(context.Background(), Job{
		Entries: entries(t, dir), Stored: f.memory, Sink: TableSink{f.memory},
		NewEngine: func() (model.Engine, error) { return f.engine, nil },
	}, f.opt)
}

func (f *fixture) mustRun(t *testing.T, dir string) Summary {
	t.Helper()
	s, err := f.run(t, dir)
	if err != nil {
		t.Fatal(err)
	}
	if got := s.UpToDate + s.Read + s.Copies + s.FailedBefore + s.Left; got != s.Documents {
		t.Errorf("%d of %d documents are accounted for: %+v", got, s.Documents, s)
	}
	return s
}

func TestRunRecordsEveryPage(t *testing.T) {
	dir := sample(t)
	f := newFixture(t, "fc2,pool5-avg")
	s := f.mustRun(t, dir)
	if s.Pages != 12 || s.Documents != 9 || s.Read != 9 || s.Failed != 3 || !f.engine.closed {
		t.Errorf("summary %+v", s)
	}
	for _, cut := range []string{"fc2", "pool5-avg"} {
		if n := len(f.features[cut]); n != 12 {
			t.Errorf("%s has %d pages", cut, n)
		}
		if !slices.IsSorted(f.order[cut]) {
			t.Errorf("%s is not in corpus order: %v", cut, f.order[cut])
		}
	}
	if len(f.documents) != 14 || len(f.failures) != 3 {
		t.Errorf("%d document rows and %d failures", len(f.documents), len(f.failures))
	}
	for key, row := range f.features["fc2"] {
		d := f.documents[key]
		if d.Path != row.Path || *d.Label != *row.Label || *d.Split != *row.Split || d.Width == 0 {
			t.Errorf("row %+v does not match its document %+v", row, d)
		}
		if got, want := *d.Split, splitOf(d.Path); got != want {
			t.Errorf("the split of %s is %s, want %s", d.Path, got, want)
		}
	}
	classes := map[string]string{}
	for _, x := range f.failures {
		classes[filepath.Base(x.Path)] = x.Class
	}
	if classes["g.tif"] != "unsupported" || classes["broken.png"] != "corrupt" || classes["notes.txt"] != "unsupported" {
		t.Errorf("classes %v", classes)
	}
}

func TestSecondRunComputesNothing(t *testing.T) {
	dir := sample(t)
	f := newFixture(t, "fc2")
	f.mustRun(t, dir)
	commits := f.commits
	f.engine = nil // a call would crash
	s := f.mustRun(t, dir)
	if s.Pages != 0 || s.UpToDate != 6 || s.FailedBefore != 3 || f.commits != commits || !s.AnyFailed() {
		t.Errorf("summary %+v, %d commits more", s, f.commits-commits)
	}
}

func TestAddedCutTakesOnlyWhatIsMissing(t *testing.T) {
	dir := sample(t)
	f := newFixture(t, "fc2")
	f.mustRun(t, dir)
	f.opt.Cuts = cutsOf(t, "pool5-avg,fc2")
	if s := f.mustRun(t, dir); s.Pages != 12 || len(f.features["pool5-avg"]) != 12 || len(f.features["fc2"]) != 12 {
		t.Errorf("summary %+v", s)
	}
}

func TestMovedRenamedRelabelled(t *testing.T) {
	dir := sample(t)
	f := newFixture(t, "fc2")
	f.mustRun(t, dir)
	if err := os.Rename(filepath.Join(dir, "memo/f.tif"), filepath.Join(dir, "letter/z.tif")); err != nil {
		t.Fatal(err)
	}
	s := f.mustRun(t, dir)
	if s.Pages != 0 || s.Moved != 1 {
		t.Errorf("summary %+v", s)
	}
	moved := 0
	for _, d := range f.documents {
		if filepath.Base(d.Path) == "z.tif" && *d.Label == "letter" && *d.Split == "train" {
			moved++
		}
	}
	if moved != 5 {
		t.Errorf("%d rows follow the move", moved)
	}
	if s := f.mustRun(t, dir); s.Read != 0 {
		t.Errorf("a moved file is read again: %+v", s)
	}
}

func TestCopiesCountOnce(t *testing.T) {
	dir := sample(t)
	put(t, dir, "news/copy.png", pagePNG(t, 1)) // letter/a.png with another label
	f := newFixture(t, "fc2")
	for range 2 {
		if s := f.mustRun(t, dir); s.Copies != 1 || s.LabelConflicts != 1 || len(f.features["fc2"]) != 12 {
			t.Errorf("summary %+v", s)
		}
	}
	for _, d := range f.documents {
		if filepath.Base(d.Path) == "copy.png" {
			t.Error("the copy took the first one's place")
		}
	}
}

func TestRetryAndRepair(t *testing.T) {
	dir := sample(t)
	f := newFixture(t, "fc2")
	f.mustRun(t, dir)
	f.opt.RetryFailed = true
	if s := f.mustRun(t, dir); s.Failed != 3 || s.Pages != 0 || len(f.failures) != 3 {
		t.Errorf("tried again: %+v, %d failures; want 3", s, len(f.failures))
	}
	for _, x := range f.failures {
		if x.Attempts != 2 {
			t.Errorf("%s: %d attempts", x.Path, x.Attempts)
		}
	}
	f.opt.RetryFailed = false
	put(t, dir, "news/broken.png", pagePNG(t, 99))
	if s := f.mustRun(t, dir); s.Pages != 1 || s.FailedBefore != 2 || len(f.failures) != 2 {
		t.Errorf("after the repair: %+v, %d failures", s, len(f.failures))
	}
}

func TestLimitGoesOnNextTime(t *testing.T) {
	dir := sample(t)
	f := newFixture(t, "fc2")
	f.opt.Limit = 5
	for _, want := range []int{5, 5, 2, 0} {
		if s := f.mustRun(t, dir); s.Pages != want || s.LimitReached != (want == 5) {
			t.Errorf("summary %+v, want %d pages", s, want)
		}
	}
	if len(f.features["fc2"]) != 12 {
		t.Errorf("%d pages", len(f.features["fc2"]))
	}
}

func TestStopCommitsWhatIsComputed(t *testing.T) {
	const all = 120
	dir := manyPages(t) // more than is read ahead
	f := newFixture(t, "fc2")
	f.opt.PartPages = 1000
	stop := make(chan struct{})
	f.engine.before = func() {
		if f.engine.pages == 2 {
			close(stop)
		}
	}
	s, err := Run(context.Background(), Job{
		Entries: entries(t, dir), Stored: f.memory, Sink: TableSink{f.memory}, Stop: stop,
		NewEngine: func() (model.Engine, error) { return f.engine, nil },
	}, f.opt)
	if !errors.Is(err, ErrStopped) || s.Pages < 4 || s.Pages >= all || len(f.features["fc2"]) != s.Pages {
		t.Errorf("a run that was stopped after a batch: %v, %+v, %d pages in the table; want some of %d, all of them stored", err, s, len(f.features["fc2"]), all)
	}
	if s := f.mustRun(t, dir); len(f.features["fc2"]) != all || s.Pages == all {
		t.Errorf("the next run: %+v, %d pages in the table; want the rest computed and %d stored", s, len(f.features["fc2"]), all)
	}
}

// TestAnyFailedCommit lets each write fail in turn: the run must say so, and the
// next one must end with the tables of an undisturbed run.
func TestAnyFailedCommit(t *testing.T) {
	dir := sample(t)
	now := func() time.Time { return time.UnixMicro(1e15).UTC() }
	whole := newFixture(t, "fc2,pool5-avg")
	whole.opt.Now = now
	whole.mustRun(t, dir)
	for k := 1; k <= whole.commits; k++ {
		f := newFixture(t, "fc2,pool5-avg")
		f.failAt, f.opt.Now = k, now
		if _, err := f.run(t, dir); !errors.Is(err, errDisk) {
			t.Fatalf("write %d: %v", k, err)
		}
		for cut := range f.features {
			for key := range f.features[cut] {
				if _, ok := f.documents[key]; !ok {
					t.Errorf("write %d: a feature without its document", k)
				}
			}
		}
		f.engine = &hashEngine{}
		f.mustRun(t, dir)
		sameTables(t, fmt.Sprintf("after write %d failed", k), f.memory, whole.memory)
	}
}

// sameTables holds all rows of two runs against each other, every column of them.
func sameTables(t *testing.T, what string, got, want *memory) {
	t.Helper()
	sameRows(t, what+": documents", got.documents, want.documents)
	sameRows(t, what+": failures", got.failures, want.failures)
	for cut := range want.features {
		sameRows(t, what+": "+cut, got.features[cut], want.features[cut])
	}
	if len(got.features) != len(want.features) {
		t.Errorf("%s: %d cut tables, want %d", what, len(got.features), len(want.features))
	}
}

func sameRows[Row any](t *testing.T, what string, got, want map[schemas.PageKey]Row) {
	t.Helper()
	if len(got) != len(want) || len(want) == 0 {
		t.Errorf("%s: %d rows, want %d, and at least one", what, len(got), len(want))
	}
	for key, w := range want {
		if g, ok := got[key]; !ok || !reflect.DeepEqual(g, w) {
			t.Errorf("%s: row %v is %s, want %s", what, key, asJSON(t, g), asJSON(t, w))
		}
	}
}

// asJSON shows what pointers point to, and of a long row the beginning.
func asJSON(t *testing.T, row any) string {
	text, err := json.Marshal(row)
	if err != nil {
		t.Fatal(err)
	}
	return string(text[:min(len(text), 500)])
}

func TestEngineFailureEndsTheRun(t *testing.T) {
	refused := errors.New("no memory")
	f := newFixture(t, "fc2")
	_, err := Run(context.Background(), Job{
		Entries: entries(t, sample(t)), Stored: f.memory, Sink: TableSink{f.memory},
		NewEngine: func() (model.Engine, error) { return nil, refused },
	}, f.opt)
	if !errors.Is(err, refused) || len(f.features["fc2"]) != 0 {
		t.Errorf("run without an engine: error %v, %d pages stored; want %v and none", err, len(f.features["fc2"]), refused)
	}
}

func TestUnreadableFileIsTriedEveryTime(t *testing.T) {
	dir := sample(t)
	list := entries(t, dir)
	f := newFixture(t, "fc2")
	gone := list[0].Path
	if err := os.Remove(gone); err != nil {
		t.Fatal(err)
	}
	job := Job{Entries: list, Stored: f.memory, Sink: TableSink{f.memory}, NewEngine: func() (model.Engine, error) { return f.engine, nil }}
	for attempt := int32(1); attempt <= 2; attempt++ {
		if _, err := Run(context.Background(), job, f.opt); err != nil {
			t.Fatal(err)
		}
		key := schemas.PageKey{DocumentID: pathID(gone), Page: schemas.WholeDocument}
		if x := f.failures[key]; x.Attempts != attempt || x.Class != classUnreadable || x.Stage != stageOpen {
			t.Errorf("attempt %d: %+v", attempt, x)
		}
	}
	put(t, dir, "letter/a.png", pagePNG(t, 1))
	f.mustRun(t, dir)
	if len(f.failures) != 3 || len(f.features["fc2"]) != 12 {
		t.Errorf("after its return: %d failures, %d pages", len(f.failures), len(f.features["fc2"]))
	}
}

// TestEndWhileALongDocumentIsRead ends runs while short documents queue before the
// engine and a reader already holds one of more pages than may wait: the reader
// must be released.
func TestEndWhileALongDocumentIsRead(t *testing.T) {
	dir := t.TempDir()
	for n := range 8 {
		put(t, dir, fmt.Sprintf("a%d.png", n), pagePNG(t, n+1))
	}
	var values []int
	for n := range 3 * pagesAhead {
		values = append(values, 20+n)
	}
	put(t, dir, "b.tif", pagesTIFF(values...))
	for n := range 72 {
		f := newFixture(t, "pool5-avg")
		f.opt.Limit, f.opt.Workers, f.opt.Batch = 1+n%8, 1+n/8%3, 1
		f.engine.before = func() { time.Sleep(time.Millisecond) } // let the queue fill
		if s := f.mustRun(t, dir); s.Pages != f.opt.Limit {
			t.Fatalf("%d pages, want %d", s.Pages, f.opt.Limit)
		}
	}
}

// TestFailedPageStaysFailed: a document that is read again for another reason
// still counts as failed while a page of it is.
func TestFailedPageStaysFailed(t *testing.T) {
	dir := t.TempDir()
	put(t, dir, "memo/g.tif", pagesTIFF(60, -1, 70))
	f := newFixture(t, "fc2")
	f.mustRun(t, dir)
	f.opt.Cuts = cutsOf(t, "fc2,pool5-avg")
	if s := f.mustRun(t, dir); s.Pages != 2 || !s.AnyFailed() {
		t.Errorf("with another cut: %+v", s)
	}
	if err := os.Rename(filepath.Join(dir, "memo/g.tif"), filepath.Join(dir, "memo/h.tif")); err != nil {
		t.Fatal(err)
	}
	if s := f.mustRun(t, dir); s.Moved != 1 || !s.AnyFailed() {
		t.Errorf("moved: %+v", s)
	}
	for _, x := range f.failures {
		if x.Attempts != 1 {
			t.Errorf("the page was tried %d times", x.Attempts)
		}
	}
}

// TestCopiesOfAFailedDocument: two copies of one unreadable file must settle.
func TestCopiesOfAFailedDocument(t *testing.T) {
	dir := t.TempDir()
	put(t, dir, "a/x.txt", []byte("no image"))
	put(t, dir, "a/y.txt", []byte("no image"))
	f := newFixture(t, "fc2")
	for night := range 3 {
		s := f.mustRun(t, dir)
		if !s.AnyFailed() || s.Copies != 1 {
			t.Errorf("night %d: %+v", night, s)
		}
		for _, x := range f.failures {
			if x.Attempts != 1 || filepath.Base(x.Path) != "x.txt" {
				t.Errorf("night %d: %s, attempt %d", night, x.Path, x.Attempts)
			}
		}
	}
}

// parts is a sink that counts pages.
type parts struct{ failures, pages int }

func (p *parts) Write(_ context.Context, part *Part) error {
	p.failures += len(part.Failures)
	for _, f := range part.Features {
		p.pages += len(f.Rows)
	}
	return nil
}

// TestNothingStored: without a store all pages are due, each time.
func TestNothingStored(t *testing.T) {
	dir := sample(t)
	f := newFixture(t, "fc2,pool5-avg")
	for range 2 {
		var sink parts
		s, err := Run(t.Context(), Job{Entries: entries(t, dir), Sink: &sink, NewEngine: func() (model.Engine, error) { return f.engine, nil }}, f.opt)
		if err != nil || s.Pages != 12 || s.UpToDate != 0 || sink != (parts{failures: 3, pages: 24}) {
			t.Errorf("run without a store: error %v, sink %+v, summary %+v", err, sink, s)
		}
	}
}

// rowsOf is a memory that takes a page twice.
type rowsOf struct {
	*memory
	paths []string
}

func (r *rowsOf) AppendFeatures(_ context.Context, _ string, rows []schemas.Feature) error {
	for _, f := range rows {
		r.paths = append(r.paths, filepath.Base(f.Path))
	}
	return nil
}

// TestEveryCopy: each copy's rows reach the tables, in corpus order.
func TestEveryCopy(t *testing.T) {
	dir := t.TempDir()
	for _, name := range []string{"a.png", "b.png", "c.png"} {
		put(t, dir, name, pagePNG(t, 1))
	}
	f := newFixture(t, "pool5-avg")
	f.opt.EveryCopy = true
	tables := &rowsOf{memory: f.memory}
	s, err := Run(context.Background(), Job{Entries: entries(t, dir), Stored: tables, Sink: TableSink{tables}, NewEngine: func() (model.Engine, error) { return f.engine, nil }}, f.opt)
	if err != nil || s.Pages != 3 || s.Read != 3 || s.Copies != 0 || !slices.Equal(tables.paths, []string{"a.png", "b.png", "c.png"}) {
		t.Errorf("%v, rows %v, summary %+v", err, tables.paths, s)
	}
}
