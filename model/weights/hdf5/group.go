package hdf5

import (
	"bytes"
	"errors"
	"fmt"
)

// link is a name in a group and the object header it leads to.
type link struct {
	name string
	addr uint64
}

// links lists the hard links of a group. Soft and external links are skipped: what
// they lead to is in this file under its own name, or in another file.
func (w *walk) links(messages []message) ([]link, error) {
	var found []link
	for _, m := range messages {
		var some []link
		var err error
		switch m.kind {
		case msgSymbolTable:
			some, err = w.symbolTable(m)
		case msgLinkInfo:
			err = refuseDense(m)
		case msgLink:
			some, err = compactLink(m)
		}
		if err != nil {
			return nil, err
		}
		if found = append(found, some...); len(found) > maxObjects {
			return nil, fmt.Errorf("it has more than %d links: not a file of weights", maxObjects)
		}
	}
	return found, nil
}

// symbolTable reads a group of the old kind (section IV.A.2.r): a B-tree of symbol
// nodes, and a heap with the names.
func (w *walk) symbolTable(m message) ([]link, error) {
	c := &cursor{b: m.data}
	tree, heap := c.addr(), c.addr()
	if c.short || m.shared {
		return nil, errors.New("its symbol table message is damaged")
	}
	names, err := w.heap(heap)
	if err != nil {
		return nil, err
	}
	return w.tree(tree, names, maxDepth)
}

// heap reads the data segment of a local heap (section III.D).
func (w *walk) heap(addr uint64) ([]byte, error) {
	b, err := w.block(addr, 4+4+3*wide)
	if err != nil {
		return nil, err
	}
	c := &cursor{b: b}
	if err := c.signature("HEAP"); err != nil {
		return nil, err
	}
	c.skip(4) // version, reserved
	size := c.length()
	c.skip(wide) // free list
	return w.block(c.addr(), size)
}

// tree lists the links below a node of a B-tree, version 1, of node type 0
// (section III.A.1). Levels must fall by one, so that a tree cannot lead back to
// itself.
func (w *walk) tree(addr uint64, names []byte, below uint64) ([]link, error) {
	head, err := w.block(addr, 8+2*wide)
	if err != nil {
		return nil, err
	}
	c := &cursor{b: head}
	if err := c.signature("TREE"); err != nil {
		return nil, err
	}
	kind, level, used := c.uint(1), c.uint(1), c.uint(2)
	if kind != 0 || level >= below || w.visited[addr] {
		return nil, errors.New("its B-tree is damaged")
	}
	w.visited[addr] = true
	body, err := w.block(addr+8+2*wide, used*2*wide)
	if err != nil {
		return nil, err
	}
	var found []link
	c = &cursor{b: body}
	for range used {
		c.skip(wide) // key: the first name of the child
		child := c.addr()
		var some []link
		if level > 0 {
			some, err = w.tree(child, names, level)
		} else {
			some, err = w.symbols(child, names)
		}
		if err != nil {
			return nil, err
		}
		if found = append(found, some...); len(found) > maxObjects {
			return nil, fmt.Errorf("it has more than %d links: not a file of weights", maxObjects)
		}
	}
	return found, nil
}

// symbols reads a symbol table node (section III.B) of entries (III.C).
func (w *walk) symbols(addr uint64, names []byte) ([]link, error) {
	const entry = 2*wide + 4 + 4 + 16
	head, err := w.block(addr, 8)
	if err != nil {
		return nil, err
	}
	c := &cursor{b: head}
	if err := c.signature("SNOD"); err != nil {
		return nil, err
	}
	c.skip(2) // version, reserved
	body, err := w.block(addr+8, c.uint(2)*entry)
	if err != nil {
		return nil, err
	}
	var found []link
	for c := (&cursor{b: body}); len(c.b) > 0; {
		at, object, cache := c.length(), c.addr(), c.uint(4)
		c.skip(4 + 16)
		if cache == 2 || object == undefined { // a soft link
			continue
		}
		name, err := heapName(names, at)
		if err != nil {
			return nil, err
		}
		found = append(found, link{name, object})
	}
	return found, nil
}

// heapName takes a zero-terminated name from a heap.
func heapName(names []byte, at uint64) (string, error) {
	if at >= uint64(len(names)) {
		return "", errors.New("a name lies outside of its heap: the file is damaged")
	}
	rest := names[at:]
	end := bytes.IndexByte(rest[:min(len(rest), maxPath+1)], 0)
	if end < 0 {
		return "", fmt.Errorf("the name %.60q… has no end within %d bytes: the file is damaged", rest, maxPath)
	}
	return string(rest[:end]), nil
}

// refuseDense refuses a group whose link info message (section IV.A.2.c) says that
// its links are in a fractal heap.
func refuseDense(m message) error {
	c := &cursor{b: m.data}
	c.skip(1)
	if flags := c.uint(1); flags&1 != 0 {
		c.skip(8) // highest creation index
	}
	if heap := c.addr(); c.short || heap != undefined {
		return errors.New("its links are in HDF5's dense form, which is not read; rewrite the file with `h5repack --low=0 --high=0 OLD NEW`")
	}
	return nil
}

// compactLink reads a link message (section IV.A.2.g).
func compactLink(m message) ([]link, error) {
	c := &cursor{b: m.data}
	version, flags := c.uint(1), c.uint(1)
	kind := uint64(0)
	if flags&0x08 != 0 {
		kind = c.uint(1)
	}
	if flags&0x04 != 0 {
		c.skip(8) // creation order
	}
	if flags&0x10 != 0 {
		c.skip(1) // character set
	}
	size := c.uint(1 << (flags & 3))
	if c.short || version != 1 || m.shared || size > uint64(len(c.b)) {
		return nil, errors.New("a link message is damaged")
	}
	name := string(c.next(int(size)))
	if kind != 0 {
		return nil, nil
	}
	addr := c.addr()
	if c.short {
		return nil, errors.New("a link message is damaged")
	}
	return []link{{name, addr}}, nil
}
