package resample

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"image"
	"math/rand/v2"
	"os"
	"slices"
	"testing"
)

// drawn is the image of testdata/make.py.
func drawn(width, height, channels int) Image {
	m := newImage(width, height, channels)
	for i := range m.Pix {
		m.Pix[i] = uint8(i*7919%251 + i%5)
	}
	return m
}

// TestPillow holds every filter to what Pillow makes.
func TestPillow(t *testing.T) {
	data, err := os.ReadFile("testdata/pillow.json")
	if err != nil {
		t.Fatal(err)
	}
	var rows []struct {
		Channels       int
		In, Out        [2]int
		Filter, SHA256 string
	}
	if err := json.Unmarshal(data, &rows); err != nil || len(rows) < 100 {
		t.Fatalf("%d rows, %v", len(rows), err)
	}
	for _, r := range rows {
		got := Resize(drawn(r.In[0], r.In[1], r.Channels), r.Out[0], r.Out[1], Filter(r.Filter), image.Rect(0, 0, r.Out[0], r.Out[1]))
		if sum := sha256.Sum256(got.Pix); got.Width != r.Out[0] || got.Height != r.Out[1] || hex.EncodeToString(sum[:]) != r.SHA256 {
			t.Errorf("%s of %v × %d to %v differs", r.Filter, r.In, r.Channels, r.Out)
		}
	}
}

// TestPartIsOfTheWhole: a part is what the whole has there.
func TestPartIsOfTheWhole(t *testing.T) {
	rng := rand.New(rand.NewPCG(1, 2))
	for range 300 {
		m := drawn(1+rng.IntN(60), 1+rng.IntN(300), 1+2*rng.IntN(2))
		width, height := 1+rng.IntN(50), 1+rng.IntN(50)
		x, y := rng.IntN(width), rng.IntN(height)
		part := image.Rect(x, y, x+1+rng.IntN(width-x), y+1+rng.IntN(height-y))
		f := Filters()[rng.IntN(len(Filters()))]
		whole, got := Resize(m, width, height, f, image.Rect(0, 0, width, height)), Resize(m, width, height, f, part)
		want := whole.rows(part.Min.Y, part.Max.Y).columns(part.Min.X, part.Max.X)
		if got.Width != part.Dx() || got.Height != part.Dy() || !bytes.Equal(got.Pix, want.Pix) {
			t.Fatalf("%s of %d × %d × %d to %d × %d: the part %v differs", f, m.Width, m.Height, m.Channels, width, height, part)
		}
	}
}

func TestFlatStaysFlat(t *testing.T) {
	for _, f := range Filters() {
		for _, level := range []uint8{0, 1, 127, 254, 255} {
			m := Image{70, 50, 1, bytes.Repeat([]uint8{level}, 70*50)}
			got := Resize(m, 23, 91, f, image.Rect(0, 0, 23, 91))
			if !bytes.Equal(got.Pix, bytes.Repeat([]uint8{level}, 23*91)) {
				t.Errorf("%s changes a flat level of %d", f, level)
			}
		}
	}
}

const canary = 0xa5

// TestKernelsAgainstTwins tries lengths around those of a step, with canaries behind.
func TestKernelsAgainstTwins(t *testing.T) {
	rng := rand.New(rand.NewPCG(3, 4))
	draw := func(n int) []uint8 {
		b := make([]uint8, n+1)
		for i := range b {
			b[i] = uint8(rng.Uint32())
		}
		return b[1:] // at an odd address
	}
	for n := 1; n < 70; n++ {
		row := draw(3 * n)
		check(t, "split", 3*n, func(d []uint8) { split(d, n, row) }, func(d []uint8) { splitGeneric(d, n, row) })
		taps := 1 + rng.IntN(9)
		weight := make([]int32, taps)
		for i := range weight {
			weight[i] = rng.Int32N(1<<22) - 1<<20
		}
		src := draw(n * taps)
		check(t, "vertical", n, func(d []uint8) { verticalLine(d, src, weight) }, func(d []uint8) { verticalGeneric(d, src, n, weight) })
	}
	for _, f := range Filters()[1:] {
		for _, in := range []int{8, 9, 31, 64, 100, 777} {
			for _, out := range []int{1, 5, 64, 99} {
				table := newTable(axis{in: in, out: out, to: out}, f, 8, in)
				src := draw(lines * in)
				for _, step := range []int{1, 3} {
					size := (lines-1)*out*step + (out-1)*step + 1
					check(t, "horizontal "+string(f), size,
						func(d []uint8) { horizontalLines(d, out*step, step, src, in, lines, table) },
						func(d []uint8) { horizontalGeneric(d, out*step, step, src, in, lines, table) })
				}
			}
		}
	}
}

func check(t *testing.T, name string, n int, kernel, twin func(dst []uint8)) {
	t.Helper()
	run := func(f func(dst []uint8)) []uint8 {
		all := bytes.Repeat([]uint8{canary}, n+64)
		f(all[:n:n])
		return all
	}
	if got, want := run(kernel), run(twin); !bytes.Equal(got, want) {
		t.Fatalf("%s of %d: the kernel and its twin differ", name, n)
	}
}

func BenchmarkResize(b *testing.B) {
	for name, channels := range map[string]int{"grey": 1, "colour": 3} {
		m := drawn(2121, 3000, channels)
		b.Run(name, func(b *testing.B) {
			for b.Loop() {
				Resize(m, 224, 224, Bilinear, image.Rect(0, 0, 224, 224))
			}
		})
	}
}

// TestArea: reduced by whole factors it is Box, otherwise pixels count by their share.
func TestArea(t *testing.T) {
	m := Image{Width: 5, Height: 1, Channels: 1, Pix: []uint8{0, 100, 200, 50, 250}}
	for width, want := range map[int][]uint8{
		1: {120},
		2: {80, 160},           // 2.5 pixels each
		3: {40, 150, 170},      // 5/3 pixels each
		4: {20, 140, 110, 210}, // 5/4 pixels each
		5: {0, 100, 200, 50, 250},
	} {
		if got := Resize(m, width, 1, Area, image.Rect(0, 0, width, 1)); !slices.Equal(got.Pix, want) {
			t.Errorf("%d pixels are %v, want %v", width, got.Pix, want)
		}
	}
	enlarged := Resize(m, 12, 3, Area, image.Rect(0, 0, 12, 3))
	if want := Resize(m, 12, 3, Bilinear, image.Rect(0, 0, 12, 3)); !slices.Equal(enlarged.Pix, want.Pix) {
		t.Errorf("enlarged it is %v, want %v", enlarged.Pix, want.Pix)
	}
	if slices.Contains(Filters(), Area) {
		t.Error("it is a filter for preparing pages")
	}
}
