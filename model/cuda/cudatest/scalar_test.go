package cudatest

import (
	"fmt"
	"math"
	"math/big"
	"math/bits"
	"testing"
	"unsafe"
)

const header = ".version 8.2\n.target sm_80\n.address_size 64\n"

// scalarKernel runs a body for 32 lanes: %r0 (or %rd0) and so on are the lane's inputs, of 32
// or 64 bits, and %d its result, 64 bits.
func scalarKernel(body string) string {
	return header + `.visible .entry k(.param .u64 in, .param .u64 out) {
	.reg .pred p, q; .reg .b16 %h<9>; .reg .b32 %r<9>; .reg .f32 %f<9>; .reg .b64 %rd<9>, %d, a, b, t; .reg .b32 l;
	mov.u32 l, %tid.x;
	ld.param.u64 a, [in];
	mul.wide.u32 t, l, 24;
	add.s64 a, a, t;
	ld.global.u64 %rd0, [a]; ld.global.u64 %rd1, [a+8]; ld.global.u64 %rd2, [a+16];
	ld.global.u32 %r0, [a]; ld.global.u32 %r1, [a+8]; ld.global.u32 %r2, [a+16];
	ld.global.u16 %h0, [a]; ld.global.u16 %h1, [a+8];
	mov.u64 %d, 0;
	` + body + `
	ld.param.u64 b, [out];
	shl.b64 t, t, 0;
	mul.wide.u32 t, l, 8;
	add.s64 b, b, t;
	st.global.u64 [b], %d;
	ret; }`
}

// interesting are inputs that go wrong elsewhere.
var interesting = []uint64{
	0, 1, 2, 3, 31, 32, 33, 0x7f, 0x80, 0xff, 0x7fff, 0x8000, 0xffff, 0x7fffffff, 0x80000000, 0xffffffff,
	0x3f800000, 0xbf800000, 0x00000001, 0x80000001, 0x7f800000, 0xff800000, 0x7fc00000, 0x3fc00000, 0x4b800001, 0x33800000,
	0x3ff0000000000000, 0xbff8000000000000, 0x7ff0000000000000, 0x7ff8000000000000, 0x8000000000000000, 0xffffffffffffffff,
}

func TestScalar(t *testing.T) {
	s32 := func(u uint64) int32 { return int32(u) }
	g32 := func(u uint64) float32 { return math.Float32frombits(uint32(u)) }
	f := func(v float32) uint64 { return uint64(bits32(v)) }
	wide := func(op string) string { return op + ".s32 %rd3, %r0, %r1; mov.u64 %d, %rd3;" }
	narrow := func(op string) string { return op + " %r3, %r0, %r1; cvt.u64.u32 %d, %r3;" }
	float := func(op string) string {
		return "mov.b32 %f0, %r0; mov.b32 %f1, %r1; mov.b32 %f2, %r2;" + op + "; mov.b32 %r3, %f3; cvt.u64.u32 %d, %r3;"
	}
	for _, c := range []struct {
		body string
		want func(a, b, c uint64) uint64
	}{
		{narrow("add.s32"), func(a, b, _ uint64) uint64 { return uint64(uint32(a) + uint32(b)) }},
		{narrow("mul.lo.s32"), func(a, b, _ uint64) uint64 { return uint64(uint32(a) * uint32(b)) }},
		{narrow("mul.hi.s32"), func(a, b, _ uint64) uint64 { return uint64(uint32(int64(s32(a)) * int64(s32(b)) >> 32)) }},
		{narrow("max.s32"), func(a, b, _ uint64) uint64 { return uint64(uint32(max(s32(a), s32(b)))) }},
		{narrow("min.u32"), func(a, b, _ uint64) uint64 { return uint64(min(uint32(a), uint32(b))) }},
		{narrow("shl.b32"), func(a, b, _ uint64) uint64 { return uint64(uint32(a) << uint32(b)) }},
		{narrow("shr.s32"), func(a, b, _ uint64) uint64 { return uint64(uint32(s32(a) >> uint32(b))) }},
		{narrow("and.b32"), func(a, b, _ uint64) uint64 { return a & b & all }},
		{wide("mul.wide"), func(a, b, _ uint64) uint64 { return uint64(int64(s32(a)) * int64(s32(b))) }},
		{"mad.wide.s32 %d, %r0, %r1, %rd2;", func(a, b, c uint64) uint64 { return uint64(int64(s32(a))*int64(s32(b))) + c }},
		{"mad.lo.s64 %d, %rd0, %rd1, %rd2;", func(a, b, c uint64) uint64 { return a*b + c }},
		{"shr.s64 %d, %rd0, %r1;", func(a, b, _ uint64) uint64 { return uint64(int64(a) >> uint32(b)) }},
		{"setp.lt.s32 p, %r0, %r1; selp.u64 %d, %rd1, %rd2, p;", func(a, b, c uint64) uint64 {
			if s32(a) < s32(b) {
				return b
			}
			return c
		}},
		{"mov.b32 %f0, %r0; setp.gtu.f32 p|q, %f0, 0f3F800000; setp.ne.and.u32 p, %r1, 0, !q; @p add.s64 %d, %d, 7;", func(a, b, _ uint64) uint64 {
			if !(g32(a) <= 1) && uint32(b) != 0 {
				return 7
			}
			return 0
		}},
		{"mov.b32 %f0, %r0; setp.leu.f32 p, %f0, 0f3F800000; @p mov.u64 %d, 5;", func(a, _, _ uint64) uint64 {
			if !(g32(a) > 1) {
				return 5
			}
			return 0
		}},
		{float("add.f32 %f3, %f0, %f1"), func(a, b, _ uint64) uint64 { return f(g32(a) + g32(b)) }},
		{float("mul.rn.f32 %f3, %f0, %f1"), func(a, b, _ uint64) uint64 { return f(g32(a) * g32(b)) }},
		{float("fma.rn.f32 %f3, %f0, %f1, %f2"), func(a, b, c uint64) uint64 { return f(fmaReference(g32(a), g32(b), g32(c))) }},
		{float("max.NaN.f32 %f3, %f0, %f1"), func(a, b, _ uint64) uint64 { return f(max(g32(a), g32(b))) }},
		{float("div.rn.f32 %f3, %f0, %f1"), func(a, b, _ uint64) uint64 { return f(g32(a) / g32(b)) }},
		{float("sqrt.rn.f32 %f3, %f0"), func(a, _, _ uint64) uint64 { return f(float32(math.Sqrt(float64(g32(a))))) }},
		{"cvt.s64.s32 %d, %r0;", func(a, _, _ uint64) uint64 { return uint64(int64(s32(a))) }},
		{"cvt.u64.u16 %d, %h0;", func(a, _, _ uint64) uint64 { return a & 0xffff }},
		{"cvt.s32.s8 %r3, %r0; cvt.u64.u32 %d, %r3;", func(a, _, _ uint64) uint64 { return uint64(uint32(int32(int8(a)))) }},
		{"cvt.s32.s16 %r3, %h0; cvt.u64.u32 %d, %r3;", func(a, _, _ uint64) uint64 { return uint64(uint32(int32(int16(a)))) }},
		{float("cvt.rn.f32.s32 %f3, %r0"), func(a, _, _ uint64) uint64 { return f(float32(s32(a))) }},
		{"cvt.rn.f64.s32 %d, %r0;", func(a, _, _ uint64) uint64 { return math.Float64bits(float64(s32(a))) }},
		{"add.f64 %d, %rd0, %rd1;", func(a, b, _ uint64) uint64 { return bits64(f64(a) + f64(b)) }},
		{float("cvt.rn.f32.f64 %f3, %rd0"), func(a, _, _ uint64) uint64 { return f(float32(f64(a))) }},
		{"mov.b32 %f0, %r0; cvt.rn.bf16.f32 %h2, %f0; cvt.u64.u16 %d, %h2;", func(a, _, _ uint64) uint64 { return uint64(brainReference(g32(a))) }},
		{"mov.b32 %f0, %r0; mov.b32 %f1, %r1; cvt.rn.bf16x2.f32 %r3, %f0, %f1; cvt.u64.u32 %d, %r3;", func(a, b, _ uint64) uint64 {
			return uint64(brainReference(g32(a)))<<16 | uint64(brainReference(g32(b)))
		}},
		{"max.NaN.bf16x2 %r3, %r0, %r1; cvt.u64.u32 %d, %r3;", func(a, b, _ uint64) uint64 {
			one := func(a, b uint64) uint64 { return f(max(g32(a<<16), g32(b<<16))) >> 16 }
			return one(a>>16&0xffff, b>>16&0xffff)<<16 | one(a&0xffff, b&0xffff)
		}},
		{"mov.b64 {%r3, %r4}, %rd0; mov.b64 %d, {%r4, %r3};", func(a, _, _ uint64) uint64 { return a<<32 | a>>32 }},
		{"mov.b32 {%h2, %h3}, %r0; mov.b32 %r3, {%h3, %h2}; cvt.u64.u32 %d, %r3;", func(a, _, _ uint64) uint64 { return a&0xffff<<16 | a>>16&0xffff }},
		{"prmt.b32 %r3, %r0, %r1, 0x5410; cvt.u64.u32 %d, %r3;", func(a, b, _ uint64) uint64 { return a&0xffff | b&0xffff<<16 }},
		{"bfi.b32 %r3, %r0, %r1, 4, 8; cvt.u64.u32 %d, %r3;", func(a, b, _ uint64) uint64 { return b&^0xff0&all | a&0xff<<4 }},
		{"lop3.b32 %r3, %r0, %r1, %r2, 0xE8; cvt.u64.u32 %d, %r3;", func(a, b, c uint64) uint64 { return (a&b | a&c | b&c) & all }},
		{"div.u32 %r3, %r0, 7; rem.s32 %r4, %r0, 7; mov.b64 %d, {%r3, %r4};", func(a, _, _ uint64) uint64 {
			return uint64(uint32(a)/7) | uint64(uint32(s32(a)%7))<<32
		}},
		{"clz.b32 %r3, %r0; popc.b64 %r4, %rd0; mov.b64 %d, {%r3, %r4};", func(a, _, _ uint64) uint64 {
			return uint64(bits.LeadingZeros32(uint32(a))) | uint64(bits.OnesCount64(a))<<32
		}},
		{"mov.b32 %f0, %r0; cvt.rzi.s32.f32 %r3, %f0; cvt.u64.u32 %d, %r3;", func(a, _, _ uint64) uint64 {
			switch v := float64(g32(a)); {
			case v != v:
				return 0
			case v >= 1<<31:
				return 1<<31 - 1
			case v < -1<<31:
				return 1 << 31
			default:
				return uint64(uint32(int32(v)))
			}
		}},
		{"mov.b32 %f0, %r0; mov.b32 %f1, %r1; add.rz.f32 %f3, %f0, %f1; mov.b32 %r3, %f3; cvt.u64.u32 %d, %r3;", func(a, b, _ uint64) uint64 {
			return uint64(math.Float32bits(directed(g32(a), g32(b), big.ToZero)))
		}},
		{"mov.b32 %f0, %r0; mov.b32 %f1, %r1; add.rm.f32 %f3, %f0, %f1; mov.b32 %r3, %f3; cvt.u64.u32 %d, %r3;", func(a, b, _ uint64) uint64 {
			return uint64(math.Float32bits(directed(g32(a), g32(b), big.ToNegativeInf)))
		}},
	} {
		checkScalar(t, c.body, c.want)
	}
}

func checkScalar(t *testing.T, body string, want func(a, b, c uint64) uint64) {
	t.Helper()
	g := newGPU(t, Config{}, scalarKernel("{"+body+"}"))
	k := g.function("k")
	for shift := range 8 {
		in := make([]uint64, 96)
		for i := range 32 {
			in[3*i], in[3*i+1], in[3*i+2] = interesting[i], interesting[(i*5+shift*3)%32], interesting[(i*11+shift)%32]
		}
		a, b := upload(g, in), upload(g, make([]uint64, 32))
		g.must(g.launch(k, 1, 32, 0, unsafe.Pointer(&a), unsafe.Pointer(&b)))
		for i, got := range download[uint64](g, b, 32) {
			if w := want(in[3*i], in[3*i+1], in[3*i+2]); got != w {
				t.Errorf("%s\n of %s is %#x, want %#x", body, fmt.Sprintf("%#x", in[3*i:3*i+3]), got, w)
				return
			}
		}
	}
}
