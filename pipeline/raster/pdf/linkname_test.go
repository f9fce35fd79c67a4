package pdf

import (
	"go/ast"
	"go/parser"
	"go/printer"
	"go/token"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
)

// TestLinkedVariables: the linker does not compare types, so that variables of go-pdfium
// which are not what we take them for would be read as something else.
func TestLinkedVariables(t *testing.T) {
	const module = "github.com/klippa-app/go-pdfium/internal/"
	for _, v := range []struct{ pkg, name, declared string }{
		{"pdfium_wasm", "Module", "var Module []byte"},
		{"implementation_webassembly", "FormFillInfoHandles", "var FormFillInfoHandles = struct {\n\tRefs\tmap[uint32]*FormFillInfo\n\tMutex\t*sync.Mutex\n}"},
	} {
		if got := declaration(t, module+v.pkg, v.name); !strings.HasPrefix(got, v.declared) {
			t.Errorf("%s has\n%s\nwant\n%s\nwhich the variable of that link name must look like", v.pkg, got, v.declared)
		}
	}
}

// declaration returns how a package declares a variable.
func declaration(t *testing.T, pkg, name string) string {
	t.Helper()
	folder, err := exec.CommandContext(t.Context(), "go", "list", "-f", "{{.Dir}}", pkg).Output()
	if err != nil {
		t.Fatal(err)
	}
	sources, err := filepath.Glob(filepath.Join(strings.TrimSpace(string(folder)), "*.go"))
	if err != nil {
		t.Fatal(err)
	}
	files := token.NewFileSet()
	var b strings.Builder
	for _, source := range sources {
		parsed, err := parser.ParseFile(files, source, nil, parser.SkipObjectResolution)
		if err != nil {
			t.Fatal(err)
		}
		for _, d := range parsed.Decls {
			d, ok := d.(*ast.GenDecl)
			if !ok || d.Tok != token.VAR || d.Specs[0].(*ast.ValueSpec).Names[0].Name != name {
				continue
			}
			d.Doc = nil
			if err := printer.Fprint(&b, files, d); err != nil {
				t.Fatal(err)
			}
		}
	}
	if b.Len() > 0 {
		return b.String()
	}
	t.Fatalf("%s has no variable %s", pkg, name)
	return ""
}
