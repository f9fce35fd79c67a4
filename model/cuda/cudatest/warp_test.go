package cudatest

import (
	"strings"
	"testing"
	"unsafe"

	"cutpoint/model/cuda/driver"
)

// laneKernel runs a body in which l is the thread's index and %r1 its result; shared memory s
// has 1024 bytes.
func laneKernel(body string) string {
	return header + `.visible .entry k(.param .u64 out) {
	.reg .pred p, q; .reg .b32 %r<9>, l; .reg .f32 %f<9>; .reg .b64 %rd<9>, o, t;
	.shared .align 16 .b8 s[1024];
	mov.u32 l, %tid.x;
	ld.param.u64 o, [out];
	mul.wide.u32 t, l, 4;
	add.s64 o, o, t;
	` + body + `
	st.global.u32 [o], %r1;
	ret; }`
}

func runLanes(t *testing.T, body string, threads int, seed uint64) (*gpu, []uint32, driver.Result) {
	t.Helper()
	g := newGPU(t, Config{Seed: seed, Instructions: 100_000, Uninitialised: true}, laneKernel(body))
	out := upload(g, make([]uint32, threads))
	if r := g.launch(g.function("k"), 1, threads, 0, unsafe.Pointer(&out)); r != driver.Success {
		return g, nil, r
	}
	return g, download[uint32](g, out, threads), driver.Success
}

func TestWarps(t *testing.T) {
	for _, c := range []struct {
		name, body string
		want       func(i uint32) uint32
	}{
		{"a loop that each lane leaves at another turn", `
			mov.u32 %r1, 0; mov.u32 %r2, 0;
			L: setp.ge.u32 p, %r2, l; @p bra E;
			add.u32 %r1, %r1, %r2; add.u32 %r2, %r2, 1; bra L;
			E:`, func(i uint32) uint32 { return i * (i - 1) / 2 }},
		{"branches within branches, joined for a shuffle", `
			mov.u32 %r1, l; and.b32 %r2, l, 1; setp.eq.s32 p, %r2, 0; @p bra A;
			setp.gt.u32 q, l, 16; @q bra B;
			add.u32 %r1, %r1, 100; bra C;
			B: add.u32 %r1, %r1, 200; bra C;
			A: add.u32 %r1, %r1, 300;
			C: shfl.sync.idx.b32 %r1, %r1, 17, 31, -1;`, func(i uint32) uint32 { return 217 + i/32*32 }},
		{"lanes that end early", `
			mov.u32 %r1, 7; setp.gt.u32 p, l, 9; @p exit; mov.u32 %r1, 8;`, func(i uint32) uint32 {
			if i > 9 {
				return 0
			}
			return 8
		}},
		{"a sum by shuffles", `
			mov.u32 %r1, l;
			shfl.sync.bfly.b32 %r2|p, %r1, 16, 31, -1; add.u32 %r1, %r1, %r2;
			shfl.sync.bfly.b32 %r2|p, %r1, 8, 31, -1; add.u32 %r1, %r1, %r2;
			shfl.sync.bfly.b32 %r2|p, %r1, 4, 31, -1; add.u32 %r1, %r1, %r2;
			shfl.sync.bfly.b32 %r2|p, %r1, 2, 31, -1; add.u32 %r1, %r1, %r2;
			shfl.sync.bfly.b32 %r2|p, %r1, 1, 31, -1; add.u32 %r1, %r1, %r2;`,
			func(i uint32) uint32 { return 32*(i/32*32) + 31*16 }},
		{"shuffles that leave the segment", `
			shfl.sync.down.b32 %r2|p, l, 3, 0x180f, -1; selp.u32 %r1, %r2, 99, p;`, func(i uint32) uint32 {
			if i%8 > 4 {
				return 99
			}
			return i + 3
		}},
		{"votes", `
			setp.lt.u32 p, l, 3; vote.sync.ballot.b32 %r1, p, -1; vote.sync.any.pred q, p, -1; selp.u32 %r2, 1000, 0, q; add.u32 %r1, %r1, %r2;
			vote.sync.all.pred q, p, -1; @q mov.u32 %r1, 5;`, func(i uint32) uint32 {
			if i < 32 {
				return 1007
			}
			return 0
		}},
		{"an exchange through shared memory", `
			mov.u64 %rd1, s; cvt.u32.u64 %r2, %rd1; mad.lo.u32 %r3, l, 4, %r2;
			st.shared.u32 [%r3], l; bar.sync 0; xor.b32 %r4, l, 33; mad.lo.u32 %r3, %r4, 4, %r2; ld.shared.u32 %r1, [%r3];`,
			func(i uint32) uint32 { return i ^ 33 }},
		{"shared memory by its generic address", `
			mov.u64 %rd1, s; cvta.shared.u64 %rd2, %rd1; add.s64 %rd2, %rd2, t; st.u32 [%rd2], l; bar.sync 0; ld.u32 %r1, [%rd2];`,
			func(i uint32) uint32 { return i }},
		{"named barriers: each warp waits for one that arrives", `
			shr.u32 %r2, l, 5; mov.u64 %rd1, s; add.s64 %rd1, %rd1, t; setp.eq.u32 p, %r2, 0; @p bra A;
			bar.sync 3, 64; ld.shared.u32 %r1, [%rd1+-128]; bra E;
			A: st.shared.u32 [%rd1], l; bar.arrive 3, 64; mov.u32 %r1, l;
			E:`, func(i uint32) uint32 { return i % 32 }},
		{"a lane that waits for another one of its warp", `
			mov.u64 %rd1, s; cvt.u32.u64 %r2, %rd1; setp.ne.u32 p, l, 0; @p bra A;
			mbarrier.init.shared.b64 [%r2], 1;
			A: bar.sync 0; mov.u32 %r1, l; setp.eq.u32 p, l, 5; @p bra C;
			B: mbarrier.try_wait.parity.shared.b64 q, [%r2], 0; @q bra E; bra B;
			C: mbarrier.arrive.shared.b64 _, [%r2];
			E: bar.sync 0;`, func(i uint32) uint32 { return i }},
	} {
		for seed := range uint64(3) {
			g, out, r := runLanes(t, c.body, 64, seed)
			if r != driver.Success {
				t.Errorf("launch %s: result %d, fault %v", c.name, r, g.Fault())
			}
			for i, got := range out {
				if want := c.want(uint32(i)); got != want {
					t.Errorf("%s: thread %d has %d, want %d", c.name, i, got, want)
					break
				}
			}
		}
	}
}

func TestFaults(t *testing.T) {
	for _, c := range []struct {
		body string
		want driver.Result
		text string
	}{
		{"ld.global.u32 %r1, [o+256];", driver.IllegalAddress, "offset 256 of an allocation of 256"},
		{"ld.global.u32 %r1, [o+-4];", driver.IllegalAddress, "thread [0 0 0]"},
		{"ld.global.u64 %rd1, [o];", misalignedAddress, "not a multiple of 8"},
		{"ld.global.v4.u32 {%r1, %r2, %r3, %r4}, [o];", misalignedAddress, "not a multiple of 16"},
		{"mov.u64 %rd1, 1; st.global.u8 [%rd1], %r1;", driver.IllegalAddress, "before all memory"},
		{"mov.u64 %rd1, s; ld.global.u32 %r1, [%rd1];", driver.IllegalAddress, "global address 0x0"},
		{"ld.shared.u32 %r1, [s+1024];", driver.IllegalAddress, "outside of 1024 bytes"},
		{"ld.param.u32 %r1, [out+8];", driver.IllegalAddress, "outside of 8 bytes"},
		{"trap;", driver.LaunchFailed, "trap"},
		{"L: bra L;", driver.LaunchTimeout, "more than 100000 instructions"},
		{"setp.lt.u32 p, l, 9; @p bra E; bar.sync 0; E:", driver.LaunchFailed, "by lanes 0xfffffe00 of 0xffffffff"},
		{"setp.lt.u32 p, l, 9; @p shfl.sync.idx.b32 %r1, l, 0, 31, -1;", driver.LaunchFailed, "of a whole warp"},
		{"setp.lt.u32 p, l, 9; @p bra E; shfl.sync.idx.b32 %r1, l, 0, 31, 0xfffffe00; E:", driver.LaunchFailed, "from lane 0"},
		{"setp.lt.u32 p, l, 32; @p bar.sync 1;", driver.LaunchTimeout, "32 of 64"},
		{"bar.sync 16;", illegalInstruction, "barrier 16"},
		{"bar.sync 1, 96;", illegalInstruction, "96 threads"},
		{"mov.u32 %r2, 0; mbarrier.arrive.shared.b64 _, [%r2];", driver.LaunchFailed, "no mbarrier object"},
		{"mov.u32 %r2, 8; ldmatrix.sync.aligned.m8n8.x1.shared.b16 {%r1}, [%r2];", driver.IllegalAddress, "ldmatrix"},
	} {
		g, _, r := runLanes(t, c.body, 64, 1)
		if r != c.want || g.Fault() == nil || !strings.Contains(g.Fault().Error(), c.text) || !strings.Contains(g.Fault().Error(), "PTX line ") {
			t.Errorf("%s: result %d: %v; want %d, %s", c.body, r, g.Fault(), c.want, c.text)
		}
		if again := g.CtxSynchronize(); again != r {
			t.Errorf("%s: the context is not spoilt: %d", c.body, again)
		}
	}
}

// Memory that was never written is a fault with Config.Uninitialised, and NaN otherwise.
func TestUninitialised(t *testing.T) {
	ptx := header + `.visible .entry k(.param .u64 in, .param .u64 out) { .reg .b64 a, b; .reg .b32 r;
		ld.param.u64 a, [in]; ld.param.u64 b, [out]; ld.global.u32 r, [a+4]; st.global.u32 [b], r; ret; }`
	for _, watch := range []bool{false, true} {
		g := newGPU(t, Config{Uninitialised: watch}, ptx)
		in, out := g.alloc(8), g.alloc(4)
		zero := uint32(0)
		g.must(g.MemcpyHtoDAsync(in, unsafe.Pointer(&zero), 4, 0))
		r := g.launch(g.function("k"), 1, 1, 0, unsafe.Pointer(&in), unsafe.Pointer(&out))
		if watch {
			if r != driver.LaunchFailed || !strings.Contains(g.Fault().Error(), "never written: offset 4") {
				t.Errorf("watched read of what was never written: result %d, fault %v", r, g.Fault())
			}
			continue
		}
		if v := download[float32](g, out, 1)[0]; r != driver.Success || v == v {
			t.Errorf("result %d: %g is a number", r, v)
		}
	}
}

// Freed memory is not found again under a new allocation's address.
func TestUseAfterFree(t *testing.T) {
	g := newGPU(t, Config{}, laneKernel("mov.u32 %r1, 1;"))
	out := g.alloc(128)
	g.must(g.MemFree(out))
	g.alloc(128)
	if r := g.launch(g.function("k"), 1, 32, 0, unsafe.Pointer(&out)); r != driver.IllegalAddress {
		t.Errorf("write to freed memory: result %d, want %d; fault %v", r, driver.IllegalAddress, g.Fault())
	}
}
