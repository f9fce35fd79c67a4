package cudatest

import (
	"encoding/binary"
	"math"
	"strconv"
	"strings"
)

// typeBytes is the size of a type's values, 0 of an unknown one.
func typeBytes(name string) int {
	switch strings.TrimPrefix(name, ".") {
	case "b8", "u8", "s8":
		return 1
	case "b16", "u16", "s16", "f16", "bf16":
		return 2
	case "b32", "u32", "s32", "f32", "bf16x2", "f16x2":
		return 4
	case "b64", "u64", "s64", "f64":
		return 8
	}
	return 0
}

// variable reads a declaration up to its semicolon, or a parameter up to the comma or
// parenthesis behind it.
func (p *parser) variable() (*variable, error) {
	v := &variable{line: p.tok.line, align: 1}
	unit := 0
	for p.tok.kind == word && strings.HasPrefix(p.tok.text, ".") {
		directive := p.tok.text
		if err := p.advance(); err != nil {
			return nil, err
		}
		switch directive {
		case ".extern":
			v.external = true
		case ".global", ".const", ".shared", ".param":
			v.space = directive[1:]
		case ".align":
			n, err := p.size(1 << 12)
			if err != nil {
				return nil, err
			}
			if n == 0 || n&(n-1) != 0 {
				return nil, p.fail("alignment %d", n)
			}
			v.align = n
		default:
			if unit = typeBytes(directive); unit == 0 {
				return nil, p.fail("%s in a declaration is not supported", directive)
			}
		}
	}
	if unit == 0 || v.space == "" {
		return nil, p.fail("a declaration without type or space")
	}
	v.align = max(v.align, unit)
	var err error
	if v.name, err = p.name(); err != nil {
		return nil, err
	}
	if err := p.dimensions(v, unit); err != nil {
		return nil, err
	}
	if v.space == "param" {
		return v, nil
	}
	if err := p.initial(v, unit); err != nil {
		return nil, err
	}
	return v, p.expect(";")
}

// dimensions reads "[4]", "[2][3]" or "[]".
func (p *parser) dimensions(v *variable, unit int) error {
	v.size = unit
	for p.is("[") {
		if err := p.advance(); err != nil {
			return err
		}
		if done, err := p.accept("]"); done {
			v.size = 0
			return err
		}
		n, err := p.size(maxVariable)
		if err != nil {
			return err
		}
		if v.size *= n; v.size > maxVariable {
			return p.fail("%s is too large", v.name)
		}
		if err := p.expect("]"); err != nil {
			return err
		}
	}
	return nil
}

// initial reads "= 3" or "= {1, 2}". What is not given is zero.
func (p *parser) initial(v *variable, unit int) error {
	if ok, err := p.accept("="); !ok {
		return err
	}
	if !p.is("{") {
		return p.element(v, unit)
	}
	for first := true; first || p.is(","); first = false {
		if err := p.advance(); err != nil {
			return err
		}
		if err := p.element(v, unit); err != nil {
			return err
		}
	}
	return p.expect("}")
}

func (p *parser) element(v *variable, unit int) error {
	bits, err := p.immediate()
	if err != nil {
		return err
	}
	if len(v.data)+unit > v.size {
		return p.fail("more values than %s holds", v.name)
	}
	v.data = append(v.data, binary.LittleEndian.AppendUint64(nil, bits.value)[:unit]...)
	return nil
}

// immediate reads an integer, or a float of the forms 0f3F800000 and 0d3FF0000000000000.
func (p *parser) immediate() (operand, error) {
	o := operand{kind: immediate}
	text := p.tok.text
	if p.tok.kind == number && len(text) > 2 {
		size := map[string]uint8{"0f": 4, "0F": 4, "0d": 8, "0D": 8}[text[:2]]
		if size != 0 {
			v, err := strconv.ParseUint(text[2:], 16, int(size)*8)
			if err != nil || len(text) != 2+2*int(size) {
				return o, p.fail("number %s", text)
			}
			o.value, o.float = v, size
			return o, p.advance()
		}
		if strings.Contains(text, ".") {
			v, err := strconv.ParseFloat(text, 64)
			if err != nil {
				return o, p.fail("number %s", text)
			}
			o.value, o.float = math.Float64bits(v), 8
			return o, p.advance()
		}
	}
	v, err := p.integer()
	o.value = uint64(v)
	return o, err
}
