package cudatest

import (
	"errors"
	"fmt"
	"math/bits"
	"slices"
	"strconv"
	"strings"

	"cutpoint/model/cuda/cudatest/tensor"
	"cutpoint/model/cuda/driver"
)

// boxCopy is a copy of the tensor copy engine in flight. It takes effect at a moment drawn
// from the seed, or when no warp of the block can go on.
type boxCopy struct {
	encoded     driver.TensorMap
	coordinates [5]int32
	rank        int
	to, barrier uint32
	warp        *warp
	lane, pc    int
	knows       knowledge // of the warp when it issued the copy
}

// copyBox is cp.async.bulk.tensor.Nd.shared::cluster.global{.tile}.mbarrier::complete_tx::bytes
// [to], [map, {coordinates}], [barrier].
func copyBox(c *compiler) (operation, error) {
	p := slices.DeleteFunc(slices.Clone(c.parts), func(s string) bool { return s == "tile" })
	form := strings.Join(p, ".")
	dim, ok := strings.CutPrefix(form, "async.bulk.tensor.")
	dim, rest, _ := strings.Cut(dim, ".")
	rank, err := strconv.Atoi(strings.TrimSuffix(dim, "d"))
	rest = strings.Replace(rest, "shared::cta", "shared::cluster", 1)
	hinted := strings.HasSuffix(rest, ".L2::cache_hint")
	rest = strings.TrimSuffix(rest, ".L2::cache_hint")
	if !ok || err != nil || rank < 1 || rank > 5 || rest != "shared::cluster.global.mbarrier::complete_tx::bytes" {
		return nil, fmt.Errorf("this form is not supported")
	}
	args := 3
	if hinted {
		args = 4
	}
	if err := c.count(args); err != nil {
		return nil, err
	}
	if hinted {
		if _, err := c.source(c.s.args[3], double); err != nil {
			return nil, err
		}
	}
	return c.issueBox(rank)
}

// issueBox compiles a copy of rank dimensions.
func (c *compiler) issueBox(rank int) (operation, error) {
	to, err := c.pointer(c.s.args[0], "shared")
	if err != nil {
		return nil, err
	}
	source := c.s.args[1]
	if source.kind != address || len(source.list) != 2 {
		return nil, fmt.Errorf("no coordinates")
	}
	from, err := c.pointer(source)
	if err != nil {
		return nil, err
	}
	at, err := c.vector32(source.list[1], rank, false)
	if err != nil {
		return nil, err
	}
	barrier, err := c.pointer(c.s.args[2], "shared")
	if err != nil {
		return nil, err
	}
	return func(w *warp, m uint32) {
		for ; m != 0; m &= m - 1 {
			i := bits.TrailingZeros32(m)
			b := boxCopy{rank: rank, to: uint32(to.at(w, i)), barrier: uint32(barrier.at(w, i)), warp: w, lane: i, pc: w.pc, knows: w.knows}
			encoded := w.bytes(generic, from.at(w, i), len(b.encoded), 64, false, i)
			if encoded == nil {
				return
			}
			copy(b.encoded[:], encoded)
			for k, slot := range at {
				b.coordinates[k] = int32(w.narrow[slot][i])
			}
			w.block.boxes = append(w.block.boxes, b)
		}
	}, nil
}

// completeBox lets one copy in flight take effect: any, as they have no order.
func (b *block) completeBox() {
	i := b.random.IntN(len(b.boxes))
	k := b.boxes[i]
	b.boxes = slices.Delete(b.boxes, i, i+1)
	k.warp.pc = k.pc
	n, err := tensor.LoadBox(&k.encoded, k.coordinates[:k.rank], b.launch.device.memory.read, b.shared, k.to)
	if err == nil && b.races != nil && !b.watchBox(&k, n) {
		return
	}
	if err == nil {
		err = tensor.BarrierComplete(b.shared, k.barrier, uint32(n))
	}
	if err != nil {
		result := driver.Result(illegalInstruction)
		var a *accessError
		if errors.As(err, &a) {
			result = a.result
		}
		k.warp.fail(k.lane, result, "%v", err)
		return
	}
	b.barrierPhase(k.barrier)
	b.version++
}

// watchBox records a tensor copy's write, and that its mbarrier makes it visible.
func (b *block) watchBox(k *boxCopy, n int) bool {
	r := b.races
	r.engine++
	x := lastWrite{r.engine, k.warp.code[k.pc].line, engine}
	if !k.warp.report(k.lane, r.writes(&k.knows, x, int(k.to), n)) {
		return false
	}
	b.barrierPhase(k.barrier).current.all[engine] = r.engine
	return true
}
