package recompute

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"image"
	"image/png"
	"math"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"cutpoint/model"
	"cutpoint/pipeline/raster"
	"cutpoint/schemas"
)

// greyEngine's vectors are the page's first pixel plus the index.
type greyEngine struct{ model.Engine }

func (greyEngine) Forward(_ context.Context, pixels []uint8, cuts []model.Cut, dst [][]float32) error {
	size := model.InputShape().Len()
	for i, c := range cuts {
		for n := range len(pixels) / size {
			copy(dst[i][n*c.Dim():], vectorOf(pixels[n*size], c.Dim()))
		}
	}
	return nil
}
func (greyEngine) Close() error { return nil }

func vectorOf(grey uint8, dim int) []float32 {
	v := make([]float32, dim)
	for k := range v {
		v[k] = float32(grey) + float32(k)/3
	}
	return v
}

type memory struct {
	documents []schemas.Document
	features  map[string][]schemas.Feature
}

func (m *memory) Documents(_ context.Context, yield func([]schemas.Document) error) error {
	return yield(m.documents)
}

func (m *memory) Features(_ context.Context, cut string, yield func([]schemas.Feature) error) error {
	for rows := range slices.Chunk(m.features[cut], 3) {
		if err := yield(rows); err != nil {
			return err
		}
	}
	return nil
}

// newJob writes the given number of one-coloured pages and stores what greyEngine makes of them.
func newJob(t *testing.T, pages int) (Job, *memory) {
	t.Helper()
	dir := t.TempDir()
	cuts, err := model.ParseCuts("pool1-avg,pool2-avg")
	if err != nil {
		t.Fatal(err)
	}
	m := &memory{features: map[string][]schemas.Feature{}}
	for i := range pages {
		img := image.NewGray(image.Rect(0, 0, 9, 9))
		for k := range img.Pix {
			img.Pix[k] = uint8(3 * i)
		}
		var b bytes.Buffer
		if err := png.Encode(&b, img); err != nil {
			t.Fatal(err)
		}
		path := filepath.Join(dir, fmt.Sprintf("%02d.png", i))
		if err := os.WriteFile(path, b.Bytes(), 0o644); err != nil {
			t.Fatal(err)
		}
		sum := sha256.Sum256(b.Bytes())
		id := hex.EncodeToString(sum[:])
		m.documents = append(m.documents, schemas.Document{DocumentID: id, Path: path})
		for n, c := range cuts {
			if n > 0 && i == 0 {
				continue // the second cut lacks a page
			}
			m.features[c.String()] = append(m.features[c.String()], schemas.Feature{DocumentID: id, Path: "moved since", Embedding: vectorOf(uint8(3*i), c.Dim())})
		}
	}
	return Job{
		Cuts: cuts, Pages: pages, Seed: 1, Tables: m, Limits: raster.DefaultLimits(),
		NewEngine: func() (model.Engine, error) { return greyEngine{}, nil },
	}, m
}

func TestRecompute(t *testing.T) {
	job, m := newJob(t, 40)
	r, err := Run(context.Background(), job)
	if err != nil || r.Pages != 40 || r.Vectors != 79 || r.Identical != 79 || r.Greatest != 0 || len(r.Problems)+len(r.Unchecked) > 0 {
		t.Fatalf("recomputing 40 pages of an unchanged store: %+v, %v; want 79 vectors, all identical", r, err)
	}
	wrong := m.features["pool2-avg"][7]
	wrong.Embedding[5] += 0.5
	m.features["pool2-avg"][9].Embedding[0] *= 1 + 1e-6 // as another processor might
	if err := os.Remove(m.documents[20].Path); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(m.documents[21].Path, []byte("another"), 0o644); err != nil {
		t.Fatal(err)
	}
	r, err = Run(context.Background(), job)
	if err != nil || r.Pages != 38 || len(r.Problems) != 1 || len(r.Unchecked) != 2 || r.Identical != r.Vectors-2 {
		t.Fatalf("recomputing with a wrong vector and two documents gone: %+v, %v; want 38 pages, one problem and two unchecked", r, err)
	}
	if p := r.Problems[0]; !strings.Contains(p, "pool2-avg") || !strings.Contains(p, wrong.DocumentID) {
		t.Errorf("problem %q", p)
	}
	m.documents[21].ReplacedBy = &m.documents[0].DocumentID
	if again, err := Run(context.Background(), job); err != nil || again.Pages != 38 || len(again.Unchecked) != 1 {
		t.Errorf("with a document that is known to be replaced: %+v, %v; want 38 pages and one unchecked", again, err)
	}
	if u := strings.Join(r.Unchecked, "\n"); !strings.Contains(u, "no such file") || !strings.Contains(u, "another document") {
		t.Errorf("unchecked: %s", u)
	}
}

// TestChoice: the seed decides, not the order of the rows.
func TestChoice(t *testing.T) {
	job, m := newJob(t, 40)
	job.Pages = 7
	names := func() (out []string) {
		pages, err := job.choose(context.Background())
		if err != nil || len(pages) != 7 {
			t.Fatalf("chose %d pages, error %v; want 7", len(pages), err)
		}
		for _, p := range pages {
			out = append(out, p.path)
		}
		return out
	}
	first := names()
	slices.Reverse(m.features["pool1-avg"])
	if again := names(); !slices.Equal(again, first) {
		t.Errorf("chose %v, and from reversed rows %v", first, again)
	}
	job.Seed = 2
	if other := names(); slices.Equal(other, first) {
		t.Error("the seed makes no difference")
	}
	job.Pages = 0
	if r, err := Run(context.Background(), job); err != nil || r.Pages != 0 {
		t.Errorf("recomputing no page: %+v, %v", r, err)
	}
}

func TestRelativeRMS(t *testing.T) {
	for _, c := range []struct {
		a, b []float32
		want float64
	}{
		{[]float32{0, 0}, []float32{0, 0}, 0},
		{[]float32{3, 4}, []float32{3, 4}, 0},
		{[]float32{3, 5}, []float32{3, 4}, 0.2},
		{[]float32{1}, []float32{0}, math.Inf(1)},
	} {
		if got := relativeRMS(c.a, c.b); math.Abs(got-c.want) > 1e-12 && got != c.want {
			t.Errorf("%v to %v: %v, want %v", c.a, c.b, got, c.want)
		}
	}
}
