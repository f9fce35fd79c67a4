package featurize

import (
	"bytes"
	"context"
	"encoding/binary"
	"errors"
	"hash/fnv"
	"image"
	"image/color"
	"image/png"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"sync"
	"testing"

	"cutpoint/model"
	"cutpoint/pipeline/corpus"
	"cutpoint/schemas"
)

// memory is Tables in memory. It fails at the call that failAt counts down to.
type memory struct {
	mu        sync.Mutex
	documents map[schemas.PageKey]schemas.Document
	failures  map[schemas.PageKey]schemas.Failure
	features  map[string]map[schemas.PageKey]schemas.Feature
	order     map[string][]string // paths as they were appended
	commits   int
	failAt    int // 0: never
}

var errDisk = errors.New("no space left on device")

func newMemory() *memory {
	return &memory{
		documents: map[schemas.PageKey]schemas.Document{}, failures: map[schemas.PageKey]schemas.Failure{},
		features: map[string]map[schemas.PageKey]schemas.Feature{}, order: map[string][]string{},
	}
}

func (m *memory) write() error {
	if m.commits++; m.commits == m.failAt {
		return errDisk
	}
	return nil
}

func (m *memory) Documents(_ context.Context, yield func([]schemas.Document) error) error {
	return yield(slices.Collect(maps.Values(m.documents)))
}

func (m *memory) Failures(context.Context) ([]schemas.Failure, error) {
	return slices.Collect(maps.Values(m.failures)), nil
}

type keySet map[schemas.PageKey]bool

func (s keySet) Has(k schemas.PageKey) bool { return s[k] }

func (m *memory) Present(_ context.Context, cut string) (Keys, error) {
	keys := keySet{}
	for k := range m.features[cut] {
		keys[k] = true
	}
	return keys, nil
}

func (m *memory) PutDocuments(_ context.Context, rows []schemas.Document) error {
	m.mu.Lock()
	defer m.mu.Unlock()
	if err := m.write(); err != nil {
		return err
	}
	for _, r := range rows {
		m.documents[r.Key()] = r
	}
	return nil
}

func (m *memory) PutFailures(_ context.Context, put []schemas.Failure, drop []schemas.PageKey) error {
	if err := m.write(); err != nil {
		return err
	}
	for _, k := range drop {
		delete(m.failures, k)
	}
	for _, f := range put {
		m.failures[f.Key()] = f
	}
	return nil
}

func (m *memory) AppendFeatures(_ context.Context, cut string, rows []schemas.Feature) error {
	if err := m.write(); err != nil {
		return err
	}
	if m.features[cut] == nil {
		m.features[cut] = map[schemas.PageKey]schemas.Feature{}
	}
	for _, r := range rows {
		if _, twice := m.features[cut][r.Key()]; twice {
			return errors.New("a page was appended twice: " + r.Path)
		}
		r.Embedding = slices.Clone(r.Embedding) // it is used again
		m.features[cut][r.Key()] = r
		m.order[cut] = append(m.order[cut], r.Path)
	}
	return nil
}

// hashEngine fills vectors from a hash of the page's pixels and the cut, so that
// the right vector for a page is known.
type hashEngine struct {
	model.Engine // what is not asked for
	pages        int
	closed       bool
	before       func() // called at each pass
}

func (e *hashEngine) Name() string     { return "hash" }
func (e *hashEngine) Concurrency() int { return 1 }
func (e *hashEngine) Close() error     { e.closed = true; return nil }

func (e *hashEngine) Forward(_ context.Context, pixels []uint8, cuts []model.Cut, dst [][]float32) error {
	if e.before != nil {
		e.before()
	}
	e.pages += hashPages(pixels, cuts, dst)
	return nil
}

// hashPages returns how many pages there are.
func hashPages(pixels []uint8, cuts []model.Cut, dst [][]float32) int {
	size := model.InputShape().Len()
	for n := range len(pixels) / size {
		for i, c := range cuts {
			row := dst[i][n*c.Dim() : (n+1)*c.Dim()]
			hash := hashOf(pixels[n*size:(n+1)*size], c)
			for j := range row {
				row[j] = hash + float32(j)
			}
		}
	}
	return len(pixels) / size
}

func hashOf(page []uint8, c model.Cut) float32 {
	h := fnv.New32a()
	h.Write(page)
	h.Write([]byte(c.String()))
	return float32(h.Sum32() % 1000)
}

// pagePNG is a small grey page whose pixels depend on n.
func pagePNG(t *testing.T, n int) []byte {
	t.Helper()
	img := image.NewGray(image.Rect(0, 0, 20, 30))
	for i := range img.Pix {
		img.Pix[i] = uint8(i*n + n)
	}
	img.SetGray(1, 1, color.Gray{uint8(n)})
	var b bytes.Buffer
	if err := png.Encode(&b, img); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

// pagesTIFF has one uncompressed grey 4×4 page for each value; a negative value
// makes a page of a compression that does not exist.
func pagesTIFF(values ...int) []byte {
	b := []byte("II*\x00\x00\x00\x00\x00")
	link := 4 // where the offset of the next directory stands
	for _, v := range values {
		data := len(b)
		b = append(b, bytes.Repeat([]byte{uint8(v)}, 16)...)
		binary.LittleEndian.PutUint32(b[link:], uint32(len(b)))
		compression := 1
		if v < 0 {
			compression = 999
		}
		entries := [][2]int{{256, 4}, {257, 4}, {258, 8}, {259, compression}, {262, 1}, {273, data}, {277, 1}, {278, 4}, {279, 16}}
		b = binary.LittleEndian.AppendUint16(b, uint16(len(entries)))
		for _, e := range entries {
			b = binary.LittleEndian.AppendUint16(b, uint16(e[0]))
			b = binary.LittleEndian.AppendUint16(b, 4)
			b = binary.LittleEndian.AppendUint32(b, 1)
			b = binary.LittleEndian.AppendUint32(b, uint32(e[1]))
		}
		link = len(b)
		b = append(b, 0, 0, 0, 0)
	}
	return b
}

func put(t *testing.T, dir, name string, data []byte) {
	t.Helper()
	path := filepath.Join(dir, name)
	if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(path, data, 0o644); err != nil {
		t.Fatal(err)
	}
}

// entries lists a folder as a manifest would that gives each document splitOf's split.
func entries(t *testing.T, dir string) []corpus.Entry {
	t.Helper()
	l, err := corpus.List(context.Background(), []string{dir}, corpus.Options{})
	if err != nil {
		t.Fatal(err)
	}
	for i := range l.Entries {
		l.Entries[i].Split = splitOf(l.Entries[i].Path)
	}
	return l.Entries
}

func splitOf(path string) string {
	if filepath.Base(filepath.Dir(path)) == "memo" {
		return "test"
	}
	return "train"
}
