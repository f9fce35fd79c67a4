package head

import (
	"bytes"
	"encoding/binary"
	"errors"
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
	d := planted(4, 30, 6, 3, 4)
	h, err := Softmax{L2: []float64{0.1}}.Train(t.Context(), d)
	if err != nil {
		t.Fatal(err)
	}
	return &File{Cut: "fc2", Fingerprint: strings.Repeat("ab", 32), Classes: []string{"brief", "e-mail", "Größe \"x\""}, Head: h}
}

func encoded(t testing.TB, f *File) []byte {
	t.Helper()
	var b bytes.Buffer
	if err := f.write(&b); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

func TestFileRoundTrip(t *testing.T) {
	f := sample(t)
	path := filepath.Join(t.TempDir(), "head.safetensors")
	for range 2 { // the second replaces the first
		if err := f.Save(path); err != nil {
			t.Fatal(err)
		}
	}
	got, err := Load(path)
	if err != nil {
		t.Fatal(err)
	}
	if !reflect.DeepEqual(got, f) {
		t.Errorf("read %+v, wrote %+v", got, f)
	}
	d := planted(5, 50, 6, 3, 4)
	a, _ := f.Head.LogProbabilities(d.Matrix)
	b, _ := got.Head.LogProbabilities(d.Matrix)
	if !slices.Equal(a, b) {
		t.Error("predictions differ after a round trip")
	}
	left, err := os.ReadDir(filepath.Dir(path))
	if err != nil || len(left) != 1 {
		t.Errorf("the folder holds %v (%v), want the head alone", left, err)
	}
}

func TestSaveRefuses(t *testing.T) {
	folder := t.TempDir()
	for name, spoil := range map[string]func(f *File){
		"no fingerprint": func(f *File) { f.Fingerprint = "" },
		"class missing":  func(f *File) { f.Classes = f.Classes[:2] },
		"not finite":     func(f *File) { f.Head.Kernel[3] = float32(math.NaN()) },
		"short kernel":   func(f *File) { f.Head.Kernel = f.Head.Kernel[:5] },
	} {
		f := sample(t)
		spoil(f)
		if err := f.Save(filepath.Join(folder, "head.safetensors")); err == nil {
			t.Errorf("%s: saved", name)
		}
	}
	if err := sample(t).Save(filepath.Join(folder, "absent", "head.safetensors")); err == nil {
		t.Error("saved into a folder that is not there")
	}
	if left, _ := os.ReadDir(folder); len(left) != 0 {
		t.Errorf("refused heads left %v behind", left)
	}
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
			t.Errorf("Check(%.4s, %s, %d) = %v", c.fingerprint, c.cut, c.dim, err)
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
		"version":      text(`"format_version":"1"`, `"format_version":"9"`),
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
			t.Errorf("%s: %v", name, err)
		}
	}
	if _, err := Load(filepath.Join(t.TempDir(), "absent")); !errors.Is(err, os.ErrNotExist) {
		t.Errorf("absent file: %v", err)
	}
}

func FuzzLoad(f *testing.F) {
	good := encoded(f, sample(f))
	f.Add(good)
	f.Add(good[:len(good)/2])
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
		if err != nil || !slices.Equal(again.Head.Kernel, file.Head.Kernel) {
			t.Errorf("a head that was read cannot be written and read: %v", err)
		}
	})
}
