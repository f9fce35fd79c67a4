package main

import (
	"fmt"
	"strings"
)

// programs may not link packages, whatever leads to them. in is a program's folder.
var programs = []rule{
	{in: "cmd/featurize", forbid: []string{"gorgonia.org", "gonum.org", module + "/model/head/train"}, because: "featurize trains nothing"},
}

// graph has the imports of each folder below the root, tests left out.
type graph map[string][]string

// linked returns a sentence for each forbidden package that the program reaches
// through packages of this module, with the imports that lead there.
func (g graph) linked(r rule) (broken []string) {
	via := map[string]string{} // folder → the one that imports it
	for queue := []string{r.in}; len(queue) > 0; queue = queue[1:] {
		folder := queue[0]
		for _, imported := range g[folder] {
			for _, f := range r.forbid {
				if covers(f, imported) {
					broken = append(broken, fmt.Sprintf("%s links %s, imported by %s: %s", r.in, imported, chain(via, folder), r.because))
				}
			}
			next, own := strings.CutPrefix(imported, module+"/")
			if _, seen := via[next]; own && !seen && next != r.in {
				via[next] = folder
				queue = append(queue, next)
			}
		}
	}
	return broken
}

// chain names a folder and those that led to it.
func chain(via map[string]string, folder string) string {
	text := folder
	for from, ok := via[folder]; ok; from, ok = via[from] {
		text += " ← " + from
	}
	return text
}
