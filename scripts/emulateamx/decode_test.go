//go:build linux && amd64

package main

import (
	"encoding/hex"
	"testing"
)

const none = -1

// TestDecode has what GNU as 2.40 makes of the instruction beside it.
func TestDecode(t *testing.T) {
	for _, c := range []struct {
		code, text string
		want       instruction
	}{
		{"c4e2784900", "ldtilecfg (%rax)", instruction{op: loadConfig, address: address{base: 0, index: none}}},
		{"c4c278494140", "ldtilecfg 64(%r9)", instruction{op: loadConfig, address: address{base: 9, index: none, displacement: 64}}},
		{"c4e279494424f8", "sttilecfg -8(%rsp)", instruction{op: storeConfig, address: address{base: 4, index: none, scale: 1, displacement: -8}}},
		{"c4e27849c0", "tilerelease", instruction{op: release}},
		{"c4e27b49e8", "tilezero %tmm5", instruction{op: zero, a: 5}},
		{"c4827b4b0408", "tileloadd (%r8,%r9,1), %tmm0", instruction{op: load, address: address{base: 8, index: 9, scale: 1}}},
		{"c4a27b4bbc6600010000", "tileloadd 256(%rsi,%r12,2), %tmm7", instruction{op: load, a: 7, address: address{base: 6, index: 12, scale: 2, displacement: 256}}},
		{"c4c2794b340b", "tileloaddt1 (%r11,%rcx,1), %tmm6", instruction{op: load, a: 6, address: address{base: 11, index: 1, scale: 1}}},
		{"c4c27b4b5cd500", "tileloadd (%r13,%rdx,8), %tmm3", instruction{op: load, a: 3, address: address{base: 13, index: 2, scale: 8}}},
		{"c4e27b4b149500100000", "tileloadd 4096(,%rdx,4), %tmm2", instruction{op: load, a: 2, address: address{base: none, index: 2, scale: 4, displacement: 4096}}},
		{"c4827a4b0c0a", "tilestored %tmm1, (%r10,%r9,1)", instruction{op: store, a: 1, address: address{base: 10, index: 9, scale: 1}}},
		{"c4e27a4b640580", "tilestored %tmm4, -128(%rbp,%rax,1)", instruction{op: store, a: 4, address: address{base: 5, index: 0, scale: 1, displacement: -128}}},
		{"c4e24a5cc4", "tdpbf16ps %tmm6, %tmm4, %tmm0", instruction{op: product, a: 0, b: 4, c: 6}},
		{"c4e2425cdd", "tdpbf16ps %tmm7, %tmm5, %tmm3", instruction{op: product, a: 3, b: 5, c: 7}},
	} {
		code, err := hex.DecodeString(c.code)
		if err != nil {
			t.Fatal(err)
		}
		c.want.length = len(code)
		got, err := decode(append(code, make([]byte, maxLength)...))
		if err != nil || got != c.want {
			t.Errorf("decode %s: %+v, error %v; want %+v", c.text, got, err, c.want)
		}
	}
}

// TestDecodeOthers: what is no instruction of AMX, or one that faults, is not taken for one.
func TestDecodeOthers(t *testing.T) {
	for code, text := range map[string]string{
		"0f0b": "ud2", "c4e2435cdd": "tdpbssd", "c4e2425cff": "a product of a tile with itself",
		"c4e2784905": "ldtilecfg relative to rip", "c4e2f84900": "W1", "c4e27c4900": "256 bits", "c4e17849c0": "another map",
		"c4e27b4b00": "a tile load without SIB", "c4627b49e8": "tile 13", "": "nothing",
	} {
		b, _ := hex.DecodeString(code)
		if in, err := decode(append(b, make([]byte, maxLength)...)); err == nil {
			t.Errorf("decode %s: %+v, want an error", text, in)
		}
	}
}

// FuzzDecode: any bytes are refused or make an instruction that fits into them.
func FuzzDecode(f *testing.F) {
	f.Add([]byte{0xc4, 0xe2, 0x4a, 0x5c, 0xc4, 0, 0, 0, 0, 0})
	f.Add([]byte{0xc4, 0xa2, 0x7b, 0x4b, 0xbc, 0x66, 0, 1, 0, 0})
	f.Fuzz(func(t *testing.T, code []byte) {
		in, err := decode(code)
		if err == nil && (in.length < 5 || in.length > maxLength || in.op == 0 || in.a > 7) {
			t.Errorf("decode % x: %+v, which is no instruction", code, in)
		}
	})
}
