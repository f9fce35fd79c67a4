package featurize

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"testing"

	"cutpoint/model"
	"cutpoint/pipeline/corpus"
	"cutpoint/schemas"
)

// nowhere takes rows and keeps none.
type nowhere struct{ *memory }

func (nowhere) PutDocuments(context.Context, []schemas.Document) error { return nil }
func (nowhere) AppendFeatures(context.Context, string, []schemas.Feature) error {
	return nil
}

// BenchmarkStages runs pages of 4×4 pixels, which cost hardly any decoding, through an
// engine that does nothing: what is left is what the stages themselves can do, and what
// they leave to the collector. Most of it is resizing, on all cores.
func BenchmarkStages(b *testing.B) {
	values := make([]int, 64)
	dir := b.TempDir()
	var list []corpus.Entry
	for n := range 128 {
		for i := range values {
			values[i] = (n + i) % 256
		}
		data := append(pagesTIFF(values...), fmt.Sprint(n)...)
		path := filepath.Join(dir, fmt.Sprint(n, ".tif"))
		if err := os.WriteFile(path, data, 0o644); err != nil {
			b.Fatal(err)
		}
		list = append(list, corpus.Entry{Path: path, Size: int64(len(data))})
	}
	cuts, err := model.ParseCuts("fc2,pool5")
	if err != nil {
		b.Fatal(err)
	}
	b.ReportAllocs()
	for b.Loop() {
		e := &teamEngine{concurrency: 2, pass: func(context.Context, int) error { return errNotHashed }}
		s, err := Run(b.Context(), Job{Entries: list, Stored: nowhere{newMemory()}, Sink: TableSink{nowhere{newMemory()}}, NewEngine: func() (model.Engine, error) { return e, nil }},
			Options{Cuts: cuts, Batch: 256, PartPages: 4096})
		if err != nil || s.Pages != len(list)*len(values) {
			b.Fatalf("run: %d pages, error %v; want %d", s.Pages, err, len(list)*len(values))
		}
		b.ReportMetric(s.PagesPerSecond, "pages/s")
		b.ReportMetric(s.Stages.Decode.AwaitedSeconds/s.Seconds, "of-time-waiting-for-pages")
	}
}
