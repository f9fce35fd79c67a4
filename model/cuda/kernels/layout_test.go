package kernels_test

import (
	"os"
	"reflect"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"
	"unsafe"

	"cutpoint/model/cuda/kernels"
)

// parameters are the Go mirrors of common.cuh's structs.
var parameters = []any{kernels.Conv{}, kernels.First{}, kernels.Flat{}, kernels.Reduce{}, kernels.Softmax{}, kernels.Peak{}}

// TestParameters: fields have the order, types and places that C gives them.
func TestParameters(t *testing.T) {
	source, err := os.ReadFile("common.cuh")
	if err != nil {
		t.Fatal(err)
	}
	for _, p := range parameters {
		typ := reflect.TypeOf(p)
		body := regexp.MustCompile(`(?s)struct ` + typ.Name() + ` \{(.*?)\n\};`).FindSubmatch(source)
		if body == nil {
			t.Fatalf("common.cuh has no struct %s", typ.Name())
		}
		fields := cFields(string(body[1]))
		if len(fields) != typ.NumField() {
			t.Errorf("%s has %d fields in C, %d in Go", typ.Name(), len(fields), typ.NumField())
			continue
		}
		for i, f := range fields {
			if g := typ.Field(i); !strings.EqualFold(g.Name, f.name) || g.Type.String() != f.goType || g.Offset != f.offset {
				t.Errorf("%s.%s differs from its field in C, which is %v", typ.Name(), g.Name, f)
			}
		}
	}
}

type cField struct {
	name, goType string
	offset       uintptr
}

// cFields places the fields of a C struct: each at the next multiple of its size.
func cFields(body string) (fields []cField) {
	types := map[string]struct {
		name string
		size uintptr
	}{"u64": {"uint64", 8}, "int": {"int32", 4}, "float": {"float32", 4}}
	at := uintptr(0)
	for _, m := range regexp.MustCompile(`(?m)^\s*(u64|int|float) ([\w, ]+);`).FindAllStringSubmatch(body, -1) {
		typ := types[m[1]]
		for name := range strings.SplitSeq(m[2], ",") {
			at = (at + typ.size - 1) / typ.size * typ.size
			fields = append(fields, cField{strings.TrimSpace(name), typ.name, at})
			at += typ.size
		}
	}
	return fields
}

// entries finds what PTX says of each entry point.
var entries = regexp.MustCompile(`(?s)\.visible \.entry (\w+)\(\s*\.param \.align \d+ \.b8 \w+\[(\d+)\]\s*\)\s*\.maxntid (\d+), 1, 1(.*?)\n\}\n`)

// TestEntries: the table names all entry points of the PTX, with their threads; parameters
// have the size that they have there; shared memory is what every GPU has.
func TestEntries(t *testing.T) {
	sizes := map[string]uintptr{}
	for _, p := range parameters {
		sizes[strings.ToLower(reflect.TypeOf(p).Name())] = reflect.TypeOf(p).Size()
	}
	sizes["mean"], sizes["maximum"] = sizes["reduce"], sizes["reduce"]
	found := entries.FindAllStringSubmatch(kernels.Ends+kernels.SM80, -1)
	table := len(kernels.EndsKernels) + len(kernels.SM80Kernels)
	if len(found) != table || len(found) != strings.Count(kernels.Ends+kernels.SM80, ".entry") {
		t.Fatalf("%d kernels in the tables, %d in the PTX", table, len(found))
	}
	for _, m := range found {
		k := kernel(t, m[1])
		kind, _, _ := strings.Cut(k.Name, "_")
		if m[2] != strconv.Itoa(int(sizes[kind])) || m[3] != strconv.Itoa(k.Threads) {
			t.Errorf("%s has parameters of %s bytes, want %d, and %s threads, want %d", k.Name, m[2], sizes[kind], m[3], k.Threads)
		}
		shared := k.Shared
		for _, s := range regexp.MustCompile(`\.shared \.align \d+ \.b8 \w+\[(\d+)\]`).FindAllStringSubmatch(m[4], -1) {
			n, _ := strconv.Atoi(s[1])
			shared += n
		}
		if shared > 99<<10 {
			t.Errorf("%s needs %d bytes of shared memory", k.Name, shared)
		}
	}
}

// TestPTX: nothing of the machine that built it, no local memory, and nothing that drivers
// before CUDA 12.2 do not take.
func TestPTX(t *testing.T) {
	for _, ptx := range []string{kernels.Ends, kernels.SM80} {
		for _, never := range []string{".local", ".loc", ".file", "/", "call"} {
			for line := range strings.Lines(ptx) {
				if code, _, _ := strings.Cut(line, "//"); strings.Contains(code, never) {
					t.Errorf("the PTX has %q in %q", never, line)
				}
			}
		}
		if !strings.Contains(ptx, ".version 8.2\n.target sm_80\n") {
			t.Error("the PTX is for another version or target")
		}
	}
}

// TestHopperParameters: two tensor maps, where the copy engine wants them, and a Conv of the
// size that it has in Go; threads as in the table.
func TestHopperParameters(t *testing.T) {
	const hopperMap = `\.param \.align 64 \.b8 \w+\[128\],\s*`
	entry := regexp.MustCompile(`\.entry (conv_\w+)\(\s*` + hopperMap + hopperMap + `\.param \.align 8 \.b8 \w+\[(\d+)\]\s*\)\s*\.maxntid (\d+), 1, 1`)
	sizes := map[string][]string{}
	for _, m := range entry.FindAllStringSubmatch(kernels.SM90a, -1) {
		sizes[m[1]] = m[2:]
	}
	for _, k := range slices.Concat(kernels.SM90aKernels, kernels.SM90aTallKernels) {
		want := []string{strconv.Itoa(int(unsafe.Sizeof(kernels.Conv{}))), strconv.Itoa(k.Threads)}
		if k.Name != "peak" && !slices.Equal(sizes[k.Name], want) {
			t.Errorf("%s: parameters of bytes and threads %v, want %v", k.Name, sizes[k.Name], want)
		}
	}
}
