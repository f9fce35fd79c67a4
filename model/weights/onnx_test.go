package weights

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// openFolder opens a file of the tiny network by its name, with the other files in its folder.
func openFolder(t *testing.T, path string) (preprocess string, err error) {
	t.Helper()
	w, err := open(t.Context(), path, tiny())
	if err != nil {
		return "", err
	}
	sameParams(t, w.Params, tinyParams())
	return w.Preprocess.Name, nil
}

// TestONNX reads what PyTorch and tf2onnx export, by the graph and not by names.
func TestONNX(t *testing.T) {
	for name, want := range map[string]string{
		"torch.onnx": "torch", "keras.onnx": "caffe", "keras_half.onnx": "caffe", "unnamed.onnx": "caffe", "outside.onnx": "caffe",
		"tf2onnx.onnx": "caffe", "tf2onnx_batch.onnx": "caffe",
	} {
		if got, err := openFolder(t, filepath.Join("testdata", name)); err != nil || got != want {
			t.Errorf("%s: %v, colours %q, want %q", name, err, got, want)
		}
	}
	if _, err := openFolder(t, "testdata/colourless.onnx"); err == nil || !strings.Contains(err.Error(), "preprocess=caffe") {
		t.Errorf("a model that does not say its colours: %v", err)
	}
}

// TestONNXOutside: external data of a model is read from its folder, and from nowhere else.
func TestONNXOutside(t *testing.T) {
	model, err := os.ReadFile("testdata/outside.onnx")
	if err != nil {
		t.Fatal(err)
	}
	for name, c := range map[string]struct {
		with func(dir string) error
		want string
	}{
		"missing": {func(string) error { return nil }, "is missing"},
		"a link":  {func(dir string) error { return os.Symlink("/etc/passwd", filepath.Join(dir, "outside.data")) }, "symbolic links"},
		"short": {func(dir string) error {
			return os.WriteFile(filepath.Join(dir, "outside.data"), make([]byte, 50), 0o644)
		}, "ends beyond"},
	} {
		dir := t.TempDir()
		path := filepath.Join(dir, "m.onnx")
		if err := os.WriteFile(path, model, 0o644); err != nil {
			t.Fatal(err)
		}
		if err := c.with(dir); err != nil {
			t.Fatal(err)
		}
		if _, err := open(t.Context(), path, tiny()); err == nil || !strings.Contains(err.Error(), c.want) {
			t.Errorf("open %s: error %v, want %q", name, err, c.want)
		}
	}
	escaping := strings.ReplaceAll(string(model), "outside.data", "../../x.data")
	path := filepath.Join(t.TempDir(), "m.onnx")
	if err := os.WriteFile(path, []byte(escaping), 0o644); err != nil {
		t.Fatal(err)
	}
	if _, err := open(t.Context(), path, tiny()); err == nil || !strings.Contains(err.Error(), "do not trust") {
		t.Errorf("a path out of the folder: %v", err)
	}
}

// TestONNXDamaged cuts a file at every length and changes every byte: an error, or the
// same shapes.
func TestONNXDamaged(t *testing.T) {
	data, err := os.ReadFile("testdata/keras.onnx")
	if err != nil {
		t.Fatal(err)
	}
	for n := range data {
		if _, err := loadTiny(data[:n]); err == nil && n < len(data)-200 {
			t.Errorf("cut to %d of %d bytes it is read", n, len(data))
		}
		changed := append([]byte{}, data...)
		changed[n] ^= 0x81
		loadTiny(changed)
	}
}

func FuzzONNX(f *testing.F) {
	names, err := filepath.Glob("testdata/*.onnx")
	if err != nil || len(names) == 0 {
		f.Fatalf("%d files, %v", len(names), err)
	}
	for _, name := range names {
		data, err := os.ReadFile(name)
		if err != nil {
			f.Fatal(err)
		}
		f.Add(data)
	}
	f.Fuzz(func(t *testing.T, b []byte) {
		if w, err := loadTiny(b); err == nil && len(w.Params) != 2 && len(w.Params) != 5 {
			t.Fatalf("%d layers loaded, want 2 or 5", len(w.Params))
		}
	})
}
