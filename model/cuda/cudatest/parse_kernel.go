package cudatest

import (
	"fmt"
	"strconv"
	"strings"
)

// scope is what stands between a pair of braces; inline assembly opens its own.
type scope struct {
	outer  *scope
	ranges []registerRange
	used   map[string]int // register's name → its index
	labels map[string]int
}

// registerRange is ".reg .b32 %r<10>", or one register if count is -1.
type registerRange struct {
	name  string
	count int
	class class
}

// kernelParser reads an entry point's body.
type kernelParser struct {
	*parser
	kernel   *kernelText
	scope    *scope
	depth    int
	branches []branch
}

type branch struct {
	statement int
	scope     *scope
}

// entry reads a kernel.
func (p *parser) entry() error {
	k := &kernelParser{parser: p, kernel: &kernelText{line: p.tok.line, shared: map[string]*variable{}}}
	if err := p.advance(); err != nil {
		return err
	}
	var err error
	if k.kernel.name, err = p.name(); err != nil {
		return err
	}
	for _, read := range []func() error{k.params, k.directives, k.block, k.resolve} {
		if err := read(); err != nil {
			return err
		}
	}
	p.program.kernels = append(p.program.kernels, k.kernel)
	return nil
}

// params reads "(.param .u64 a, …)" and lays the parameters out as C does.
func (k *kernelParser) params() error {
	if err := k.expect("("); err != nil {
		return err
	}
	for !k.is(")") {
		v, err := k.variable()
		if err != nil {
			return err
		}
		if v.space != "param" {
			return k.fail("%s is no parameter", v.name)
		}
		k.kernel.params = append(k.kernel.params, v)
		k.kernel.paramBytes = roundUp(k.kernel.paramBytes, v.align) + v.size
		if k.kernel.paramBytes > 4096 {
			return k.fail("more than 4096 bytes of parameters")
		}
		if comma, err := k.accept(","); !comma {
			if err != nil {
				return err
			}
			break
		}
	}
	return k.expect(")")
}

// directives reads ".maxntid 256, 1, 1" and its like.
func (k *kernelParser) directives() error {
	for !k.is("{") {
		directive := k.tok.text
		if err := k.advance(); err != nil {
			return err
		}
		switch directive {
		case ".maxntid":
			k.kernel.maxThreads = [3]int{1, 1, 1}
			for i := range 3 {
				n, err := k.size(1024)
				if err != nil {
					return err
				}
				k.kernel.maxThreads[i] = n
				if comma, err := k.accept(","); !comma {
					if err != nil {
						return err
					}
					break
				}
			}
		case ".minnctapersm", ".maxnreg":
			if _, err := k.size(1024); err != nil {
				return err
			}
		default:
			return k.fail("%s of a kernel is not supported", directive)
		}
	}
	return nil
}

// block reads from a brace to its partner.
func (k *kernelParser) block() error {
	if err := k.expect("{"); err != nil {
		return err
	}
	if k.depth++; k.depth > maxNesting {
		return k.fail("braces are nested too deep")
	}
	k.scope = &scope{outer: k.scope, used: map[string]int{}, labels: map[string]int{}}
	for !k.is("}") {
		if err := k.item(); err != nil {
			return err
		}
	}
	k.scope = k.scope.outer
	k.depth--
	return k.advance()
}

// item reads one declaration, label, block or instruction.
func (k *kernelParser) item() error {
	switch {
	case k.is("{"):
		return k.block()
	case k.is("@"):
		return k.instruction()
	case k.tok.kind != word:
		return k.fail("%q where an instruction is due", k.tok.text)
	case !strings.HasPrefix(k.tok.text, "."):
		return k.labelOrInstruction()
	}
	switch k.tok.text {
	case ".reg":
		return k.declareRegisters()
	case ".shared":
		v, err := k.variable()
		if err != nil {
			return err
		}
		if _, ok := k.kernel.shared[v.name]; ok || v.external {
			return fmt.Errorf("line %d: %s is declared twice or external", v.line, v.name)
		}
		k.kernel.shared[v.name] = v
		return nil
	case ".pragma":
		if err := k.advance(); err != nil {
			return err
		}
		if k.tok.kind != quoted {
			return k.fail("a pragma without a text")
		}
		if err := k.advance(); err != nil {
			return err
		}
		return k.expect(";")
	case ".loc":
		return k.skipLine()
	}
	return k.fail("%s in a kernel is not supported", k.tok.text)
}

// declareRegisters reads ".reg .b32 %r<10>, a, b;".
func (k *kernelParser) declareRegisters() error {
	if err := k.advance(); err != nil {
		return err
	}
	r := registerRange{}
	switch n := typeBytes(k.tok.text); {
	case k.is(".pred"):
		r.class = predicate
	case n == 2:
		r.class = half
	case n == 4:
		r.class = single
	case n == 8:
		r.class = double
	default:
		return k.fail("registers of type %s are not supported", k.tok.text)
	}
	for first := true; first || k.is(","); first = false {
		if err := k.advance(); err != nil {
			return err
		}
		var err error
		if r.name, err = k.name(); err != nil {
			return err
		}
		r.count = -1
		if k.is("<") {
			if err := k.advance(); err != nil {
				return err
			}
			if r.count, err = k.size(1 << 20); err != nil {
				return err
			}
			if err := k.expect(">"); err != nil {
				return err
			}
		}
		k.scope.ranges = append(k.scope.ranges, r)
	}
	return k.expect(";")
}

// lookUp finds a register and marks it as used.
func (k *kernelParser) lookUp(name string) (int, bool) {
	for s := k.scope; s != nil; s = s.outer {
		if i, ok := s.used[name]; ok {
			return i, true
		}
		for _, r := range s.ranges {
			if r.has(name) {
				i := len(k.kernel.registers)
				k.kernel.registers = append(k.kernel.registers, r.class)
				s.used[name] = i
				return i, true
			}
		}
	}
	return 0, false
}

func (r registerRange) has(name string) bool {
	if r.count < 0 {
		return r.name == name
	}
	digits, ok := strings.CutPrefix(name, r.name)
	if !ok {
		return false
	}
	n, err := strconv.ParseUint(digits, 10, 32)
	return err == nil && int(n) < r.count && strconv.FormatUint(n, 10) == digits
}

// resolve turns branches' labels into statements.
func (k *kernelParser) resolve() error {
	for _, b := range k.branches {
		s := &k.kernel.body[b.statement]
		found := false
		for scope := b.scope; scope != nil && !found; scope = scope.outer {
			s.target, found = scope.labels[s.args[0].name]
		}
		if !found {
			return fmt.Errorf("line %d: no label %s", s.line, s.args[0].name)
		}
	}
	return nil
}

func roundUp(n, unit int) int { return (n + unit - 1) / unit * unit }
