package cudatest

import (
	"fmt"
	"slices"
)

// order is what a comparison found: bits of less, equal, greater and unordered.
type order uint8

const (
	less order = 1 << iota
	equal
	greater
	unordered
)

// comparisons are the orders that a comparison holds for.
var comparisons = map[string]order{
	"eq": equal, "ne": less | greater, "lt": less, "le": less | equal, "gt": greater, "ge": greater | equal,
	"lo": less, "ls": less | equal, "hi": greater, "hs": greater | equal,
	"equ": equal | unordered, "neu": less | greater | unordered, "ltu": less | unordered,
	"leu": less | equal | unordered, "gtu": greater | unordered, "geu": greater | equal | unordered,
	"num": less | equal | greater, "nan": unordered,
}

func compareNumbers[T int32 | int64 | uint32 | uint64 | float32 | float64](a, b T) order {
	switch {
	case a < b:
		return less
	case a > b:
		return greater
	case a == b:
		return equal
	}
	return unordered
}

// comparers32 and comparers64 compare registers as values of a type.
var comparers32 = map[string]func(a, b uint32) order{
	"b16": compareNumbers[uint32], "u16": compareNumbers[uint32], "b32": compareNumbers[uint32], "u32": compareNumbers[uint32],
	"s16":  func(a, b uint32) order { return compareNumbers(int32(int16(a)), int32(int16(b))) },
	"s32":  func(a, b uint32) order { return compareNumbers(int32(a), int32(b)) },
	"f32":  func(a, b uint32) order { return compareNumbers(f32(a), f32(b)) },
	"bf16": func(a, b uint32) order { return compareNumbers(f32(a<<16), f32(b<<16)) },
	"f16":  func(a, b uint32) order { return compareNumbers(halfValue(a), halfValue(b)) },
}

var comparers64 = map[string]func(a, b uint64) order{
	"b64": compareNumbers[uint64], "u64": compareNumbers[uint64],
	"s64": func(a, b uint64) order { return compareNumbers(int64(a), int64(b)) },
	"f64": func(a, b uint64) order { return compareNumbers(f64(a), f64(b)) },
}

// compare is setp.cmp{.and,.or,.xor}.type p{|q}, a, b{, c}.
func compare(c *compiler) (operation, error) {
	if len(c.parts) < 2 || len(c.parts) > 3 {
		return nil, fmt.Errorf("this form is not supported")
	}
	want, ok := comparisons[c.parts[0]]
	kind := c.parts[len(c.parts)-1]
	size := typeBytes(kind)
	float := slices.Contains(floatTypes, kind)
	if !ok || !float && (want&unordered != 0 || c.parts[0] == "num") || float && slices.Contains([]string{"lo", "ls", "hi", "hs"}, c.parts[0]) {
		return nil, fmt.Errorf("comparison %s of %s is not supported", c.parts[0], kind)
	}
	combine, err := c.combination()
	if err != nil {
		return nil, err
	}
	first := c.s.args[0]
	second := first.second
	first.second = nil
	d, q := -1, -1
	if d, err = c.destination(first, predicate); err != nil {
		return nil, err
	}
	if second != nil {
		if q, err = c.destination(*second, predicate); err != nil {
			return nil, err
		}
	}
	masks, err := c.comparison(kind, size, want)
	if err != nil {
		return nil, err
	}
	return func(w *warp, m uint32) {
		v := masks(w, m)
		yes, no := combine(w, v), uint32(0)
		if q >= 0 {
			no = combine(w, ^v)
			w.flags[q] = w.flags[q]&^m | no&m
		}
		w.flags[d] = w.flags[d]&^m | yes&m
	}, nil
}

// combination is the logic with a further predicate.
func (c *compiler) combination() (func(w *warp, v uint32) uint32, error) {
	if len(c.parts) == 2 {
		return func(w *warp, v uint32) uint32 { return v }, c.count(3)
	}
	if err := c.count(4); err != nil {
		return nil, err
	}
	p, not, err := c.flag(c.s.args[3])
	if err != nil {
		return nil, err
	}
	var invert uint32
	if not {
		invert = all
	}
	switch c.parts[1] {
	case "and":
		return func(w *warp, v uint32) uint32 { return v & (w.flags[p] ^ invert) }, nil
	case "or":
		return func(w *warp, v uint32) uint32 { return v | w.flags[p] ^ invert }, nil
	case "xor":
		return func(w *warp, v uint32) uint32 { return v ^ w.flags[p] ^ invert }, nil
	}
	return nil, fmt.Errorf("logic %s is not supported", c.parts[1])
}

// comparison is the mask of lanes whose order is wanted.
func (c *compiler) comparison(kind string, size int, want order) (func(w *warp, m uint32) uint32, error) {
	class := map[int]class{2: half, 4: single, 8: double}[size]
	if class == predicate {
		return nil, fmt.Errorf("comparison of %s is not supported", kind)
	}
	a, err := c.source(c.s.args[1], class)
	if err != nil {
		return nil, err
	}
	b, err := c.source(c.s.args[2], class)
	if err != nil {
		return nil, err
	}
	if f := comparers32[kind]; f != nil {
		g := func(x, y uint32) bool { return f(x, y)&want != 0 }
		return func(w *warp, m uint32) uint32 { return test(&w.narrow[a], &w.narrow[b], m, g) }, nil
	}
	if f := comparers64[kind]; f != nil {
		g := func(x, y uint64) bool { return f(x, y)&want != 0 }
		return func(w *warp, m uint32) uint32 { return test(&w.wide[a], &w.wide[b], m, g) }, nil
	}
	return nil, fmt.Errorf("comparison of %s is not supported", kind)
}

// selection is selp.type d, a, b, p.
func selection(c *compiler) (operation, error) {
	if len(c.parts) != 1 || typeBytes(c.parts[0]) < 2 {
		return nil, fmt.Errorf("this form is not supported")
	}
	if err := c.count(4); err != nil {
		return nil, err
	}
	class := map[int]class{2: half, 4: single, 8: double}[typeBytes(c.parts[0])]
	p, not, err := c.flag(c.s.args[3])
	if err != nil {
		return nil, err
	}
	args := c.s.args
	c.s.args = args[:3]
	r, err := c.registers(class, class, class)
	c.s.args = args
	if err != nil {
		return nil, err
	}
	d, a, b := r[0], r[1], r[2]
	if not {
		a, b = b, a
	}
	if class == double {
		return func(w *warp, m uint32) { choose(&w.wide[d], &w.wide[a], &w.wide[b], w.flags[p], m) }, nil
	}
	return func(w *warp, m uint32) { choose(&w.narrow[d], &w.narrow[a], &w.narrow[b], w.flags[p], m) }, nil
}

// twoFlags is d = f(a, b) of predicates.
func twoFlags(f func(a, b uint32) uint32) builder {
	return func(c *compiler) (operation, error) {
		if err := c.count(3); err != nil {
			return nil, err
		}
		d, err := c.destination(c.s.args[0], predicate)
		if err != nil {
			return nil, err
		}
		var p [2]int
		var invert [2]uint32
		for i := range p {
			not := false
			if p[i], not, err = c.flag(c.s.args[1+i]); err != nil {
				return nil, err
			}
			if not {
				invert[i] = all
			}
		}
		return func(w *warp, m uint32) {
			v := f(w.flags[p[0]]^invert[0], w.flags[p[1]]^invert[1])
			w.flags[d] = w.flags[d]&^m | v&m
		}, nil
	}
}

// copyFlag is mov.pred or not.pred; a number is true unless it is zero.
func copyFlag(invert bool) builder {
	return func(c *compiler) (operation, error) {
		if err := c.count(2); err != nil {
			return nil, err
		}
		d, err := c.destination(c.s.args[0], predicate)
		if err != nil {
			return nil, err
		}
		var flip uint32
		if invert {
			flip = all
		}
		if a := c.s.args[1]; a.kind == immediate {
			if a.value != 0 {
				flip = ^flip
			}
			return func(w *warp, m uint32) { w.flags[d] = w.flags[d]&^m | flip&m }, nil
		}
		a, not, err := c.flag(c.s.args[1])
		if not {
			flip = ^flip
		}
		return func(w *warp, m uint32) { w.flags[d] = w.flags[d]&^m | (w.flags[a]^flip)&m }, err
	}
}
