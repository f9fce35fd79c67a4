package cudatest

import (
	"fmt"
	"math"
	"slices"
	"strings"
)

var integerRoundings = map[string]func(float64) float64{
	"rni": math.RoundToEven, "rzi": math.Trunc, "rmi": math.Floor, "rpi": math.Ceil,
}

// convert is cvt{.rounding}{.sat}.to.from d, a, or cvt.rn.bf16x2.f32 d, a, b.
func convert(c *compiler) (operation, error) {
	parts := c.parts
	round, saturate := "", false
	if len(parts) == 3 && parts[0] != "sat" {
		round, parts = parts[0], parts[1:]
	}
	if len(parts) == 4 && parts[1] == "sat" {
		round, parts = parts[0], parts[1:]
	}
	if len(parts) == 3 && parts[0] == "sat" {
		saturate, parts = true, parts[1:]
	}
	if len(parts) != 2 {
		return nil, fmt.Errorf("this form is not supported")
	}
	if to := strings.TrimSuffix(parts[0], "x2"); to != parts[0] && parts[1] == "f32" && !saturate {
		return c.convertPair(round, to)
	}
	f := conversion(round, saturate, parts[0], parts[1])
	if f == nil {
		return nil, fmt.Errorf("this conversion is not supported")
	}
	return c.converted(f, parts[0], parts[1])
}

// convertPair is cvt.rn.bf16x2.f32 or cvt.rn.f16x2.f32: a goes to the upper half, b to the
// lower one.
func (c *compiler) convertPair(round, to string) (operation, error) {
	r, ok := map[string]rounding{"rn": nearest, "rz": toZero}[round]
	i := slices.IndexFunc(formats16, func(f format16) bool { return f.name == to })
	if !ok || i < 0 {
		return nil, fmt.Errorf("this conversion is not supported")
	}
	f := formats16[i].round
	return two32(single, func(a, b uint32) uint32 { return f(f32as64(a), r)<<16 | f(f32as64(b), r) })(c)
}

var floatTypes = []string{"f32", "f64", "bf16", "f16"}

// conversion is a function of a value's bits, nil if there is none.
func conversion(round string, saturate bool, to, from string) func(uint64) uint64 {
	fromFloat, toFloat := slices.Contains(floatTypes, from), slices.Contains(floatTypes, to)
	switch {
	case typeBytes(from) == 0 || typeBytes(to) == 0 || strings.Contains(to+from, "x2"):
		return nil
	case fromFloat && toFloat:
		return floatToFloat(round, saturate, to, from)
	case fromFloat:
		return floatToInteger(round, to, from)
	case toFloat:
		return integerToFloat(round, saturate, to, from)
	case round != "":
		return nil
	}
	return integerToInteger(saturate, to, from)
}

func fromFloatBits(from string) func(uint64) float64 {
	switch from {
	case "f32":
		return func(u uint64) float64 { return f32as64(uint32(u)) }
	case "bf16":
		return func(u uint64) float64 { return f32as64(uint32(u) << 16) }
	case "f16":
		return func(u uint64) float64 { return float64(halfValue(uint32(u))) }
	}
	return math.Float64frombits
}

func floatToFloat(round string, saturate bool, to, from string) func(uint64) uint64 {
	value := fromFloatBits(from)
	if f := integerRoundings[round]; f != nil {
		if to != from || typeBytes(to) == 2 {
			return nil
		}
		inner := value
		value = func(u uint64) float64 { return f(inner(u)) }
		round = ""
	}
	if saturate {
		inner := value
		value = func(u uint64) float64 {
			if v := inner(u); v > 0 { // not so for NaN
				return min(v, 1)
			}
			return 0
		}
	}
	r, ok := map[string]rounding{"": nearest, "rn": nearest, "rz": toZero, "rm": down, "rp": up}[round]
	narrower := typeBytes(to) < typeBytes(from)
	if !ok || narrower != (round != "") {
		return nil
	}
	switch {
	case to == "f32":
		return func(u uint64) uint64 { return uint64(round32(value(u), r)) }
	case to == "bf16" && from == "f32" && r <= toZero:
		return func(u uint64) uint64 { return uint64(brain(float32(value(u)), r)) }
	case to == "f16" && from == "f32" && r <= toZero:
		return func(u uint64) uint64 { return uint64(roundHalf(value(u), r)) }
	case to == "f64":
		return func(u uint64) uint64 { return bits64(value(u)) }
	}
	return nil
}

// floatToInteger saturates; NaN is 0, or the lowest value of 64 bits.
func floatToInteger(round, to, from string) func(uint64) uint64 {
	value, f := fromFloatBits(from), integerRoundings[round]
	if f == nil || typeBytes(from) == 2 {
		return nil
	}
	size := 8 * typeBytes(to)
	if to[0] == 's' {
		low := -math.Ldexp(1, size-1)
		return func(u uint64) uint64 {
			switch v := f(value(u)); {
			case v != v && size == 64:
				return 1 << 63
			case v != v:
				return 0
			case v < low:
				return uint64(int64(low))
			case v >= -low:
				return 1<<(size-1) - 1
			default:
				return uint64(int64(v))
			}
		}
	}
	high := math.Ldexp(1, size)
	return func(u uint64) uint64 {
		switch v := f(value(u)); {
		case v != v && size == 64:
			return 1 << 63
		case !(v > 0):
			return 0
		case v >= high:
			return 1<<size - 1
		default:
			return uint64(v)
		}
	}
}

func integerToFloat(round string, saturate bool, to, from string) func(uint64) uint64 {
	extend := extension(from)
	if round != "rn" || saturate || typeBytes(to) == 2 {
		return nil
	}
	switch signed := from[0] == 's'; {
	case to == "f32" && signed:
		return func(u uint64) uint64 { return uint64(bits32(float32(int64(extend(u))))) }
	case to == "f32":
		return func(u uint64) uint64 { return uint64(bits32(float32(extend(u)))) }
	case signed:
		return func(u uint64) uint64 { return bits64(float64(int64(extend(u)))) }
	}
	return func(u uint64) uint64 { return bits64(float64(extend(u))) }
}

// extension makes 64 bits of a value of an integer type.
func extension(from string) func(uint64) uint64 {
	up := uint(64 - 8*typeBytes(from))
	if from[0] == 's' {
		return func(u uint64) uint64 { return uint64(int64(u<<up) >> up) }
	}
	return func(u uint64) uint64 { return u << up >> up }
}

func integerToInteger(saturate bool, to, from string) func(uint64) uint64 {
	extend, narrow := extension(from), extension(to)
	if !saturate {
		return func(u uint64) uint64 { return narrow(extend(u)) }
	}
	size := uint(8 * typeBytes(to))
	low, high := int64(0), uint64(math.MaxUint64)>>(64-size)
	if to[0] == 's' {
		low, high = math.MinInt64>>(64-size), high>>1
	}
	return func(u uint64) uint64 {
		v := extend(u)
		if from[0] == 's' && int64(v) < 0 {
			return uint64(max(int64(v), low))
		}
		return min(v, high)
	}
}

// converted applies f from a register to another. Both may be wider than the types; the
// result is extended as its type says.
func (c *compiler) converted(f func(uint64) uint64, to, from string) (operation, error) {
	if err := c.count(2); err != nil {
		return nil, err
	}
	toClass, err := c.classOf(c.s.args[0])
	if err != nil {
		return nil, err
	}
	fromClass := classFor(from)
	if c.s.args[1].kind == register {
		fromClass = c.text.registers[c.s.args[1].reg]
	}
	if toClass == predicate || fromClass == predicate || toClass.bytes() < typeBytes(to) || fromClass.bytes() < typeBytes(from) {
		return nil, fmt.Errorf("a register that is too narrow")
	}
	d, err := c.destination(c.s.args[0], toClass)
	if err != nil {
		return nil, err
	}
	a, err := c.source(c.s.args[1], fromClass)
	if err != nil {
		return nil, err
	}
	mask := uint32(0xffffffff)
	if toClass == half {
		mask = 0xffff
	}
	switch {
	case toClass == double && fromClass == double:
		return func(w *warp, m uint32) { each1(&w.wide[d], &w.wide[a], m, f) }, nil
	case toClass == double:
		g := func(u uint32) uint64 { return f(uint64(u)) }
		return func(w *warp, m uint32) { each1(&w.wide[d], &w.narrow[a], m, g) }, nil
	case fromClass == double:
		g := func(u uint64) uint32 { return uint32(f(u)) & mask }
		return func(w *warp, m uint32) { each1(&w.narrow[d], &w.wide[a], m, g) }, nil
	}
	g := func(u uint32) uint32 { return uint32(f(uint64(u))) & mask }
	return func(w *warp, m uint32) { each1(&w.narrow[d], &w.narrow[a], m, g) }, nil
}

// classFor is the narrowest register that holds a type.
func classFor(kind string) class {
	switch typeBytes(kind) {
	case 4:
		return single
	case 8:
		return double
	}
	return half
}
