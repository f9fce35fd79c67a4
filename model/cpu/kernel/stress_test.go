package kernel

import (
	"math/rand/v2"
	"runtime"
	"slices"
	"sync"
	"testing"
	"time"
)

// TestUnderCollection runs the assembly on all cores while the collector never rests and
// goroutines are preempted, stopped and moved: registers that a signal or a stack's move
// did not keep would change a result, and memory that the collector took for free would
// hold another's.
func TestUnderCollection(t *testing.T) {
	rounds := 200
	if testing.Short() {
		rounds = 20
	}
	stop := make(chan struct{})
	var collector, workers sync.WaitGroup
	collector.Go(func() {
		for {
			select {
			case <-stop:
				return
			default:
				runtime.GC()
				time.Sleep(50 * time.Microsecond)
			}
		}
	})
	for worker := range 4 * runtime.GOMAXPROCS(0) {
		workers.Go(func() {
			r := rand.New(rand.NewPCG(uint64(worker), 1))
			for round := range rounds {
				checkRepeated(t, r, round)
			}
		})
	}
	workers.Wait()
	close(stop)
	collector.Wait()
}

// checkRepeated computes a product twice in every implementation, the second time deeper
// in the stack and into memory that is a moment old.
func checkRepeated(t *testing.T, r *rand.Rand, round int) {
	n := 1 + r.IntN(29)
	checkTransforms(t, r, round)
	for _, k := range implementations() {
		p := randomProduct(r, k.Width(), n, 9, 16)
		first := make([]float32, (n-1)*p.DstStride+k.Width())
		p.Dst = first
		k.Multiply(n, p)
		second := make([]float32, len(first))
		p.Dst = second
		deeper(round%64, func() { k.Multiply(n, p) })
		if !slices.EqualFunc(first, second, sameFloat) {
			t.Errorf("%s: %d rows differ from the same rows a moment before", k.Name(), n)
		}
	}
	for _, k := range pairKernels() {
		p := randomPairProduct(r, n, 9, 8, false)
		first := make([]float32, (n-1)*p.DstStride+k.Width())
		p.Dst = first
		k.Multiply(n, p)
		second := make([]float32, len(first))
		p.Dst = second
		deeper(round%64, func() { k.Multiply(n, p) })
		if !slices.EqualFunc(first, second, sameFloat) {
			t.Errorf("%s: %d rows of pairs differ from the same rows a moment before", k.Name(), n)
		}
	}
	for _, k := range tileKernels() {
		p := randomTileProduct(r, 1+n%TileRows, round%TileRows, 2, 2, false)
		first := make([]float32, p.sums())
		p.Dst = first
		k.Multiply(p)
		second := make([]float32, len(first))
		p.Dst = second
		deeper(round%64, func() { k.Multiply(p) })
		if !slices.EqualFunc(first, second, sameFloat) {
			t.Errorf("%s: tiles of %d rows differ from the same a moment before", k.Name(), p.Upper)
		}
	}
}

// checkTransforms does the same with Winograd's transforms, which have frames of their own.
func checkTransforms(t *testing.T, r *rand.Rand, round int) {
	for _, k := range implementations() {
		tile := randomTile(r, 33, WinogradIn)
		k.ToWinograd(tile)
		places, first := slices.Clone(tile.Places), slices.Clone(tile.Map)
		deeper(round%64, func() { k.ToWinograd(tile) })
		bias := random(r, 33)
		k.FromWinograd(tile, bias, false)
		copy(first, tile.Map)
		deeper(round%64, func() { k.FromWinograd(tile, bias, false) })
		if !slices.EqualFunc(places, tile.Places, sameFloat) || !slices.EqualFunc(first, tile.Map, sameFloat) {
			t.Errorf("%s: a transform differs from the same a moment before", k.Name())
		}
	}
}

// deeper calls f below the given number of frames of a kilobyte each, so that the stack grows.
//
//go:noinline
func deeper(frames int, f func()) {
	var frame [1024]byte
	if frames == 0 {
		f()
		return
	}
	frame[frames] = 1
	deeper(frames-1, f)
	runtime.KeepAlive(&frame)
}
