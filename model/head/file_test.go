package head

import (
	"bytes"
	"crypto/sha256"
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"math"
	"os"
	"path/filepath"
	"reflect"
	"slices"
	"strings"
	"testing"
)

func sample(t testing.TB) *File {
	t.Helper()
	h := &Head{Kind: SoftmaxName, Dim: 6, Classes: 3, Mean: ramp(6), Scale: ramp(6), Kernel: ramp(18), Bias: ramp(3),
		Options: map[string]string{"l2": "0.1", "rows": "30"}}
	return &File{Cut: "fc2", Fingerprint: strings.Repeat("ab", 32), Classes: []string{"brief", "e-mail", "Größe \"x\""}, Head: h}
}

// shapes returns a file of each kind of head.
func shapes(t testing.TB) map[string]*File {
	t.Helper()
	const pages = 30
	knn := &Head{Kind: KNNName, Dim: 6, Classes: 3, Normalize: true, Neighbours: &Neighbours{K: 5,
		Pages: Dense{In: 6, Out: pages, Kernel: ramp(6 * pages), Bias: make([]float32, pages)}, Classes: make([]int32, pages)}}
	for i := range knn.Neighbours.Classes {
		knn.Neighbours.Classes[i] = int32(i % 3)
	}
	deep := &Head{Kind: VGGTopName, Dim: 6, Classes: 3, Kernel: ramp(15), Bias: ramp(3), Hidden: []Dense{
		{In: 6, Out: 4, Kernel: ramp(24), Bias: ramp(4)}, {In: 4, Out: 5, Kernel: ramp(20), Bias: ramp(5)}}}
	files := map[string]*File{"affine": sample(t)}
	for name, h := range map[string]*Head{"knn": knn, "deep": deep} {
		f := sample(t)
		f.Head = h
		files[name] = f
	}
	return files
}

// ramp returns n values around 0.
func ramp(n int) []float32 {
	values := make([]float32, n)
	for i := range values {
		values[i] = float32(i%7)/4 - 0.7
	}
	return values
}

func encoded(t testing.TB, f *File) []byte {
	t.Helper()
	var b bytes.Buffer
	if err := f.Write(&b); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

func TestFileRoundTrip(t *testing.T) {
	path := filepath.Join(t.TempDir(), "head.safetensors")
	x := Matrix{Values: ramp(6 * 50), Dim: 6}
	for name, f := range shapes(t) {
		if err := os.WriteFile(path, encoded(t, f), 0o644); err != nil {
			t.Fatal(err)
		}
		got, err := Load(path)
		if err != nil {
			t.Fatal(err)
		}
		if !reflect.DeepEqual(got, f) {
			t.Errorf("%s: read %+v, wrote %+v", name, got, f)
		}
		a, _ := f.Head.LogProbabilities(x)
		b, _ := got.Head.LogProbabilities(x)
		if !slices.Equal(a, b) || len(a) == 0 {
			t.Errorf("%s: predictions differ after a round trip", name)
		}
	}
}

// TestFileBytes: a head's file stays what it was, byte for byte.
func TestFileBytes(t *testing.T) {
	for name, want := range map[string]string{
		"affine": "0828de5e3693eb7f",
		"deep":   "758be15027435075",
		"knn":    "0a0ca979c6a7a7ff",
	} {
		if got := fmt.Sprintf("%.8x", sha256.Sum256(encoded(t, shapes(t)[name]))); got != want {
			t.Errorf("%s: the file's SHA-256 begins with %s, want %s", name, got, want)
		}
	}
}

func TestWriteRefuses(t *testing.T) {
	for name, spoil := range map[string]func(f *File){
		"no fingerprint": func(f *File) { f.Fingerprint = "" },
		"class missing":  func(f *File) { f.Classes = f.Classes[:2] },
		"not finite":     func(f *File) { f.Head.Kernel[3] = float32(math.NaN()) },
		"short kernel":   func(f *File) { f.Head.Kernel = f.Head.Kernel[:5] },
		"no way through": func(f *File) { f.Head.Hidden = []Dense{{In: 5, Out: 6, Kernel: ramp(30), Bias: ramp(6)}} },
		"many classes": func(f *File) {
			f.Classes, f.Head.Classes = make([]string, maxClasses+1), maxClasses+1
			f.Head.Kernel, f.Head.Bias = ramp(6*(maxClasses+1)), ramp(maxClasses+1)
		},
		"nobody votes": func(f *File) { f.Head.Neighbours = &Neighbours{} },
	} {
		f := sample(t)
		spoil(f)
		var b bytes.Buffer
		if err := f.Write(&b); err == nil || b.Len() > 0 {
			t.Errorf("%s: wrote %d bytes: %v", name, b.Len(), err)
		}
	}
	for left := range encoded(t, sample(t)) { // a disk that fills up
		if err := sample(t).Write(&shortWriter{left}); !errors.Is(err, io.ErrShortWrite) {
			t.Fatalf("after %d bytes: %v", left, err)
		}
	}
}

// shortWriter fails after some bytes.
type shortWriter struct{ left int }

func (w *shortWriter) Write(p []byte) (int, error) {
	if len(p) > w.left {
		return w.left, io.ErrShortWrite
	}
	w.left -= len(p)
	return len(p), nil
}

func TestCheckRefusesOtherFeatures(t *testing.T) {
	f := sample(t)
	if err := f.Check(f.Fingerprint, "fc2", 6); err != nil {
		t.Error(err)
	}
	for _, c := range []struct {
		fingerprint, cut string
		dim              int
		says             string
	}{
		{strings.Repeat("cd", 32), "fc2", 6, "fingerprint"}, {f.Fingerprint, "fc1", 6, "fc1"}, {f.Fingerprint, "fc2", 7, "7 values"},
	} {
		err := f.Check(c.fingerprint, c.cut, c.dim)
		if !errors.Is(err, ErrOtherFeatures) || !strings.Contains(err.Error(), c.says) {
			t.Errorf("Check(%.4s, %s, %d) = %v, want an error that says %q", c.fingerprint, c.cut, c.dim, err, c.says)
		}
	}
}

func TestLoadRefusesBrokenFiles(t *testing.T) {
	good := encoded(t, sample(t))
	text := func(old, new string) []byte { return bytes.Replace(good, []byte(old), []byte(new), 1) }
	huge := slices.Clone(good)
	binary.LittleEndian.PutUint64(huge, 1<<62)
	nan := slices.Clone(good)
	binary.LittleEndian.PutUint32(nan[len(nan)-4:], 0x7fc00000)
	for name, raw := range map[string][]byte{
		"empty": nil, "seven bytes": good[:7], "half a header": good[:100], "cut short": good[:len(good)-1],
		"more behind": append(slices.Clone(good), 0), "huge header": huge, "not a number": nan,
		"version":      text(`"format_version":"2"`, `"format_version":"9"`),
		"dim":          text(`"dim":"6"`, `"dim":"0"`),
		"other dim":    text(`"dim":"6"`, `"dim":"7"`),
		"precision":    text(`"F32"`, `"F16"`),
		"kernel named": text(`"kernel"`, `"colonel"`[:8]),
		"json":         text(`{"__metadata__"`, `["__metadata__"`),
	} {
		if bytes.Equal(raw, good) {
			t.Fatalf("%s: nothing was broken", name)
		}
		if _, err := read(bytes.NewReader(raw), int64(len(raw))); !errors.Is(err, ErrFormat) {
			t.Errorf("read a head with broken %s: error %v, want %v", name, err, ErrFormat)
		}
	}
	knn := encoded(t, shapes(t)["knn"])
	for name, change := range map[string][2]string{
		"fewer than vote": {`"neighbours":"5"`, `"neighbours":"9999"`}, "no votes": {`"neighbours":"5"`, `"neighbours":"0"`},
		"other pages": {`"pages":"30"`, `"pages":"31"`}, "hidden text": {`"hidden":"[]"`, `"hidden":"x"`},
	} {
		raw := bytes.Replace(knn, []byte(change[0]), []byte(change[1]), 1)
		binary.LittleEndian.PutUint64(raw, uint64(int(binary.LittleEndian.Uint64(raw))+len(raw)-len(knn)))
		if _, err := read(bytes.NewReader(raw), int64(len(raw))); !errors.Is(err, ErrFormat) || bytes.Equal(raw, knn) {
			t.Errorf("read a knn head (%s): error %v, want %v", name, err, ErrFormat)
		}
	}
	if _, err := Load(filepath.Join(t.TempDir(), "absent")); !errors.Is(err, os.ErrNotExist) {
		t.Errorf("absent file: %v", err)
	}
}

func FuzzLoad(f *testing.F) {
	for _, file := range shapes(f) {
		good := encoded(f, file)
		f.Add(good)
		f.Add(good[:len(good)/2])
	}
	f.Add([]byte{2, 0, 0, 0, 0, 0, 0, 0, '{', '}'})
	f.Fuzz(func(t *testing.T, raw []byte) {
		file, err := read(bytes.NewReader(raw), int64(len(raw)))
		if err != nil {
			return
		}
		x := Matrix{Values: make([]float32, file.Head.Dim), Dim: file.Head.Dim}
		if _, err := file.Head.LogProbabilities(x); err != nil {
			t.Errorf("a head that was read cannot predict: %v", err)
		}
		again, err := read(bytes.NewReader(encoded(t, file)), int64(len(encoded(t, file))))
		if err != nil || !reflect.DeepEqual(again, file) {
			t.Errorf("a head that was read cannot be written and read: %v", err)
		}
	})
}
