package featurize

import (
	"context"
	"path/filepath"
	"strings"
	"testing"

	"cutpoint/model"
	"cutpoint/schemas"
)

// loudEngine is a hashEngine whose vectors at one cut leave float16's range for
// pages of one grey.
type loudEngine struct {
	hashEngine
	cut  string
	grey uint8
}

func (e *loudEngine) Forward(ctx context.Context, pixels []uint8, cuts []model.Cut, dst [][]float32) error {
	if err := e.hashEngine.Forward(ctx, pixels, cuts, dst); err != nil {
		return err
	}
	size := model.InputShape().Len()
	for i, c := range cuts {
		for n := range len(dst[i]) / c.Dim() {
			row := dst[i][n*c.Dim() : (n+1)*c.Dim()]
			for j := range row {
				row[j] += 0.3 // no binary16 has it beside a whole number of three digits
			}
			if c.String() == e.cut && pixels[n*size] == e.grey {
				row[5] = -70000
			}
		}
	}
	return nil
}

// halfRun runs the sample corpus into float16; page 2 of memo/f.tif, and that
// alone, is of grey 30.
func (f *fixture) halfRun(t *testing.T, dir string, engine *loudEngine) Summary {
	t.Helper()
	f.opt.DType = schemas.Float16
	s, err := Run(context.Background(), Job{
		Entries: entries(t, dir), Stored: f.memory, Sink: TableSink{f.memory},
		NewEngine: func() (model.Engine, error) { return engine, nil },
	}, f.opt)
	if err != nil {
		t.Fatal(err)
	}
	return s
}

func outOfRange(f *fixture) []schemas.Failure {
	var out []schemas.Failure
	for _, x := range f.failures {
		if x.Class == ClassOutOfRange {
			out = append(out, x)
		}
	}
	return out
}

func TestOutOfRangeIsStoredAtNoCut(t *testing.T) {
	dir := sample(t)
	f := newFixture(t, "fc2,pool5-avg")
	s := f.halfRun(t, dir, &loudEngine{cut: "pool5-avg", grey: 30})
	if s.Pages != 11 || s.OutOfRange != 1 || s.Read != 9 || s.Failed != 4 || s.Left != 0 {
		t.Errorf("summary %+v", s)
	}
	failed := outOfRange(f)
	if len(failed) != 1 || filepath.Base(failed[0].Path) != "f.tif" || failed[0].Page != 2 || failed[0].Stage != stageRound || failed[0].Bytes == 0 {
		t.Fatalf("failures %+v", failed)
	}
	for _, want := range []string{"pool5-avg", "-70000", "65504"} {
		if !strings.Contains(failed[0].Message, want) {
			t.Errorf("the message does not say %q: %s", want, failed[0].Message)
		}
	}
	if f.documents[failed[0].Key()].Width == 0 {
		t.Error("the page is not among the documents, though it was seen")
	}
	for cut, rows := range f.features {
		if _, there := rows[failed[0].Key()]; there || len(rows) != 11 {
			t.Errorf("%s has %d pages, the failed one: %v", cut, len(rows), there)
		}
		for _, r := range rows {
			if schemas.FirstNotHalf(r.Embedding) >= 0 {
				t.Errorf("%s: page %v is not rounded", cut, r.Key())
			}
		}
	}
}

// TestOutOfRangeIsRemembered: like any failed page it waits for --retry-failed, and
// is none any more once its values fit.
func TestOutOfRangeIsRemembered(t *testing.T) {
	dir := sample(t)
	f := newFixture(t, "fc2,pool5-avg")
	loud := &loudEngine{cut: "fc2", grey: 30}
	f.halfRun(t, dir, loud)
	if s := f.halfRun(t, dir, nil); s.Pages != 0 || s.FailedBefore != 4 || !s.AnyFailed() { // nothing computes
		t.Errorf("second run: %+v", s)
	}
	f.opt.RetryFailed = true
	if s := f.halfRun(t, dir, loud); s.Pages != 0 || s.Failed != 4 || len(outOfRange(f)) != 1 || outOfRange(f)[0].Attempts != 2 {
		t.Errorf("tried again: %+v, %+v", s, outOfRange(f))
	}
	if s := f.halfRun(t, dir, &loudEngine{}); s.Pages != 1 || s.Failed != 3 || len(outOfRange(f)) != 0 || len(f.features["fc2"]) != 12 {
		t.Errorf("after its values fit: %+v, %d pages", s, len(f.features["fc2"]))
	}
}

// TestFailsInTwoStagesCountsOnce: a document with a page that does not decode and
// one out of range is one failed document.
func TestFailsInTwoStagesCountsOnce(t *testing.T) {
	dir := t.TempDir()
	put(t, dir, "g.tif", pagesTIFF(60, -1, 30))
	f := newFixture(t, "fc2")
	if s := f.halfRun(t, dir, &loudEngine{cut: "fc2", grey: 30}); s.Failed != 1 || s.Pages != 1 || len(f.failures) != 2 {
		t.Errorf("summary %+v, %d failures", s, len(f.failures))
	}
}

func TestUnknownDType(t *testing.T) {
	f := newFixture(t, "fc2")
	f.opt.DType = "int8"
	if _, err := f.run(t, sample(t)); err == nil || !strings.Contains(err.Error(), "int8") {
		t.Errorf("run with dtype int8: error %v", err)
	}
}
