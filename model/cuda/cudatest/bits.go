package cudatest

import (
	"fmt"
	"math/bits"
)

// bitwise are logic, shifts and permutations of bits.
func bitwise(t map[string]builder) {
	logic := map[string]func(a, b uint64) uint64{
		"and": func(a, b uint64) uint64 { return a & b },
		"or":  func(a, b uint64) uint64 { return a | b },
		"xor": func(a, b uint64) uint64 { return a ^ b },
	}
	for name, f := range logic {
		narrow := func(a, b uint32) uint32 { return uint32(f(uint64(a), uint64(b))) }
		t[name+".b16"], t[name+".b32"], t[name+".b64"] = two32(half, narrow), two32(single, narrow), two64(f)
		t[name+".pred"] = twoFlags(narrow)
	}
	t["not.b16"] = one32(half, func(a uint32) uint32 { return ^a & 0xffff })
	t["not.b32"] = one32(single, func(a uint32) uint32 { return ^a })
	t["not.b64"] = one64(func(a uint64) uint64 { return ^a })
	t["not.pred"] = copyFlag(true)
	t["mov.pred"] = copyFlag(false)

	t["shl.b16"] = shift32(half, func(a, n uint32) uint32 { return a << n & 0xffff })
	t["shl.b32"] = shift32(single, func(a, n uint32) uint32 { return a << n })
	t["shl.b64"] = shift64(func(a uint64, n uint32) uint64 { return a << n })
	for _, s := range []string{"u", "b"} {
		t["shr."+s+"16"] = shift32(half, func(a, n uint32) uint32 { return a >> n })
		t["shr."+s+"32"] = shift32(single, func(a, n uint32) uint32 { return a >> n })
		t["shr."+s+"64"] = shift64(func(a uint64, n uint32) uint64 { return a >> n })
	}
	t["shr.s16"] = shift32(half, func(a, n uint32) uint32 { return uint32(uint16(int16(a) >> n)) })
	t["shr.s32"] = shift32(single, func(a, n uint32) uint32 { return uint32(int32(a) >> n) })
	t["shr.s64"] = shift64(func(a uint64, n uint32) uint64 { return uint64(int64(a) >> n) })
	t["shf.l.clamp.b32"] = three32(single, func(a, b, n uint32) uint32 { return uint32(joined(a, b) << min(n, 32) >> 32) })
	t["shf.r.wrap.b32"] = three32(single, func(a, b, n uint32) uint32 { return uint32(joined(a, b) >> (n & 31)) })
	t["shf.r.clamp.b32"] = three32(single, func(a, b, n uint32) uint32 { return uint32(joined(a, b) >> min(n, 32)) })
	t["shf.l.wrap.b32"] = three32(single, func(a, b, n uint32) uint32 { return uint32(joined(a, b) << (n & 31) >> 32) })

	t["popc.b32"] = one32(single, func(a uint32) uint32 { return uint32(bits.OnesCount32(a)) })
	t["popc.b64"] = narrowing(func(a uint64) uint32 { return uint32(bits.OnesCount64(a)) })
	t["clz.b32"] = one32(single, func(a uint32) uint32 { return uint32(bits.LeadingZeros32(a)) })
	t["clz.b64"] = narrowing(func(a uint64) uint32 { return uint32(bits.LeadingZeros64(a)) })
	t["brev.b32"] = one32(single, bits.Reverse32)
	t["brev.b64"] = one64(bits.Reverse64)
	t["bfind.u32"] = one32(single, func(a uint32) uint32 { return uint32(bits.Len32(a) - 1) })
	t["bfind.shiftamt.u32"] = one32(single, func(a uint32) uint32 {
		if a == 0 {
			return all
		}
		return uint32(bits.LeadingZeros32(a))
	})
	t["bfe.u32"] = three32(single, func(a, at, n uint32) uint32 {
		return uint32(uint64(a) >> (at & 255) & (1<<(n&255) - 1))
	})
	t["bfe.s32"] = three32(single, signedField)
	t["prmt.b32"] = three32(single, permute)
	t["bfi.b32"] = insertField
	t["lop3.b32"] = lookUpTable
}

// joined is the 64 bits of b and, below it, a.
func joined(a, b uint32) uint64 { return uint64(b)<<32 | uint64(a) }

// signedField is bfe.s32: n bits from at on, extended by their highest.
func signedField(a, at, n uint32) uint32 {
	at, n = at&255, n&255
	if n == 0 {
		return 0
	}
	v := int64(int32(a)) >> min(at, 31)
	if n >= 32 {
		return uint32(v)
	}
	return uint32(v << (64 - n) >> (64 - n))
}

// permute is prmt.b32: each result byte is one of eight, or its sign.
func permute(a, b, selector uint32) (out uint32) {
	pool := joined(a, b)
	for i := range 4 {
		s := selector >> (4 * i)
		v := uint32(pool>>(8*(s&7))) & 0xff
		if s&8 != 0 {
			v = uint32(int32(v<<24)>>31) & 0xff
		}
		out |= v << (8 * i)
	}
	return out
}

// insertField is bfi.b32 d, a, b, at, n: n bits of a stand in b from at on.
func insertField(c *compiler) (operation, error) {
	r, err := c.registers(single, single, single, single, single)
	if err != nil {
		return nil, err
	}
	return func(w *warp, m uint32) {
		for ; m != 0; m &= m - 1 {
			i := bits.TrailingZeros32(m)
			at, n := w.narrow[r[3]][i]&255, w.narrow[r[4]][i]&255
			mask := uint32((uint64(1)<<n - 1) << at)
			w.narrow[r[0]][i] = w.narrow[r[2]][i]&^mask | w.narrow[r[1]][i]<<at&mask
		}
	}, nil
}

// lookUpTable is lop3.b32 d, a, b, c, table.
func lookUpTable(c *compiler) (operation, error) {
	if err := c.count(5); err != nil {
		return nil, err
	}
	if c.s.args[4].kind != immediate || c.s.args[4].value > 255 {
		return nil, fmt.Errorf("a table that is not a number up to 255")
	}
	table := uint32(c.s.args[4].value)
	args := c.s.args
	c.s.args = args[:4]
	op, err := three32(single, func(x, y, z uint32) (out uint32) {
		for i := range uint32(8) {
			if table>>i&1 == 0 {
				continue
			}
			u, v, t := x, y, z
			if i&4 == 0 {
				u = ^u
			}
			if i&2 == 0 {
				v = ^v
			}
			if i&1 == 0 {
				t = ^t
			}
			out |= u & v & t
		}
		return out
	})(c)
	c.s.args = args
	return op, err
}
