package hdf5

import (
	"errors"
	"fmt"
)

// Message types of section IV.A.2 that matter here.
const (
	msgDataspace    = 0x0001
	msgLinkInfo     = 0x0002
	msgDatatype     = 0x0003
	msgLink         = 0x0006
	msgExternal     = 0x0007
	msgLayout       = 0x0008
	msgGroupInfo    = 0x000A
	msgContinuation = 0x0010
	msgSymbolTable  = 0x0011
)

const maxMessages = 1 << 16

// message is one property of an object.
type message struct {
	kind   uint16
	shared bool // the data only says where the message is
	data   []byte
	addr   uint64 // of data
}

// chunk is a run of messages, the first behind the header's prefix.
type chunk struct {
	b    []byte
	addr uint64
}

// header reads all messages of an object header (section IV.A.1).
func (f *file) header(addr uint64) ([]message, error) {
	prefix, err := f.block(addr, 16)
	if err != nil {
		return nil, err
	}
	p := &parser{file: f, seen: map[uint64]bool{}}
	var first chunk
	switch {
	case string(prefix[:4]) == "OHDR":
		first, err = p.prefix2(addr)
	case prefix[0] == 1:
		size := &cursor{b: prefix[8:]}
		first, err = p.read(addr+16, size.uint(4))
	default:
		return nil, fmt.Errorf("no object header is at address %d: the file is damaged", addr)
	}
	if err != nil {
		return nil, err
	}
	p.pending = append(p.pending, first)
	for len(p.pending) > 0 {
		next := p.pending[0]
		p.pending = p.pending[1:]
		if err := p.chunk(next); err != nil {
			return nil, err
		}
	}
	return p.messages, nil
}

// parser collects the messages of one header from its chunks.
type parser struct {
	*file
	two      bool // version 2
	ordered  bool // messages carry their creation order
	pending  []chunk
	seen     map[uint64]bool
	messages []message
}

// prefix2 reads the prefix of version 2 (section IV.A.1.b).
func (p *parser) prefix2(addr uint64) (chunk, error) {
	// The prefix has up to 34 bytes and may stand at the file's end.
	at, err := p.locate(addr, 0)
	if err != nil {
		return chunk{}, err
	}
	b, err := p.block(addr, uint64(min(34, p.size-at)))
	if err != nil {
		return chunk{}, err
	}
	c := &cursor{b: b}
	c.skip(4)
	if version := c.uint(1); version != 2 {
		return chunk{}, fmt.Errorf("object header version %d is not known", version)
	}
	flags := c.uint(1)
	if flags&0x20 != 0 {
		c.skip(16) // times
	}
	if flags&0x10 != 0 {
		c.skip(4) // when attributes become dense
	}
	size := c.uint(1 << (flags & 3))
	if c.short {
		return chunk{}, errors.New("the object header is cut off")
	}
	p.two, p.ordered = true, flags&0x04 != 0
	return p.read(addr+uint64(len(b)-len(c.b)), size)
}

func (p *parser) read(addr, size uint64) (chunk, error) {
	b, err := p.block(addr, size)
	return chunk{b, addr}, err
}

func (p *parser) chunk(k chunk) error {
	c := &cursor{b: k.b}
	for {
		m, ok := p.message(c, k)
		if !ok {
			return nil // what is left is a gap, too short for a message
		}
		if c.short {
			return errors.New("a message is longer than its object header: the file is damaged")
		}
		if len(p.messages) == maxMessages {
			return fmt.Errorf("an object header has more than %d messages: the file is damaged", maxMessages)
		}
		p.messages = append(p.messages, m)
		if m.kind == msgContinuation {
			if err := p.continuation(m); err != nil {
				return err
			}
		}
	}
}

func (p *parser) message(c *cursor, k chunk) (m message, ok bool) {
	need := 8
	if p.two {
		need = 4
		if p.ordered {
			need = 6
		}
	}
	if len(c.b) < need {
		return m, false
	}
	f := cursor{b: c.next(need)}
	if p.two {
		m.kind = uint16(f.uint(1))
	} else {
		m.kind = uint16(f.uint(2))
	}
	size := int(f.uint(2))
	m.shared = f.uint(1)&0x02 != 0
	m.addr = k.addr + uint64(len(k.b)-len(c.b))
	m.data = c.next(size)
	return m, true
}

// continuation queues another chunk of the header (section IV.A.2.q).
func (p *parser) continuation(m message) error {
	c := &cursor{b: m.data}
	addr, size := c.addr(), c.length()
	if c.short || p.seen[addr] {
		return errors.New("an object header's continuation is damaged or leads back to itself")
	}
	p.seen[addr] = true
	k, err := p.read(addr, size)
	if err != nil {
		return err
	}
	if p.two { // signature before, checksum behind
		if len(k.b) < 8 || string(k.b[:4]) != "OCHK" {
			return errors.New("an object header's continuation has no signature: the file is damaged")
		}
		k = chunk{k.b[4 : len(k.b)-4], addr + 4}
	}
	p.pending = append(p.pending, k)
	return nil
}
