package main

import (
	"bytes"
	"encoding/binary"
	"encoding/json"
	"fmt"
	"image"
	"image/png"
	"math"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"cutpoint/cmd/internal/command"
	"cutpoint/model"
	"cutpoint/schemas"
)

// gray writes a page of one grey.
func gray(t *testing.T, path string, level uint8) {
	t.Helper()
	img := image.NewGray(image.Rect(0, 0, 30, 30))
	for i := range img.Pix {
		img.Pix[i] = level
	}
	var b bytes.Buffer
	if err := png.Encode(&b, img); err != nil {
		t.Fatal(err)
	}
	write(t, path, b.Bytes())
}

// brightWeights writes weights without a top, zero but for a path from the first
// channel through block 1 that multiplies it by gain: pool1-avg's first value is
// gain·(pixel − 103.939), and all of pool2 is zero. The file is mostly a hole.
func brightWeights(t *testing.T, gain float32) string {
	t.Helper()
	header := map[string]any{}
	var size int64
	at := map[string]int64{}
	tensor := func(name string, values int, shape ...int) {
		header[name] = map[string]any{"dtype": "F32", "shape": shape, "data_offsets": []int64{size, size + 4*int64(values)}}
		at[name] = size
		size += 4 * int64(values)
	}
	for _, l := range model.ParameterLayers() {
		if l.Kind == model.Conv3x3 {
			tensor(l.Name+"/kernel", l.KernelLen(), 3, 3, l.In.C, l.Out.C)
			tensor(l.Name+"/bias", l.BiasLen(), l.Out.C)
		}
	}
	text, err := json.Marshal(header)
	if err != nil {
		t.Fatal(err)
	}
	path := filepath.Join(t.TempDir(), "bright.safetensors")
	write(t, path, append(binary.LittleEndian.AppendUint64(nil, uint64(len(text))), text...))
	f, err := os.OpenFile(path, os.O_RDWR, 0)
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	data := int64(8 + len(text))
	if err := f.Truncate(data + size); err != nil {
		t.Fatal(err)
	}
	middle := func(layer string, in int, value float32) { // of the 3×3, to output channel 0
		offset := data + at[layer+"/kernel"] + 4*int64((1*3+1)*in*64)
		if _, err := f.WriteAt(binary.LittleEndian.AppendUint32(nil, math.Float32bits(value)), offset); err != nil {
			t.Fatal(err)
		}
	}
	middle("block1_conv1", 3, gain)
	middle("block1_conv2", 64, 1)
	return path
}

// TestFloat16 featurizes pages of which one has a value beyond float16.
func TestFloat16(t *testing.T) {
	if testing.Short() {
		t.Skip("reads 80 MB of weights three times")
	}
	corpus, work := t.TempDir(), t.TempDir()
	for _, level := range []uint8{120, 200, 255} {
		gray(t, filepath.Join(corpus, fmt.Sprintf("%d.png", level)), level)
	}
	// 255 gives 90660 and 200 gives 57637, of which float16 has the multiples of 32.
	base := []string{corpus, "--weights", brightWeights(t, 600.1), "--cuts", "pool1-avg,pool2-avg", "-q", "--store"}
	full, half := filepath.Join(work, "full"), filepath.Join(work, "half")
	if code, _, errs := run(t, "", append(base, full)...); code != command.OK {
		t.Fatalf("float32: code %d: %s", code, errs)
	}
	for night := range 2 {
		code, _, errs := run(t, "", append(base, half, "--dtype", "float16")...)
		if code != command.SomeFailed || night == 0 && !strings.Contains(errs, "--dtype float32") {
			t.Fatalf("float16, night %d: code %d: %s", night, code, errs)
		}
	}
	for _, cut := range []string{"pool1-avg", "pool2-avg"} {
		want, got := vectorsOf(t, full, cut), vectorsOf(t, half, cut)
		if len(want) != 3 || len(got) != 2 {
			t.Fatalf("%s: %d pages of float32, %d of float16", cut, len(want), len(got))
		}
		for key, r := range got {
			v, rounded := r.Embedding, want[key].Embedding
			if schemas.RoundHalf(rounded); math.Abs(float64(v[0])) > 65504 || !sameFloats(v, rounded) {
				t.Errorf("%s: page %v is not the rounded one of the other store", cut, key)
			}
		}
	}
	_, out, _ := run(t, "", "status", "--store", half)
	for _, want := range []string{"255.png", "value 0 of cut pool1-avg is 90", "out-of-range, attempt 1", "--dtype float32"} {
		if !strings.Contains(out, want) {
			t.Errorf("status does not say %q:\n%s", want, out)
		}
	}
	if code, out, _ := run(t, "", "verify", "--store", half); code != command.OK {
		t.Errorf("verify: code %d\n%s", code, out)
	}
	code, _, errs := run(t, "", append(base, half)...)
	if code != command.Fatal || !strings.Contains(errs, "dtype float16, not float32") {
		t.Errorf("another dtype: code %d, %q", code, errs)
	}
}

func sameFloats(a, b []float32) bool {
	return slices.EqualFunc(a, b, func(x, y float32) bool { return math.Float32bits(x) == math.Float32bits(y) })
}
