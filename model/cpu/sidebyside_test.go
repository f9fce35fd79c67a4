package cpu

import (
	"context"
	"fmt"
	"math/rand/v2"
	"os"
	"testing"

	"cutpoint/model"
)

// TestSideBySide: pages whose maps lie side by side come out as each of them alone, to the last
// bit: in the shallow layers, which write such maps, and in the deep ones, which read them.
func TestSideBySide(t *testing.T) {
	if os.Getenv("REQUIRE_AMX") == "" {
		t.Skip("scripts/test-amx: takes minutes where AMX is emulated")
	}
	e := newEngine(t, noTop(), Options{Precision: model.BFloat16, Threads: 1})
	if !inTiles(e) {
		t.Fatal("AMX is required and was not found")
	}
	r := rand.New(rand.NewPCG(19, 20))
	cuts, pages := [][2]string{{"pool1", "pool2"}, {"pool4", "pool5"}}, []int{0, pagesSideBySide - 1}
	if testing.Short() {
		cuts, pages = cuts[1:], pages[1:]
	}
	for _, c := range cuts {
		from, to := cutNamed(t, c[0]), cutNamed(t, c[1])
		x := make([]float32, pagesSideBySide*from.Dim())
		for i := range x {
			x[i] = max(0, float32(r.NormFloat64()))
		}
		derive := func(x []float32) []float32 {
			dst := poisoned([]model.Cut{to}, len(x)/from.Dim())
			if err := e.ForwardFrom(context.Background(), from, x, []model.Cut{to}, dst); err != nil {
				t.Fatal(err)
			}
			return dst[0]
		}
		together := derive(x)
		for _, page := range pages {
			alone := derive(x[page*from.Dim():][:from.Dim()])
			sameBits(t, fmt.Sprintf("%s of page %d", to, page), together[page*to.Dim():][:to.Dim()], alone)
		}
	}
}
