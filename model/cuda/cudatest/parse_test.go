package cudatest

import (
	"strings"
	"testing"
)

const emptyKernel = ".visible .entry k() { ret; }"

// load parses and compiles all of a module.
func load1(text string) error {
	p, err := parse(text)
	if err != nil {
		return err
	}
	globals := map[string]location{}
	for name, v := range p.globals {
		globals[name] = location{space: v.space, address: globalBase}
	}
	for _, k := range p.kernels {
		if _, err := compile(p, k, globals); err != nil {
			return err
		}
	}
	return nil
}

func body(text string) string {
	return header + ".visible .entry k(.param .u64 a, .param .align 64 .b8 m[128]) {\n.reg .pred p<4>; .reg .b16 h<4>; .reg .b32 %r<9>; .reg .b64 %rd<9>; .shared .align 16 .b8 s[64];\n" + text + "\n}"
}

func TestParseAccepts(t *testing.T) {
	for _, text := range []string{
		header + emptyKernel,
		header + ".global .align 8 .u64 x = 1;\n.global .align 4 .b8 y[4] = {1, 2, 255};\n.extern .shared .align 1024 .b8 d[];\n" + emptyKernel,
		body("mov.u64 %rd1, s; mov.u64 %rd2, s+16; ld.shared.u32 %r1, [s+4]; ld.shared.u32 %r1, [%rd1+-4];"),
		body("{ .reg .pred P1; AGAIN: setp.eq.s32 P1, %r1, 0; @P1 bra DONE; bra AGAIN; DONE: }\n{ .reg .pred P1; AGAIN: @P1 bra AGAIN; }"),
		body("/* a\n comment */ .pragma \"nounroll\"; // more\n .loc 1 2 3\n ret;"),
		body("@!p1 bra.uni END; END: ret;"),
		body("mov.b64 %rd1, m; cvta.param.u64 %rd2, %rd1; ld.param.v2.u32 {%r1, %r2}, [m+8];"),
	} {
		if err := load1(text); err != nil {
			t.Errorf("loading valid PTX: %v\n%s", err, text)
		}
	}
}

// Each error names its line: 6 is a body's first.
func TestParseRefuses(t *testing.T) {
	for _, c := range []struct{ text, want string }{
		{"", "not PTX"},
		{"hello", "line 1"},
		{header + ".func f() { ret; }", "line 4: .func"},
		{body("add.s99 %r1, %r1, %r1;"), "line 6: add.s99"},
		{body("add.ftz.f32 %r1, %r1, %r1;"), "line 6: add.ftz.f32"},
		{body("add.s32 %r1, %r1;"), "line 6"},
		{body("add.s32 %r1, %r1, %rd1;"), "64 bits where one of 32 is due"},
		{body("add.s64 %rd1, %rd1, %r1;"), "32 bits where one of 64 is due"},
		{body("ld.global.f16x9 %r1, [%rd1];"), "line 6"},
		{body("ld.local.u32 %r1, [%rd1];"), ".local is not supported"},
		{body("st.global.u64 [%rd1], %r1;"), "too narrow"},
		{body(".local .align 4 .b8 x[4];"), ".local"},
		{body("call.uni f, ();"), "line 6"},
		{body("bra NOWHERE;"), "no label NOWHERE"},
		{body("mov.u32 %r10, 1;"), "line 6"},
		{body("mov.u32 %r1, %envreg3;"), "%envreg3"},
		{body("mov.u32 %r1, what;"), "what is not declared"},
		{body("A: A: ret;"), "stands twice"},
		{body("mma.sync.aligned.m16n8k8.row.col.f32.bf16.bf16.f32 {%r1,%r2,%r3,%r4}, {%r1,%r2}, {%r1}, {%r1,%r2,%r3,%r4};"), "line 6"},
		{body("cp.async.cg.shared.global [%r1], [%rd1], 8;"), "a copy of 8 bytes"},
		{body("setmaxnreg.dec.sync.aligned.u32 25;"), "25 registers"},
		{body("mov.f32 %r1, 0d3FF0000000000000;"), "64 bits where one of 32"},
		{header + ".visible .entry k() { .reg .b32 %r<99999999>; }", "not within"},
		{header + ".visible .entry k() {" + strings.Repeat("{", 100), "too deep"},
		{header + ".shared .align 4 .b8 x[999999999999];", "not within"},
		{header + ".shared .align 3 .b8 x[4];", "alignment"},
		{header + ".visible .entry k() { ret ", "line 4"},
		{header + "\"text", "without an end"},
		{header + "/* text", "without an end"},
	} {
		if err := load1(c.text); err == nil || !strings.Contains(err.Error(), c.want) {
			t.Errorf("load %.200s\nerror %v; want %q", c.text, err, c.want)
		}
	}
}

func FuzzParse(f *testing.F) {
	f.Add(product80[:6000])
	f.Add(product90[len(product90)/2:])
	f.Add(body("ld.global.v4.u32 {%r1, %r2, %r3, %r4}, [%rd1+16]; @!p1 bra A; A: ret;"))
	f.Add(scalarKernel("shfl.sync.bfly.b32 %r1|p, %r1, 1, 31, -1;"))
	f.Fuzz(func(t *testing.T, text string) { _ = load1(text) })
}
