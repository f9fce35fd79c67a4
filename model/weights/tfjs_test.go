package weights

import (
	"encoding/json"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
)

// quantised writes values as TensorFlow.js may: the tiny network's are eighths from
// -15/8 on, which 8 and 16 bits hold exactly.
func quantised(dtype string, values []float32) []byte {
	var b []byte
	switch dtype {
	case "float32":
		return encode(values, f32)
	case "float16":
		return encode(values, f16)
	}
	for _, v := range values {
		q := uint16((v + 15.0/8) * 8)
		if b = append(b, uint8(q)); dtype == "uint16" {
			b = append(b, uint8(q>>8))
		}
	}
	return b
}

// writeTFJS writes a layers model of the tiny network in shards of at most shard bytes.
func writeTFJS(t *testing.T, dtype string, shard int) (dir string) {
	t.Helper()
	dir = t.TempDir()
	var data []byte
	var list []map[string]any
	tensors := kerasTensors()
	for _, name := range slices.Sorted(maps.Keys(tensors)) {
		w := map[string]any{"name": name, "shape": tensors[name].shape, "dtype": "float32"}
		if dtype != "float32" {
			w["quantization"] = map[string]any{"dtype": dtype, "scale": 0.125, "min": -15.0 / 8, "original_dtype": "float32"}
		}
		list = append(list, w)
		data = append(data, quantised(dtype, tensors[name].values)...)
	}
	var paths []string
	for part := range slices.Chunk(data, shard) {
		name := "group1-shard" + string(rune('a'+len(paths)%26)) + strings.Repeat("x", len(paths)/26) + ".bin"
		paths = append(paths, name)
		writeFile(t, filepath.Join(dir, name), part)
	}
	raw, err := json.Marshal(map[string]any{"format": "layers-model", "weightsManifest": []any{map[string]any{"paths": paths, "weights": list}}})
	if err != nil {
		t.Fatal(err)
	}
	writeFile(t, filepath.Join(dir, "model.json"), raw)
	return dir
}

func writeFile(t *testing.T, path string, data []byte) {
	t.Helper()
	if err := os.WriteFile(path, data, 0o644); err != nil {
		t.Fatal(err)
	}
}

// TestTFJS reads models in one shard and in many, named by their folder or their JSON.
func TestTFJS(t *testing.T) {
	for _, dtype := range []string{"float32", "uint8", "uint16", "float16"} {
		for _, shard := range []int{1 << 20, 997, 100} {
			dir := writeTFJS(t, dtype, shard)
			for _, path := range []string{dir, filepath.Join(dir, "model.json")} {
				if colours, err := openFolder(t, path); err != nil || colours != "caffe" {
					t.Errorf("%s in shards of %d: %v, colours %q", dtype, shard, err, colours)
				}
			}
		}
	}
}

func TestTFJSRefuses(t *testing.T) {
	edit := func(from, to string) func(dir string) {
		return func(dir string) {
			raw, err := os.ReadFile(filepath.Join(dir, "model.json"))
			if err != nil || !strings.Contains(string(raw), from) {
				t.Fatalf("%v, or no %q in the model", err, from)
			}
			writeFile(t, filepath.Join(dir, "model.json"), []byte(strings.ReplaceAll(string(raw), from, to)))
		}
	}
	for name, c := range map[string]struct {
		damage func(dir string)
		want   string
	}{
		"shard missing":  {func(dir string) { os.Remove(filepath.Join(dir, "group1-sharda.bin")) }, "is missing"},
		"shard short":    {func(dir string) { writeFile(t, filepath.Join(dir, "group1-sharda.bin"), []byte("x")) }, "ends beyond its files"},
		"shard long":     {func(dir string) { writeFile(t, filepath.Join(dir, "group1-sharda.bin"), make([]byte, 1<<20)) }, "need"},
		"out of folder":  {edit("group1-sharda.bin", "../x.bin"), "do not trust"},
		"absolute":       {edit("group1-sharda.bin", "/etc/passwd"), "do not trust"},
		"strings":        {edit(`"dtype":"uint8"`, `"dtype":"string"`), "which is not read"},
		"endless shape":  {edit(`"shape":[3,3,3,4]`, `"shape":[2147483647,2147483647,2147483647,4]`), "more values"},
		"negative shape": {edit(`"shape":[3,3,3,4]`, `"shape":[-3,3,3,4]`), "more values"},
		"no manifest":    {func(dir string) { writeFile(t, filepath.Join(dir, "model.json"), []byte(`{"a": 1}`)) }, "weightsManifest"},
		"endless JSON": {func(dir string) {
			writeFile(t, filepath.Join(dir, "model.json"), append([]byte("{"), make([]byte, maxModelJSON)...))
		}, "more than a TensorFlow.js model has"},
		"cut JSON": {func(dir string) { writeFile(t, filepath.Join(dir, "model.json"), []byte(`{"weightsManifest": [`)) }, "cut off"},
	} {
		dir := writeTFJS(t, "uint8", 1<<20)
		c.damage(dir)
		if _, err := open(t.Context(), dir, tiny()); err == nil || !strings.Contains(err.Error(), c.want) {
			t.Errorf("open %s: error %v, want %q", name, err, c.want)
		}
	}
}

// FuzzTFJS tries models without their files: none may allocate what it claims.
func FuzzTFJS(f *testing.F) {
	f.Add([]byte(`{"weightsManifest": [{"paths": [], "weights": [{"name": "block1_conv1/kernel", "shape": [3, 3, 3, 4], "dtype": "float32"}]}]}`))
	f.Add([]byte(`{"weightsManifest": [{"paths": ["a.bin"], "weights": []}]}`))
	f.Fuzz(func(t *testing.T, b []byte) {
		if w, err := loadTiny(b); err == nil && len(w.Params) != 2 && len(w.Params) != 5 {
			t.Fatalf("%d layers loaded, want 2 or 5", len(w.Params))
		}
	})
}
