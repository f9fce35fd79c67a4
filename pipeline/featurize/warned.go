package featurize

import (
	"fmt"
	"log/slog"
	"maps"
	"slices"
	"strings"

	"cutpoint/pipeline/raster"
)

// warned are the pages of a run that may not be what a person sees, by
// raster.Warning. One stage counts them; they are read once that has ended.
type warned struct {
	pages map[string]int
	first map[string][]string // names of a few
}

// namedPages is how many pages of each warning are named.
const namedPages = 3

func newWarned() warned { return warned{map[string]int{}, map[string][]string{}} }

func (w *warned) add(warning raster.Warning, path string, page int32) {
	if warning == "" {
		return
	}
	class := string(warning)
	if w.pages[class]++; w.pages[class] <= namedPages {
		w.first[class] = append(w.first[class], fmt.Sprintf("%s page %d", path, page))
	}
}

// log writes a line for each warning. Empty pages are no cause for concern where
// sheets are scanned on both sides.
func (w *warned) log(to *slog.Logger) {
	for _, class := range slices.Sorted(maps.Keys(w.pages)) {
		write := to.Warn
		if class == string(raster.Empty) {
			write = to.Info
		}
		write("pages may not look as a person sees them", "warning", class, "pages", w.pages[class],
			"first", strings.Join(w.first[class], ", "))
	}
}
