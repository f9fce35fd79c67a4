package cudatest

import (
	"fmt"
	"strings"
)

// labelOrInstruction reads "name:", or "op args;".
func (k *kernelParser) labelOrInstruction() error {
	name := k.tok
	if err := k.advance(); err != nil {
		return err
	}
	if !k.is(":") {
		return k.arguments(statement{line: name.line, guard: -1, op: name.text})
	}
	if _, ok := k.scope.labels[name.text]; ok {
		return fmt.Errorf("line %d: label %s stands twice", name.line, name.text)
	}
	k.scope.labels[name.text] = len(k.kernel.body)
	return k.advance()
}

// instruction reads "@!p op args;".
func (k *kernelParser) instruction() error {
	s := statement{line: k.tok.line}
	if err := k.advance(); err != nil {
		return err
	}
	var err error
	if s.not, err = k.accept("!"); err != nil {
		return err
	}
	guard, err := k.operand()
	if err != nil {
		return err
	}
	if guard.kind != register || k.kernel.registers[guard.reg] != predicate {
		return k.fail("@ without a predicate")
	}
	s.guard = guard.reg
	if s.op, err = k.name(); err != nil {
		return err
	}
	return k.arguments(s)
}

// arguments reads an instruction behind its name.
func (k *kernelParser) arguments(s statement) error {
	for !k.is(";") {
		if len(s.args) > 0 {
			if err := k.expect(","); err != nil {
				return err
			}
		}
		o, err := k.operand()
		if err != nil {
			return err
		}
		s.args = append(s.args, o)
	}
	if s.op == "bra" || s.op == "bra.uni" {
		if len(s.args) != 1 || s.args[0].kind != symbol {
			return k.fail("a branch without a label")
		}
		k.branches = append(k.branches, branch{len(k.kernel.body), k.scope})
	}
	k.kernel.body = append(k.kernel.body, s)
	return k.advance()
}

// operand reads one argument.
func (k *kernelParser) operand() (operand, error) {
	switch {
	case k.is("{"):
		return k.vector()
	case k.is("["):
		return k.address()
	case k.is("-") || k.tok.kind == number:
		return k.immediate()
	case k.is("!"):
		if err := k.advance(); err != nil {
			return operand{}, err
		}
		o, err := k.plain()
		o.not = true
		return o, err
	}
	o, err := k.plain()
	if err != nil || !k.is("|") {
		return o, err
	}
	if err := k.advance(); err != nil {
		return o, err
	}
	second, err := k.plain()
	o.second = &second
	return o, err
}

// plain reads a name: a register, a special register, a variable, a label or "_".
func (k *kernelParser) plain() (operand, error) {
	name, err := k.name()
	if err != nil {
		return operand{}, err
	}
	if name == "_" {
		return operand{kind: sink}, nil
	}
	if i, ok := k.lookUp(name); ok {
		return operand{kind: register, reg: i}, nil
	}
	if strings.HasPrefix(name, "%") {
		return operand{kind: special, name: name}, nil
	}
	o := operand{kind: symbol, name: name}
	if plus, err := k.accept("+"); plus {
		offset, err := k.integer()
		o.value = uint64(offset)
		return o, err
	} else if err != nil {
		return o, err
	}
	return o, nil
}

// vector reads "{a, b, …}".
func (k *kernelParser) vector() (operand, error) {
	o := operand{kind: vector}
	for first := true; first || k.is(","); first = false {
		if err := k.advance(); err != nil {
			return o, err
		}
		var e operand
		var err error
		if k.tok.kind == word {
			e, err = k.plain()
		} else {
			e, err = k.immediate()
		}
		if err != nil {
			return o, err
		}
		if o.list = append(o.list, e); len(o.list) > 256 {
			return o, k.fail("a vector of more than 256")
		}
	}
	return o, k.expect("}")
}

// address reads "[base]", "[base+4]" or "[base, {coordinates}]".
func (k *kernelParser) address() (operand, error) {
	o := operand{kind: address}
	if err := k.advance(); err != nil {
		return o, err
	}
	var base operand
	var err error
	if k.tok.kind == word {
		base, err = k.plain()
	} else {
		base, err = k.immediate()
	}
	if err != nil {
		return o, err
	}
	o.list = append(o.list, base)
	if plus, err := k.accept("+"); err != nil {
		return o, err
	} else if plus {
		offset, err := k.integer()
		if err != nil {
			return o, err
		}
		o.value = uint64(offset)
	}
	if comma, err := k.accept(","); err != nil {
		return o, err
	} else if comma {
		coordinates, err := k.vector()
		if err != nil {
			return o, err
		}
		o.list = append(o.list, coordinates)
	}
	return o, k.expect("]")
}
