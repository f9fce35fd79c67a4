package cudatest

import "math/bits"

// scalarInstructions are those whose name says all about them.
var scalarInstructions = func() map[string]builder {
	t := map[string]builder{}
	integers(t)
	bitwise(t)
	floats32(t)
	floats64(t)
	halves(t)
	return t
}()

// integers are sums, products and quotients.
func integers(t map[string]builder) {
	for _, s := range []string{"s", "u"} {
		t["add."+s+"32"] = two32(single, func(a, b uint32) uint32 { return a + b })
		t["sub."+s+"32"] = two32(single, func(a, b uint32) uint32 { return a - b })
		t["mul.lo."+s+"32"] = two32(single, func(a, b uint32) uint32 { return a * b })
		t["mad.lo."+s+"32"] = three32(single, func(a, b, c uint32) uint32 { return a*b + c })
		t["add."+s+"16"] = two32(half, func(a, b uint32) uint32 { return (a + b) & 0xffff })
		t["sub."+s+"16"] = two32(half, func(a, b uint32) uint32 { return (a - b) & 0xffff })
		t["mul.lo."+s+"16"] = two32(half, func(a, b uint32) uint32 { return a * b & 0xffff })
		t["mad.lo."+s+"16"] = three32(half, func(a, b, c uint32) uint32 { return (a*b + c) & 0xffff })
		t["add."+s+"64"] = two64(func(a, b uint64) uint64 { return a + b })
		t["sub."+s+"64"] = two64(func(a, b uint64) uint64 { return a - b })
		t["mul.lo."+s+"64"] = two64(func(a, b uint64) uint64 { return a * b })
		t["mad.lo."+s+"64"] = three64(func(a, b, c uint64) uint64 { return a*b + c })
	}
	wideU := func(a, b uint32) uint64 { return uint64(a) * uint64(b) }
	wideS := func(a, b uint32) uint64 { return uint64(int64(int32(a)) * int64(int32(b))) }
	t["mul.wide.u32"], t["mul.wide.s32"] = widening(wideU), widening(wideS)
	t["mad.wide.u32"], t["mad.wide.s32"] = wideningAdd(wideU), wideningAdd(wideS)
	t["mul.wide.u16"] = narrowProduct(func(a, b uint32) uint32 { return a * b })
	t["mul.wide.s16"] = narrowProduct(func(a, b uint32) uint32 { return uint32(int32(int16(a)) * int32(int16(b))) })
	t["mul.hi.u32"] = two32(single, func(a, b uint32) uint32 { return uint32(wideU(a, b) >> 32) })
	t["mul.hi.s32"] = two32(single, func(a, b uint32) uint32 { return uint32(wideS(a, b) >> 32) })
	t["mad.hi.u32"] = three32(single, func(a, b, c uint32) uint32 { return uint32(wideU(a, b)>>32) + c })
	t["mad.hi.s32"] = three32(single, func(a, b, c uint32) uint32 { return uint32(wideS(a, b)>>32) + c })
	t["mul.hi.u64"] = two64(func(a, b uint64) uint64 { h, _ := bits.Mul64(a, b); return h })
	t["mul.hi.s64"] = two64(func(a, b uint64) uint64 {
		h, _ := bits.Mul64(a, b)
		return h - uint64(int64(a)>>63)&b - uint64(int64(b)>>63)&a
	})
	quotients(t)
	t["neg.s16"] = one32(half, func(a uint32) uint32 { return -a & 0xffff })
	t["neg.s32"] = one32(single, func(a uint32) uint32 { return -a })
	t["neg.s64"] = one64(func(a uint64) uint64 { return -a })
	t["abs.s16"] = one32(half, func(a uint32) uint32 { v := int16(a); return uint32(uint16(max(v, -v))) })
	t["abs.s32"] = one32(single, func(a uint32) uint32 { v := int32(a); return uint32(max(v, -v)) })
	t["abs.s64"] = one64(func(a uint64) uint64 { v := int64(a); return uint64(max(v, -v)) })
}

// quotients are divisions, remainders and extrema. A division by zero gives all ones.
func quotients(t map[string]builder) {
	for i, class := range []class{half, single} {
		mask := uint32(1<<(8*class.bytes()) - 1)
		up := uint(32 - 8*class.bytes())
		signed := func(v uint32) int32 { return int32(v<<up) >> up }
		n := []string{"16", "32"}[i]
		t["div.u"+n] = two32(class, func(a, b uint32) uint32 { return quotient(a, b) & mask })
		t["rem.u"+n] = two32(class, func(a, b uint32) uint32 { return (a - quotient(a, b)*b) & mask })
		t["div.s"+n] = two32(class, func(a, b uint32) uint32 { return uint32(quotient(signed(a), signed(b))) & mask })
		t["rem.s"+n] = two32(class, func(a, b uint32) uint32 {
			return uint32(signed(a)-quotient(signed(a), signed(b))*signed(b)) & mask
		})
		t["min.u"+n] = two32(class, func(a, b uint32) uint32 { return min(a, b) })
		t["max.u"+n] = two32(class, func(a, b uint32) uint32 { return max(a, b) })
		t["min.s"+n] = two32(class, func(a, b uint32) uint32 { return uint32(min(signed(a), signed(b))) & mask })
		t["max.s"+n] = two32(class, func(a, b uint32) uint32 { return uint32(max(signed(a), signed(b))) & mask })
	}
	t["div.u64"] = two64(func(a, b uint64) uint64 { return quotient(a, b) })
	t["rem.u64"] = two64(func(a, b uint64) uint64 { return a - quotient(a, b)*b })
	t["div.s64"] = two64(func(a, b uint64) uint64 { return uint64(quotient(int64(a), int64(b))) })
	t["rem.s64"] = two64(func(a, b uint64) uint64 { return a - uint64(quotient(int64(a), int64(b)))*b })
	t["min.u64"] = two64(func(a, b uint64) uint64 { return min(a, b) })
	t["max.u64"] = two64(func(a, b uint64) uint64 { return max(a, b) })
	t["min.s64"] = two64(func(a, b uint64) uint64 { return uint64(min(int64(a), int64(b))) })
	t["max.s64"] = two64(func(a, b uint64) uint64 { return uint64(max(int64(a), int64(b))) })
}

func quotient[T int32 | int64 | uint32 | uint64](a, b T) T {
	if b == 0 {
		return ^T(0)
	}
	return a / b
}

// narrowProduct is d = f(a, b), d of 32 bits, a and b of 16.
func narrowProduct(f func(a, b uint32) uint32) builder {
	return func(c *compiler) (operation, error) {
		r, err := c.registers(single, half, half)
		if err != nil {
			return nil, err
		}
		d, a, b := r[0], r[1], r[2]
		return func(w *warp, m uint32) { each2(&w.narrow[d], &w.narrow[a], &w.narrow[b], m, f) }, nil
	}
}
