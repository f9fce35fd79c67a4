// Command importrules checks that packages import only what the architecture
// allows them (ARCHITECTURE.md, "The rules"). It reads the imports of every Go
// file below a folder, tests left out, and exits with 1 if one breaks a rule.
//
//	go run ./scripts/importrules
package main

import (
	"fmt"
	"go/parser"
	"go/token"
	"io/fs"
	"os"
	"path"
	"path/filepath"
	"strconv"
	"strings"
)

const module = "cutpoint"

// rule forbids imports to the packages under a folder. A package or import is
// meant with all that is below it, unless it ends in "$".
type rule struct {
	in      string   // "" is everywhere
	except  []string // folders under in that are free
	forbid  []string
	because string
}

var rules = []rule{
	{in: "schemas", forbid: []string{module}, because: "everything may depend on schemas, so it depends on nothing"},
	{in: "model/cpu/kernel", forbid: []string{module}, because: "kernels know arrays, not networks"},
	{in: "model$", forbid: []string{module}, because: "the description of the network depends on nothing"},
	{in: "model", forbid: []string{module + "/store", module + "/pipeline", module + "/cmd", module + "/schemas"}, because: "the model knows no tables and no pages"},
	{in: "store", forbid: []string{module + "/model", module + "/pipeline", module + "/cmd"}, because: "the store knows rows, not where they come from"},
	{in: "store/files", forbid: []string{module}, because: "files are named bytes, whatever their content"},
	{in: "store/parquet", forbid: []string{module + "/store/delta"}, because: "a Parquet file does not know which table names it"},
	{in: "store", except: []string{"store/parquet", "store/delta"}, forbid: []string{"github.com/parquet-go/parquet-go"}, because: "Parquet is read and written in rooms of its own"},
	{in: "", except: []string{"store"}, forbid: []string{module + "/store/delta"}, because: "only tables write to logs; others ask package store"},
	{in: "", except: []string{"store/files/filestest"}, forbid: []string{module + "/store/files/filestest"}, because: "only tests run on a disk in memory"},
	{in: "pipeline", except: []string{"pipeline/lists"}, forbid: []string{module + "/store/parquet"}, because: "of the stages only lists are read as Parquet, by the store's checked way"},
	{in: "pipeline", forbid: []string{module + "/store$", module + "/store/delta", module + "/store/files", module + "/cmd", module + "/model/cpu", module + "/model/cuda", module + "/model/engine", module + "/model/weights$"}, because: "stages depend on interfaces that they declare; cmd connects them"},
	{in: "", except: []string{"model/head/train"}, forbid: []string{"gorgonia.org"}, because: "only heads are trained with Gorgonia"},
	{in: "model/head$", forbid: []string{"gonum.org", module + "/model/head/train"}, because: "a head predicts without the code that trains it"},
	{in: "", except: []string{"model/cuda/driver"}, forbid: []string{"github.com/ebitengine/purego"}, because: "only NVIDIA's driver is called in C"},
	{in: "", except: []string{"model/cuda/cudatest", "model/cuda/kernels/kerneltest"}, forbid: []string{module + "/model/cuda/cudatest", module + "/model/cuda/kernels/kerneltest"}, because: "only tests run on the emulated GPU"},
	{in: "", forbid: []string{module + "/pipeline/raster/pdf/pdftest"}, because: "only tests write PDF files"},
	{in: "pipeline/raster/pdf/object", forbid: []string{module}, because: "objects of a file know nothing of pages"},
	{in: "", except: []string{"cmd"}, forbid: []string{"github.com/urfave/cli"}, because: "only cmd reads flags"},
	{in: "", forbid: []string{"C$", "math/rand$"}, because: "there is no cgo here, and random numbers come from math/rand/v2"},
}

func main() {
	broken, err := check(".")
	if err != nil {
		fmt.Fprintln(os.Stderr, "importrules:", err)
		os.Exit(1)
	}
	for _, b := range broken {
		fmt.Println(b)
	}
	if len(broken) > 0 {
		os.Exit(1)
	}
}

// check returns a sentence for each import below root that breaks a rule, and for
// each package that a program may not link.
func check(root string) (broken []string, err error) {
	imports := graph{}
	err = filepath.WalkDir(root, func(file string, d fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		if d.IsDir() && (d.Name() == "testdata" || strings.HasPrefix(d.Name(), ".") && file != root) {
			return fs.SkipDir
		}
		if !strings.HasSuffix(file, ".go") || strings.HasSuffix(file, "_test.go") {
			return nil
		}
		found, err := imports.checkFile(root, file)
		broken = append(broken, found...)
		return err
	})
	for _, r := range programs {
		broken = append(broken, imports.linked(r)...)
	}
	return broken, err
}

// checkFile checks one file's imports and adds them to the graph.
func (g graph) checkFile(root, file string) (broken []string, err error) {
	parsed, err := parser.ParseFile(token.NewFileSet(), file, nil, parser.ImportsOnly)
	if err != nil {
		return nil, err
	}
	rel, err := filepath.Rel(root, file)
	if err != nil {
		return nil, err
	}
	folder := path.Dir(filepath.ToSlash(rel))
	for _, spec := range parsed.Imports {
		imported, err := strconv.Unquote(spec.Path.Value)
		if err != nil {
			return nil, err
		}
		g[folder] = append(g[folder], imported)
		for _, r := range rules {
			if r.breaks(folder, imported) {
				broken = append(broken, fmt.Sprintf("%s imports %s: %s", rel, imported, r.because))
			}
		}
	}
	return broken, nil
}

func (r rule) breaks(folder, imported string) bool {
	if r.in != "" && !covers(r.in, folder) {
		return false
	}
	for _, e := range r.except {
		if covers(e, folder) {
			return false
		}
	}
	// Packages of one folder may import each other, unless one package alone is meant.
	if r.in != "" && !strings.HasSuffix(r.in, "$") && covers(module+"/"+r.in, imported) {
		return false
	}
	for _, f := range r.forbid {
		if covers(f, imported) {
			return true
		}
	}
	return false
}

// covers reports whether name is pattern, or below it unless it ends in "$".
func covers(pattern, name string) bool {
	exact, isExact := strings.CutSuffix(pattern, "$")
	return name == exact || !isExact && strings.HasPrefix(name, exact+"/")
}
