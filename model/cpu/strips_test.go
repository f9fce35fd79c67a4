package cpu

import (
	"math/rand/v2"
	"os"
	"testing"

	"cutpoint/model"
)

// TestStrips: two layers in strips give what one after the other gives, to the last bit,
// borders and all, though the strips' memory has junk in it.
func TestStrips(t *testing.T) {
	e := newEngine(t, noTop(), Options{Precision: model.BFloat16})
	if !inTiles(e) && os.Getenv("REQUIRE_AMX") != "" {
		t.Fatal("AMX is required and was not found")
	}
	if !inTiles(e) {
		t.Skip("scripts/test-amx: emulates AMX, which this machine, or this build, has not")
	}
	r := rand.New(rand.NewPCG(17, 18))
	for range e.threads {
		strip := <-e.strips
		used := strip.activation(0, 0, model.Shape{H: 18, W: 224, C: 64})
		for i := range used.pairs {
			used.pairs[i] = 0x7fc07fc0 // NaN
		}
		e.strips <- strip
	}
	for i := range e.layers {
		if e.layers[i].strip == 0 {
			continue
		}
		maps := arena{pairing: e.schedule.pairs}
		var in activation
		if i == 0 {
			in = input{pixels: testPages(1)}.load(e, &maps, 0, 1, 0)
		} else {
			in = randomMaps(r, e, &maps, e.layers[i].In, 1)[0]
		}
		between := maps.activation(1, 0, e.layers[i].Out)
		e.layers[i].conv.convolve([]activation{between}, []activation{in}, 2)
		pooled := e.layers[i+2].Out
		want, got := maps.activation(1, 1, pooled), maps.activation(1, 2, pooled)
		e.layers[i+1].conv.convolve([]activation{want}, []activation{between}, 2)
		e.convolveStrips(got, in, i, 2)
		sameMaps(t, e.layers[i].Name+" and the next", got, want)
		checkBorder(t, e.layers[i].Name, got)
	}
}
