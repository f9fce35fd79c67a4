package cudatest

import (
	"strings"
	"testing"
	"unsafe"

	"cutpoint/model/cuda/driver"
)

// Races are reported whether or not they show in the numbers.
func TestProductRaces(t *testing.T) {
	for _, c := range []struct {
		run  func(t *testing.T, seed uint64, flaw int32, races bool) (*gpu, driver.Result, float64)
		flaw int32
		name string
	}{
		{runProduct80, 1, "no wait for cp.async"},
		{runProduct80, 2, "no barrier before the stage is read"},
		{runProduct80, 6, "no barrier before the stage is filled again"},
		{runProduct90, 8, "a stage given back before its wgmma is done"},
	} {
		for seed := range uint64(5) {
			g, r, _ := c.run(t, seed, c.flaw, true)
			if r != driver.LaunchFailed {
				t.Errorf("%s, seed %d: result %d, %v", c.name, seed, r, g.Fault())
			} else if seed == 0 {
				t.Logf("%s: %v", c.name, g.Fault())
			}
		}
	}
}

func TestRaces(t *testing.T) {
	const setup = `mov.u64 %rd1, s; cvt.u32.u64 %r2, %rd1; mad.lo.u32 %r3, l, 4, %r2; xor.b32 %r4, l, 32; mad.lo.u32 %r4, %r4, 4, %r2; shr.u32 %r5, l, 5; mov.u32 %r1, 0;
		setp.eq.u32 p, l, 0; @p mbarrier.init.shared.b64 [%r2+512], 32; bar.sync 0; setp.eq.u32 p, %r5, 0;`
	for _, c := range []struct{ body, want string }{
		{"st.shared.u32 [%r3], l; bar.sync 0; ld.shared.u32 %r1, [%r4];", ""},
		{"st.shared.u32 [%r3], l; ld.shared.u32 %r1, [%r3];", ""},
		{"st.shared.u32 [%r3], l; ld.shared.u32 %r1, [%r4];", "race: "},
		{"ld.shared.u32 %r1, [%r3]; st.shared.u32 [%r4], l;", "race: "},
		{"st.shared.u32 [%r2], l;", "race: "},
		{"st.shared.u32 [%r3], l; bar.sync 0; ld.shared.u32 %r1, [%r4]; st.shared.u32 [%r3], l;", "race: "},
		{"st.shared.u32 [%r3], l; bar.sync 0; ld.shared.u32 %r1, [%r4]; bar.sync 0; st.shared.u32 [%r3], l;", ""},
		// Warp 0 writes, warp 1 reads: by an mbarrier, by a named barrier, or by the wrong one.
		{"@p bra A; W: mbarrier.try_wait.parity.shared.b64 q, [%r2+512], 0; @!q bra W; ld.shared.u32 %r1, [%r4]; bra E; A: st.shared.u32 [%r3], l; mbarrier.arrive.shared.b64 _, [%r2+512]; E:", ""},
		{"@p bra A; W: mbarrier.try_wait.parity.shared.b64 q, [%r2+512], 0; @!q bra W; ld.shared.u32 %r1, [%r4]; bra E; A: mbarrier.arrive.shared.b64 _, [%r2+512]; st.shared.u32 [%r3], l; E:", "race"},
		{"@p bra A; bar.sync 1, 64; ld.shared.u32 %r1, [%r4]; bra E; A: st.shared.u32 [%r3], l; bar.arrive 1, 64; E:", ""},
		{"@p bra A; bar.arrive 1, 64; ld.shared.u32 %r1, [%r4]; bra E; A: st.shared.u32 [%r3], l; bar.sync 1, 64; E:", "race"},
	} {
		for seed := range uint64(8) {
			g := newGPU(t, Config{Major: 9, Seed: seed, Races: true}, laneKernel(setup+c.body))
			out := upload(g, make([]uint32, 64))
			r := g.launch(g.function("k"), 1, 64, 0, unsafe.Pointer(&out))
			if c.want == "" && r != driver.Success || c.want != "" && (r != driver.LaunchFailed || !strings.Contains(g.Fault().Error(), c.want)) {
				t.Errorf("%s, seed %d: result %d: %v", c.body, seed, r, g.Fault())
				break
			}
		}
	}
}

// Ordinary stores are read by wgmma only behind fence.proxy.async.
func TestProxyFence(t *testing.T) {
	text := func(before, after string) string {
		return ".version 8.2 .target sm_90a .address_size 64 .visible .entry k() { .reg .b32 %r<5>, d<4>; .reg .b64 m; .shared .align 128 .b8 s[4096];\n" +
			"mov.u32 %r1, %tid.x; shl.b32 %r1, %r1, 4; mov.u32 %r2, 0; st.shared.v4.u32 [%r1], {%r2, %r2, %r2, %r2}; st.shared.v4.u32 [%r1+2048], {%r2, %r2, %r2, %r2};\n" +
			before + "bar.sync 0;" + after + " mov.u64 m, 0x1000080000; wgmma.fence.sync.aligned;\n" +
			"wgmma.mma_async.sync.aligned.m64n8k16.f32.bf16.bf16 {d0, d1, d2, d3}, m, m, 0, 1, 1, 0, 0; wgmma.commit_group.sync.aligned; wgmma.wait_group.sync.aligned 0; ret; }"
	}
	for _, c := range []struct {
		before, after string
		good          bool
	}{
		{"fence.proxy.async;", "", true},
		{"", "fence.proxy.async.shared::cta;", true},
		{"", "", false},
		{"", "fence.acq_rel.cta;", false},
	} {
		g := newGPU(t, Config{Major: 9, Races: true}, text(c.before, c.after))
		r := g.launch(g.function("k"), 1, 128, 0)
		if (r == driver.Success) != c.good || !c.good && !strings.Contains(g.Fault().Error(), "without fence.proxy.async") {
			t.Errorf("launch %+v: result %d, fault %v", c, r, g.Fault())
		}
	}
}
