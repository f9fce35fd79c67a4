package pth

import (
	"archive/zip"
	"bytes"
	"encoding/binary"
	"hash/crc32"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"cutpoint/model/weights/pickle"
)

// text, number and tuple write the instructions that push a value.
func text(s string) string {
	return "X" + string(binary.LittleEndian.AppendUint32(nil, uint32(len(s)))) + s
}

func number(n int64) string {
	return "\x8a\x08" + string(binary.LittleEndian.AppendUint64(nil, uint64(n)))
}

func tuple(items ...string) string { return "(" + strings.Join(items, "") + "t" }

func numbers(n ...int64) string {
	var items []string
	for _, v := range n {
		items = append(items, number(v))
	}
	return tuple(items...)
}

// view is a tensor of a storage.
type view struct {
	class, key     string
	count, offset  int64
	shape, strides []int64
}

func (v view) pickle() string {
	id := tuple(text("storage"), "ctorch\n"+v.class+"\n", text(v.key), text("cpu"), number(v.count))
	return "ctorch._utils\n_rebuild_tensor_v2\n" + tuple(id+"Q", number(v.offset), numbers(v.shape...), numbers(v.strides...), "\x89", ")") + "R"
}

// stateOf writes a state_dict of tensors called a, b, …
func stateOf(views ...view) string {
	s := "\x80\x02}("
	for i, v := range views {
		s += text(string(rune('a'+i))) + v.pickle()
	}
	return s + "u."
}

// entry is a member of an archive.
type entry struct {
	name   string
	data   string
	method uint16
}

func zipOf(t testing.TB, entries ...entry) []byte {
	t.Helper()
	var b bytes.Buffer
	w := zip.NewWriter(&b)
	for _, e := range entries {
		h := &zip.FileHeader{Name: e.name, Method: e.method}
		h.CRC32, h.UncompressedSize64 = crc32.ChecksumIEEE([]byte(e.data)), uint64(len(e.data))
		if h.CompressedSize64 = h.UncompressedSize64; e.method != zip.Store {
			h.CompressedSize64 = uint64(len(e.data)) // written as it is: only the mark matters
		}
		m, err := w.CreateRaw(h)
		if err != nil {
			t.Fatal(err)
		}
		if _, err := m.Write([]byte(e.data)); err != nil {
			t.Fatal(err)
		}
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

func read(b []byte) (*File, error) { return Read(bytes.NewReader(b), int64(len(b))) }

var plain = view{"FloatStorage", "0", 6, 0, []int64{2, 3}, []int64{3, 1}}

func TestZip(t *testing.T) {
	transposed := view{"FloatStorage", "0", 6, 1, []int64{2, 2}, []int64{1, 2}}
	state, data := stateOf(plain, transposed), strings.Repeat("abcdef", 4)
	for _, order := range []string{"", "little", "big"} {
		entries := []entry{{"any name/data.pkl", state, 0}, {"any name/data/0", data, 0}}
		if order != "" {
			entries = append(entries, entry{"any name/byteorder", order, 0})
		}
		b := zipOf(t, entries...)
		f, err := read(b)
		if err != nil {
			t.Fatal(err)
		}
		if f.BigEndian != (order == "big") || len(f.Tensors) != 2 {
			t.Fatalf("a file with byte order %q: %+v, want two tensors of that order", order, f)
		}
		a, c := f.Tensors[0], f.Tensors[1]
		if string(b[a.Offset:][:a.Size]) != data || c.Offset != a.Offset+4 || c.Size != 16 {
			t.Errorf("the tensors lie at %+v and %+v", a, c)
		}
	}
}

func TestZipRefusals(t *testing.T) {
	data := entry{"m/data/0", strings.Repeat("x", 24), 0}
	with := func(v view) []byte { return zipOf(t, entry{"m/data.pkl", stateOf(v), 0}, data) }
	pkl := func(s string) []byte { return zipOf(t, entry{"m/data.pkl", s, 0}, data) }
	good := entry{"m/data.pkl", stateOf(plain), 0}
	change := func(f func(v *view)) []byte { v := plain; f(&v); return with(v) }
	whole := zipOf(t, good, data)
	for _, c := range []struct {
		name string
		file []byte
		want string
	}{
		{"no data.pkl", zipOf(t, data), "without the data.pkl"},
		{"two folders", zipOf(t, good, entry{"n/data.pkl", "", 0}), "without the data.pkl"},
		{"NumPy", zipOf(t, entry{"a.npy", "", 0}), "NumPy"},
		{"Keras 3", zipOf(t, entry{"model.weights.h5", "", 0}), "Keras 3"},
		{"TorchScript", zipOf(t, good, entry{"m/constants.pkl", "", 0}), "TorchScript"},
		{"compressed pickle", zipOf(t, entry{"m/data.pkl", stateOf(plain), zip.Deflate}, data), "compressed"},
		{"compressed values", zipOf(t, good, entry{"m/data/0", data.data, zip.Deflate}), "compressed"},
		{"twice", zipOf(t, good, data, data), "twice"},
		{"byte order", zipOf(t, good, data, entry{"m/byteorder", "middle", 0}), `byte order is "middle"`},
		{"no values", zipOf(t, good), `no member "m/data/0"`},
		{"few values", zipOf(t, good, entry{"m/data/0", "xxxx", 0}), "has 4 bytes, and 6 values F32 need 24"},
		{"many values", zipOf(t, good, entry{"m/data/0", strings.Repeat("x", 25), 0}), "has 25 bytes"},
		{"no tensors", pkl("}."), "no tensors by name"},
		{"a list", pkl("]."), "not a state_dict"},
		{"a function", pkl("}" + text("a") + "cos\nsystem\n" + tuple(text("reboot")) + "Rs."), `asks for "os.system", which a file of weights does not need: do not trust`},
		{"a built-in", pkl("c__builtin__\neval\n" + tuple(text("1")) + "R."), `"__builtin__.eval"`},
		{"a function beside torch", pkl("ctorch.hub\nload\n)R."), `"torch.hub.load"`},
		{"a function in _utils", pkl("ctorch._utils\n_import_dotted_name\n)R."), `"torch._utils._import_dotted_name"`},
		{"a model", pkl("ctorchvision.models.vgg\nVGG\n)\x81}b."), "whole pickled model"},
		{"quantised", pkl("ctorch\nQInt8Storage\n."), "values of the kind torch.QInt8Storage"},
		{"offset", change(func(v *view) { v.offset = 1 }), "lies outside"},
		{"negative offset", change(func(v *view) { v.offset = -1 }), "not described"},
		{"huge offset", change(func(v *view) { v.offset = 1<<63 - 1 }), "lies outside"},
		{"stride", change(func(v *view) { v.strides = []int64{4, 1} }), "lies outside"},
		{"negative stride", change(func(v *view) { v.strides = []int64{3, -1} }), "not described"},
		{"huge", change(func(v *view) { v.shape = []int64{1<<31 - 1, 1<<31 - 1}; v.strides = []int64{1<<31 - 1, 1<<31 - 1} }), "lies outside"},
		{"a stride too few", change(func(v *view) { v.strides = []int64{1} }), "not described"},
		{"many dimensions", change(func(v *view) { v.shape = make([]int64, 33); v.strides = make([]int64, 33) }), "not described"},
		{"count", change(func(v *view) { v.count = 1 << 62 }), "not named"},
		{"cut off in the values", whole[:120], "cut off"},
		{"directory cut off", whole[:len(whole)-5], "cut off"},
	} {
		_, err := read(c.file)
		if err == nil || !strings.Contains(err.Error(), c.want) {
			t.Errorf("%s: %v, want an error with %q", c.name, err, c.want)
		}
	}
}

// TestZipOverlap points the directory's entry of the values at the pickle's header.
func TestZipOverlap(t *testing.T) {
	b := zipOf(t, entry{"m/data.pkl", stateOf(plain), 0}, entry{"m/data/0", strings.Repeat("x", 24), 0})
	at := bytes.LastIndex(b, []byte("PK\x01\x02"))
	binary.LittleEndian.PutUint32(b[at+42:], 0) // relative offset of the local header
	if _, err := read(b); err == nil || !strings.Contains(err.Error(), "overlap") {
		t.Errorf("%v, want an error about the overlap", err)
	}
}

// legacyOf writes the layout of before PyTorch 1.6.
func legacyOf(state string, keys []string, storages ...string) []byte {
	s := "\x80\x02\x8a\x0a\x6c\xfc\x9c\x46\xf9\x20\x6a\xa8\x50\x19." + "\x80\x02M\xe9\x03." + "\x80\x02}." + state + "\x80\x02]("
	for _, k := range keys {
		s += text(k)
	}
	s += "e."
	for _, v := range storages {
		s += v
	}
	return []byte(s)
}

func floats(n int) string {
	return string(binary.LittleEndian.AppendUint64(nil, uint64(n))) + strings.Repeat("abcd", n)
}

func TestLegacy(t *testing.T) {
	other := view{"DoubleStorage", "7", 2, 1, []int64{1}, []int64{1}}
	doubles := string(binary.LittleEndian.AppendUint64(nil, 2)) + strings.Repeat("ABCDEFGH", 2)
	b := legacyOf(stateOf(other, plain), []string{"0", "7"}, floats(6), doubles)
	f, err := read(b)
	if err != nil {
		t.Fatal(err)
	}
	if got := f.Tensors[0]; got.Type != "F64" || string(b[got.Offset:][:got.Size]) != "ABCDEFGH" || got.Offset+got.Size != int64(len(b)) {
		t.Errorf("first tensor %+v, want F64 at the end of the file", got)
	}
	if got := f.Tensors[1]; string(b[got.Offset:][:got.Size]) != strings.Repeat("abcd", 6) {
		t.Errorf("second tensor %+v, want 6 times abcd", got)
	}
}

func TestLegacyRefusals(t *testing.T) {
	state, keys := stateOf(plain), []string{"0"}
	twice := plain
	twice.class = "DoubleStorage"
	for _, c := range []struct {
		name string
		file []byte
		want string
	}{
		{"another pickle", []byte("\x80\x02}."), "not PyTorch's"},
		{"another version", bytes.Replace(legacyOf(state, keys, floats(6)), []byte("M\xe9\x03"), []byte("M\xea\x03"), 1), "version 1002"},
		{"no storage", legacyOf(state, keys), "storage 1 of 1 is missing: the file is cut off"},
		{"storage cut off", legacyOf(state, keys, floats(6)[:20]), "cut off"},
		{"other count", legacyOf(state, keys, floats(5)), "has 5 values, and its tensors say 6"},
		{"lying count", legacyOf(stateOf(view{"FloatStorage", "0", 1 << 50, 0, []int64{1}, []int64{1}}), keys, string(binary.LittleEndian.AppendUint64(nil, 1<<50))), "cut off"},
		{"unknown storage", legacyOf(state, []string{"0", "1"}, floats(6), floats(6)), "belongs to no tensor"},
		{"unlisted storage", legacyOf(state, nil), "does not list"},
		{"two storages in one", legacyOf(stateOf(plain, twice), keys, floats(6)), "two different"},
		{"a function", legacyOf("cos\nsystem\n"+tuple(text("id"))+"R.", nil), `"os.system"`},
		{"a module", legacyOf(tuple(text("module"), "N", "N", "N")+"Q.", nil), "not a state_dict"},
	} {
		_, err := read(c.file)
		if err == nil || !strings.Contains(err.Error(), c.want) {
			t.Errorf("%s: %v, want an error with %q", c.name, err, c.want)
		}
	}
}

// TestLastCounts: of two values of one key Python keeps the last, and so it is here.
func TestLastCounts(t *testing.T) {
	second := plain
	second.shape, second.strides = []int64{6}, []int64{1}
	state := "\x80\x02}(" + text("a") + plain.pickle() + text("a") + second.pickle() + "u."
	f, err := read(legacyOf(state, []string{"0"}, floats(6)))
	if err != nil || len(f.Tensors) != 1 || len(f.Tensors[0].Shape) != 1 {
		t.Errorf("reading a state with one name twice: %+v, %v; want the second tensor", f, err)
	}
}

func TestAllow(t *testing.T) {
	for name, ok := range map[string]bool{
		"collections OrderedDict": true, "torch FloatStorage": true, "torch._utils _rebuild_parameter": true, "torch.storage UntypedStorage": true,
		"torch load": false, "torch._utils _flatten": false, "posix system": false, "builtins getattr": false, "collections Counter": false,
		"torchvision.models.vgg VGG": false, "numpy.core.multiarray scalar": false, "": false,
	} {
		module, f, _ := strings.Cut(name, " ")
		if err := allow(pickle.Global{Module: module, Name: f}); (err == nil) != ok {
			t.Errorf("allow(%s): error %v, want it allowed: %t", name, err, ok)
		}
	}
}

// FuzzRead checks of every file that is read that its tensors lie in it.
func FuzzRead(f *testing.F) {
	names, err := filepath.Glob("../testdata/*.pth")
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
	f.Add(zipOf(f, entry{"m/data.pkl", stateOf(plain), 0}, entry{"m/data/0", strings.Repeat("x", 24), 0}))
	f.Add(legacyOf(stateOf(plain), []string{"0"}, floats(6)))
	f.Fuzz(func(t *testing.T, b []byte) {
		file, err := read(b)
		if err != nil {
			return
		}
		for _, x := range file.Tensors {
			if x.Unreadable == "" && (x.Offset < 0 || x.Size < 0 || x.Offset+x.Size > int64(len(b))) {
				t.Fatalf("%+v of %d bytes", x, len(b))
			}
		}
	})
}
