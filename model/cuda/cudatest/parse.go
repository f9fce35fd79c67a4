package cudatest

import (
	"fmt"
	"strconv"
	"strings"
)

// Bounds on what a module may ask for, so that broken text cannot take all memory.
const (
	maxText     = 64 << 20
	maxVariable = 1 << 28
	maxNesting  = 64
)

// parser reads PTX as NVRTC writes it: a subset of the language, of which everything that is
// not known is an error.
type parser struct {
	lex     lexer
	tok     token
	program *program
}

// parse reads a module.
func parse(text string) (*program, error) {
	if len(text) > maxText {
		return nil, fmt.Errorf("%d bytes of PTX are more than %d", len(text), maxText)
	}
	p := &parser{lex: lexer{text: text, line: 1}, program: &program{
		globals: map[string]*variable{}, shared: map[string]*variable{},
	}}
	if err := p.advance(); err != nil {
		return nil, err
	}
	for p.tok.kind != endOfText {
		if err := p.topLevel(); err != nil {
			return nil, err
		}
	}
	if p.program.version == 0 || p.program.target == "" {
		return nil, fmt.Errorf("no .version or .target: not PTX")
	}
	return p.program, nil
}

func (p *parser) advance() (err error) {
	p.tok, err = p.lex.next()
	return err
}

func (p *parser) fail(format string, args ...any) error {
	return fmt.Errorf("line %d: %s", p.tok.line, fmt.Sprintf(format, args...))
}

// is says whether the token at hand is this mark or word.
func (p *parser) is(text string) bool { return p.tok.kind != quoted && p.tok.text == text }

// accept goes over a mark or word if it is at hand.
func (p *parser) accept(text string) (bool, error) {
	if !p.is(text) {
		return false, nil
	}
	return true, p.advance()
}

func (p *parser) expect(text string) error {
	if !p.is(text) {
		return p.fail("%q where %q is due", p.tok.text, text)
	}
	return p.advance()
}

// name takes a word that is no directive.
func (p *parser) name() (string, error) {
	if p.tok.kind != word || strings.HasPrefix(p.tok.text, ".") {
		return "", p.fail("%q where a name is due", p.tok.text)
	}
	text := p.tok.text
	return text, p.advance()
}

// integer takes a number with its sign.
func (p *parser) integer() (int64, error) {
	minus, err := p.accept("-")
	if err != nil {
		return 0, err
	}
	if p.tok.kind != number {
		return 0, p.fail("%q where a number is due", p.tok.text)
	}
	v, err := strconv.ParseUint(strings.TrimRight(p.tok.text, "U"), 0, 64)
	if err != nil {
		return 0, p.fail("number %s: %v", p.tok.text, err)
	}
	if minus {
		v = -v
	}
	return int64(v), p.advance()
}

// size takes a number from 0 to limit.
func (p *parser) size(limit int64) (int, error) {
	line := p.tok.line
	v, err := p.integer()
	if err == nil && (v < 0 || v > limit) {
		err = fmt.Errorf("line %d: %d is not within 0 to %d", line, v, limit)
	}
	return int(v), err
}

// topLevel reads one directive of the module.
func (p *parser) topLevel() error {
	directive := p.tok.text
	if p.tok.kind != word {
		return p.fail("%q where a directive is due", directive)
	}
	switch directive {
	case ".version":
		return p.version()
	case ".target":
		return p.target()
	case ".address_size":
		if err := p.advance(); err != nil {
			return err
		}
		return p.expect("64")
	case ".file":
		return p.skipLine()
	case ".visible", ".weak":
		return p.advance()
	case ".entry":
		return p.entry()
	case ".extern", ".global", ".const", ".shared":
		v, err := p.variable()
		if err != nil {
			return err
		}
		return p.declare(v)
	}
	return p.fail("%s is not supported", directive)
}

func (p *parser) declare(v *variable) error {
	table := p.program.globals
	if v.space == "shared" {
		table = p.program.shared
	} else if v.external {
		return fmt.Errorf("line %d: .extern %s is not supported", v.line, v.name)
	}
	if _, ok := table[v.name]; ok {
		return fmt.Errorf("line %d: %s is declared twice", v.line, v.name)
	}
	table[v.name] = v
	return nil
}

// skipLine goes to the next line.
func (p *parser) skipLine() error {
	for line := p.tok.line; p.tok.kind != endOfText && p.tok.line == line; {
		if err := p.advance(); err != nil {
			return err
		}
	}
	return nil
}

func (p *parser) version() error {
	if err := p.advance(); err != nil {
		return err
	}
	major, minor, ok := strings.Cut(p.tok.text, ".")
	a, err1 := strconv.ParseUint(major, 10, 8)
	b, err2 := strconv.ParseUint(minor, 10, 8)
	if !ok || err1 != nil || err2 != nil || b > 9 {
		return p.fail("version %q", p.tok.text)
	}
	p.program.version = int(10*a + b)
	return p.advance()
}

func (p *parser) target() error {
	if err := p.advance(); err != nil {
		return err
	}
	text, err := p.name()
	if err != nil {
		return err
	}
	n, err := strconv.ParseUint(strings.TrimSuffix(strings.TrimPrefix(text, "sm_"), "a"), 10, 16)
	if err != nil || !strings.HasPrefix(text, "sm_") {
		return p.fail("target %q", text)
	}
	p.program.target, p.program.capacity = text, int(n)
	return nil
}
