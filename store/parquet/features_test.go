package parquet

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"math"
	"math/rand/v2"
	"testing"
	"time"

	pq "github.com/parquet-go/parquet-go"

	"cutpoint/schemas"
)

var keys = map[string]string{"cutpoint.cut": `{"cut":"fc2"}`, "cutpoint.fingerprint": "ab"}

// sample makes n rows of dim values, about half of them zero.
func sample(n, dim int) []schemas.Feature {
	r := rand.New(rand.NewPCG(uint64(n), uint64(dim)))
	rows := make([]schemas.Feature, n)
	block := make([]float32, n*dim)
	for i := range block {
		if bits := r.Uint32(); bits&1 == 1 {
			block[i] = math.Float32frombits(bits&0x007f_ffff | 0x3f80_0000)
		}
	}
	for i := range rows {
		rows[i] = schemas.Feature{
			DocumentID: fmt.Sprintf("%064x", i*i), Page: int32(i%5 - 1), Path: fmt.Sprintf("in/%d.tif", i),
			FeaturizedAt: time.UnixMicro(1_700_000_000_000_000 - int64(i)).UTC(), Embedding: block[i*dim : (i+1)*dim : (i+1)*dim],
		}
		if i%3 != 1 {
			label := fmt.Sprintf("label %d", i%7)
			rows[i].Label = &label
		}
	}
	return rows
}

func encode(t testing.TB, rows []schemas.Feature, dim int, codec Codec) []byte {
	t.Helper()
	var b bytes.Buffer
	if err := WriteFeatures(context.Background(), &b, rows, FeatureOptions{Dim: dim, Codec: codec, Keys: keys}); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

// openFile opens a file's footer with parquet-go.
func openFile(file []byte) (*pq.File, error) {
	return OpenGeneral(bytes.NewReader(file), int64(len(file)))
}

func open(file []byte) (*File, error) { return Open(bytes.NewReader(file), int64(len(file))) }

// readAll reads the embeddings of a file, which must have at most limit values.
func readAll(file []byte, dim, limit int) ([]float32, error) {
	f, err := open(file)
	if err != nil {
		return nil, err
	}
	n := int(f.Rows())
	if n > limit/dim {
		return nil, fmt.Errorf("%w: %d rows", ErrDamaged, n)
	}
	d := NewDecoder(3)
	defer d.Close()
	data := make([]float32, n*dim)
	return data, d.ReadEmbeddings(context.Background(), f, dim, data)
}

func sameVectors(t *testing.T, data []float32, rows []schemas.Feature, dim int) {
	t.Helper()
	if len(data) != len(rows)*dim {
		t.Fatalf("%d values of %d rows", len(data), len(rows))
	}
	for i, r := range rows {
		if !bytes.Equal(memory(data[i*dim:(i+1)*dim]), memory(r.Embedding)) {
			t.Fatalf("row %d differs", i)
		}
	}
}

// sizes are the numbers of rows around what a page and a row group hold.
func sizes(dim int) []int {
	if page := RowsPerPage(dim); page < 12 {
		out := []int{}
		for n := range 2*page + 2 {
			out = append(out, n)
		}
		return out
	}
	page := min(RowsPerPage(dim), RowsPerGroup(dim))
	out := []int{0, 1, 2, 3, page - 1, page, page + 1, 2*page - 1, 2*page + 1}
	if dim == 4096 && !testing.Short() {
		out = append(out, RowsPerGroup(dim)-1, RowsPerGroup(dim)+1)
	}
	return out
}

// TestRoundTrip writes around the sizes of pages and row groups and reads with
// our reader and with the general one.
func TestRoundTrip(t *testing.T) {
	for _, dim := range []int{1, 2, 3, 512, 4096, 25_088, 802_816} {
		for i, n := range sizes(dim) {
			rows, codec := sample(n, dim), []Codec{Uncompressed, Snappy, Zstd}[i%3]
			file := encode(t, rows, dim, codec)
			data, err := readAll(file, dim, n*dim)
			if err != nil {
				t.Fatalf("read %d × %d values in %v: %v", n, dim, codec, err)
			}
			sameVectors(t, data, rows, dim)
			if n*dim <= 1<<21 && n < 1<<16 {
				general(t, file, rows)
			}
		}
	}
}

// general reads a file with parquet-go and compares all columns.
func general(t *testing.T, file []byte, rows []schemas.Feature) {
	t.Helper()
	got, err := pq.Read[schemas.Feature](bytes.NewReader(file), int64(len(file)))
	if err != nil {
		t.Fatal(err)
	}
	if len(got) != len(rows) {
		t.Fatalf("%d rows, not %d", len(got), len(rows))
	}
	same := func(a, b *string) bool { return (a == nil) == (b == nil) && (a == nil || *a == *b) }
	for i, r := range rows {
		g := got[i]
		if g.Key() != r.Key() || g.Path != r.Path || !same(g.Label, r.Label) || !same(g.Split, r.Split) ||
			!g.FeaturizedAt.Equal(r.FeaturizedAt) || !bytes.Equal(memory(g.Embedding), memory(r.Embedding)) {
			t.Fatalf("row %d is %v, not %v", i, g, r)
		}
	}
}

// TestCompare checks that the read-back sees a single other bit.
func TestCompare(t *testing.T) {
	const n, dim = 700, 512
	rows := sample(n, dim)
	file := encode(t, rows, dim, Zstd)
	f, err := open(file)
	if err != nil {
		t.Fatal(err)
	}
	d := NewDecoder(0)
	defer d.Close()
	if err := d.CompareEmbeddings(context.Background(), f, dim, rows); err != nil {
		t.Fatal(err)
	}
	if err := d.CompareEmbeddings(context.Background(), f, dim, rows[1:]); !errors.Is(err, ErrDamaged) {
		t.Errorf("a row fewer: %v", err)
	}
	v := &rows[600].Embedding[77]
	*v = math.Float32frombits(math.Float32bits(*v) ^ 1)
	if err := d.CompareEmbeddings(context.Background(), f, dim, rows); !errors.Is(err, ErrDamaged) {
		t.Errorf("another bit: %v", err)
	}
	ctx, cancel := context.WithCancel(context.Background())
	cancel()
	if err := d.ReadEmbeddings(ctx, f, dim, make([]float32, n*dim)); !errors.Is(err, context.Canceled) {
		t.Errorf("cancelled read: error %v, want %v", err, context.Canceled)
	}
}

func TestWriteRefuses(t *testing.T) {
	for name, o := range map[string]FeatureOptions{"no length": {}, "too long": {Dim: MaxDim + 1}, "other length": {Dim: 4}, "codec": {Dim: 3, Codec: 2}} {
		if err := WriteFeatures(context.Background(), &bytes.Buffer{}, sample(2, 3), o); err == nil {
			t.Errorf("%s: no error", name)
		}
	}
}

func TestChooseCodec(t *testing.T) {
	filled := func(n, dim, every int, value float32) []schemas.Feature {
		rows := sample(n, dim)
		for i := range rows {
			for j := range rows[i].Embedding {
				rows[i].Embedding[j] = 0
				if j%every == 0 {
					rows[i].Embedding[j] = value
				}
			}
		}
		return rows
	}
	sparse := func(n, dim, every int) []schemas.Feature { return filled(n, dim, every, 1.1) }
	for _, c := range []struct {
		name string
		rows []schemas.Feature
		want Codec
	}{
		{"nothing", nil, Snappy}, {"one row, 5 %", sparse(1, 400, 20), Zstd}, {"many rows, 5 %", sparse(1000, 400, 20), Zstd},
		{"an eighth", sparse(100, 400, 8), Snappy}, {"half", sample(100, 400), Snappy}, {"dense", sparse(100, 400, 1), Snappy},
		{"dense, of halves", filled(100, 400, 1, 1.5), Zstd},
	} {
		if got := ChooseCodec(c.rows); got != c.want {
			t.Errorf("codec for %s: %v, want %v", c.name, got, c.want)
		}
	}
}

func TestPortableFloats(t *testing.T) {
	v := []float32{0, 1, -1, math.MaxFloat32, math.SmallestNonzeroFloat32, float32(math.Copysign(0, -1)), math.Pi}
	plain := appendFloatsPortable(nil, v)
	if !bytes.Equal(plain, appendFloats(nil, v)) {
		t.Error("append differs")
	}
	a, b := make([]float32, len(v)), make([]float32, len(v))
	copyFloats(a, plain)
	copyFloatsPortable(b, plain)
	for _, equal := range []func([]byte, []float32) bool{equalFloats, equalFloatsPortable} {
		if !equal(plain, a) || !equal(plain, b) || equal(plain, a[1:]) {
			t.Error("equal differs")
		}
		plain[5] ^= 1
		if equal(plain, a) {
			t.Error("another bit is equal")
		}
		plain[5] ^= 1
	}
}
