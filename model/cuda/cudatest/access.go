package cudatest

import (
	"encoding/binary"
	"fmt"
	"math/bits"
	"slices"
	"strings"

	"cutpoint/model/cuda/driver"
)

// space is a kind of memory.
type space uint8

const (
	generic space = iota
	global
	shared
	param
)

// bytes is n bytes of a lane's memory, nil after a fault.
func (w *warp) bytes(s space, at uint64, n, align int, write bool, lane int) []byte {
	if s == generic {
		switch {
		case at-sharedWindow < windowBytes:
			s, at = shared, at-sharedWindow
		case at-paramWindow < windowBytes:
			s, at = param, at-paramWindow
		default:
			s = global
		}
	}
	if at&uint64(align-1) != 0 {
		w.fail(lane, misalignedAddress, "address %#x is not a multiple of %d", at, align)
		return nil
	}
	area := w.block.shared
	switch s {
	case global:
		return w.globalBytes(at, n, write, lane)
	case param:
		area = w.block.launch.params
		if write {
			w.fail(lane, driver.IllegalAddress, "write to a parameter")
			return nil
		}
	}
	if at > uint64(len(area)) || uint64(len(area))-at < uint64(n) {
		w.fail(lane, driver.IllegalAddress, "%s address %d (%d bytes) is outside of %d bytes", map[space]string{shared: "shared", param: "parameter"}[s], at, n, len(area))
		return nil
	}
	if s == shared && w.block.races != nil {
		if write && !w.sharedWrite(int(at), n, lane, w.now()) || !write && !w.sharedRead(int(at), n, lane) {
			return nil
		}
	}
	return area[at : at+uint64(n)]
}

func (w *warp) globalBytes(at uint64, n int, write bool, lane int) []byte {
	g := &w.block.launch.device.memory
	a := w.near
	if a == nil || !a.has(at, n) {
		if a = g.find(at); a == nil || !a.has(at, n) {
			w.fail(lane, driver.IllegalAddress, "%v", g.outside(at, n, a))
			return nil
		}
		w.near = a
	}
	b, err := a.bytes(at, n, write)
	if err != nil {
		w.fail(lane, err.(*accessError).result, "%v", err)
	}
	return b
}

// access describes a load or store, as its name says.
type access struct {
	space   space
	kind    string // type of an element
	size    int    // its bytes
	count   int    // elements of a vector
	signed  bool
	symbols []string
}

var spaces = map[string]space{"global": global, "const": global, "shared": shared, "shared::cta": shared, "param": param}

// Modifiers without effect here: memory ordering and cache hints.
var hints = []string{
	"volatile", "weak", "relaxed", "acquire", "release", "cta", "cluster", "gpu", "sys", "nc",
	"ca", "cg", "cs", "lu", "cv", "wb", "wt",
	"L1::evict_normal", "L1::evict_first", "L1::evict_last", "L1::no_allocate", "L1::evict_unchanged",
	"L2::64B", "L2::128B", "L2::256B",
}

func (c *compiler) access() (access, error) {
	a := access{count: 1}
	for _, part := range c.parts {
		s, isSpace := spaces[part]
		switch {
		case isSpace && a.space == generic:
			a.space = s
		case part == "v2" && a.count == 1:
			a.count = 2
		case part == "v4" && a.count == 1:
			a.count = 4
		case typeBytes(part) > 0 && a.kind == "" && !strings.Contains(part, "x2"):
			a.kind, a.size, a.signed = part, typeBytes(part), part[0] == 's'
		case slices.Contains(hints, part):
		default:
			return a, fmt.Errorf(".%s is not supported", part)
		}
	}
	if a.kind == "" || a.size*a.count > 16 {
		return a, fmt.Errorf("no type, or more than 16 bytes")
	}
	a.symbols = map[space][]string{global: {"global", "const"}, shared: {"shared"}, param: {"param"}}[a.space]
	return a, c.count(2)
}

// elements compiles the registers of a load or store; they may be wider than the type.
func (c *compiler) elements(o operand, a access, write bool) (slots []int, classes []class, err error) {
	list := []operand{o}
	if o.kind == vector {
		list = o.list
	}
	if len(list) != a.count || a.count == 1 && o.kind == vector {
		return nil, nil, fmt.Errorf("%d registers where %d are needed", len(list), a.count)
	}
	for _, e := range list {
		class := classFor(a.kind)
		if e.kind == register {
			class = c.text.registers[e.reg]
		}
		if class == predicate || class.bytes() < a.size {
			return nil, nil, fmt.Errorf("a register that is too narrow")
		}
		var slot int
		if write {
			slot, err = c.destination(e, class)
		} else {
			slot, err = c.source(e, class)
		}
		if err != nil {
			return nil, nil, err
		}
		slots, classes = append(slots, slot), append(classes, class)
	}
	return slots, classes, nil
}

// load is ld.
func load(c *compiler) (operation, error) {
	a, err := c.access()
	if err != nil {
		return nil, err
	}
	slots, classes, err := c.elements(c.s.args[0], a, true)
	if err != nil {
		return nil, err
	}
	p, err := c.pointer(c.s.args[1], a.symbols...)
	if err != nil {
		return nil, err
	}
	n := a.size * a.count
	up := uint(64 - 8*a.size)
	return func(w *warp, m uint32) {
		for ; m != 0; m &= m - 1 {
			i := bits.TrailingZeros32(m)
			b := w.bytes(a.space, p.at(w, i), n, n, false, i)
			if b == nil {
				return
			}
			for k, slot := range slots {
				v := little(b[k*a.size:], a.size)
				if a.signed {
					v = uint64(int64(v<<up) >> up)
				}
				w.set(classes[k], slot, i, v)
			}
		}
	}, nil
}

// store is st.
func store(c *compiler) (operation, error) {
	a, err := c.access()
	if err != nil {
		return nil, err
	}
	slots, classes, err := c.elements(c.s.args[1], a, false)
	if err != nil {
		return nil, err
	}
	p, err := c.pointer(c.s.args[0], a.symbols...)
	if err != nil {
		return nil, err
	}
	n := a.size * a.count
	return func(w *warp, m uint32) {
		for ; m != 0; m &= m - 1 {
			i := bits.TrailingZeros32(m)
			b := w.bytes(a.space, p.at(w, i), n, n, true, i)
			if b == nil {
				return
			}
			for k, slot := range slots {
				putLittle(b[k*a.size:], a.size, w.value(classes[k], slot, i))
			}
		}
	}, nil
}

func little(b []byte, n int) uint64 {
	switch n {
	case 1:
		return uint64(b[0])
	case 2:
		return uint64(binary.LittleEndian.Uint16(b))
	case 4:
		return uint64(binary.LittleEndian.Uint32(b))
	}
	return binary.LittleEndian.Uint64(b)
}

func putLittle(b []byte, n int, v uint64) {
	switch n {
	case 1:
		b[0] = byte(v)
	case 2:
		binary.LittleEndian.PutUint16(b, uint16(v))
	case 4:
		binary.LittleEndian.PutUint32(b, uint32(v))
	default:
		binary.LittleEndian.PutUint64(b, v)
	}
}

// convertAddress is cvta{.to}.space.u64 (or .u32 for shared memory's own addresses).
func convertAddress(c *compiler) (operation, error) {
	parts := c.parts
	var sign uint64 = 1
	if len(parts) == 3 && parts[0] == "to" {
		sign, parts = ^uint64(0), parts[1:]
	}
	if len(parts) != 2 || parts[1] != "u64" {
		return nil, fmt.Errorf("this form is not supported")
	}
	s, ok := spaces[parts[0]]
	if !ok {
		return nil, fmt.Errorf(".%s is not supported", parts[0])
	}
	base := sign * map[space]uint64{global: 0, shared: sharedWindow, param: paramWindow}[s]
	if a := c.s.args; len(a) == 2 && a[1].kind == symbol {
		l, ok := c.symbols[a[1].name]
		if !ok || spaces[l.space] != s || sign != 1 {
			return nil, fmt.Errorf("%s is not in this space", a[1].name)
		}
		c.s.args = []operand{a[0], {kind: immediate, value: l.address + a[1].value}}
	}
	return one64(func(a uint64) uint64 { return a + base })(c)
}
