package pickle

import (
	"errors"
	"fmt"
	"slices"
)

// build executes an instruction that makes objects of others.
func (d *Decoder) build(op byte) error {
	switch op {
	case ')':
		d.push(Tuple(nil))
	case ']', 0x8f: // EMPTY_LIST, EMPTY_SET
		d.push(&List{})
	case '}':
		d.push(&Dict{})
	case 't', 'l', 'd', 0x91: // TUPLE, LIST, DICT, FROZENSET
		return d.collect(op)
	case 0x85, 0x86, 0x87: // TUPLE1, TUPLE2, TUPLE3
		v, err := d.popN(int(op - 0x84))
		if err != nil {
			return err
		}
		d.push(Tuple(slices.Clone(v)))
	case 'a', 's':
		v, err := d.popN(map[byte]int{'a': 1, 's': 2}[op])
		if err != nil {
			return err
		}
		return d.extend(v, op == 's')
	case 'e', 'u', 0x90: // APPENDS, SETITEMS, ADDITEMS
		v, err := d.popMark()
		if err != nil {
			return err
		}
		return d.extend(v, op == 'u')
	case 'R', 0x81: // REDUCE, NEWOBJ
		return d.call()
	case 'b': // BUILD sets attributes, which arrays of numbers do not need
		v, err := d.popN(1)
		if err == nil && len(v) == 1 && len(d.stack) <= d.floor() {
			err = errUnderflow
		}
		return err
	case 'Q':
		v, err := d.popN(1)
		if err != nil {
			return err
		}
		d.Persistent = append(d.Persistent, v[0])
		d.push(Persistent{v[0]})
	default:
		return fmt.Errorf("it has the instruction %q at byte %d, which weights do not need", op, d.read-1)
	}
	return nil
}

// collect makes a container of everything above the mark.
func (d *Decoder) collect(op byte) error {
	v, err := d.popMark()
	if err != nil {
		return err
	}
	switch v = slices.Clone(v); op {
	case 't':
		d.push(Tuple(v))
	case 'd':
		d.push(&Dict{})
		return d.extend(v, true)
	default:
		d.push(&List{v})
	}
	return nil
}

// extend adds items to the container on top of the stack, or pairs to the
// dictionary there.
func (d *Decoder) extend(v []any, pairs bool) error {
	if len(d.stack) <= d.floor() {
		return errUnderflow
	}
	switch c := d.stack[len(d.stack)-1].(type) {
	case *List:
		if !pairs {
			c.Items = append(c.Items, v...)
			return nil
		}
	case *Dict:
		if pairs && len(v)%2 == 0 {
			for i := 0; i < len(v); i += 2 {
				c.set(v[i], v[i+1])
			}
			return nil
		}
	}
	return errors.New("it adds items to something that is not a container for them")
}

// orderedDict is the one class whose objects are made here, since it is what a
// state_dict is.
var orderedDict = Global{"collections", "OrderedDict"}

// call replaces a name and its arguments by the Call, or by an OrderedDict.
func (d *Decoder) call() error {
	v, err := d.popN(2)
	if err != nil {
		return err
	}
	f, ok := v[0].(Global)
	args, isTuple := v[1].(Tuple)
	if !ok || !isTuple {
		return errors.New("it calls something that is not a function it imported")
	}
	if f != orderedDict {
		d.push(&Call{f, args})
		return nil
	}
	dict := &Dict{}
	if len(args) > 0 { // as Python 2 writes it: a list of [key, value]
		if err := d.fill(dict, args[0]); err != nil {
			return err
		}
	}
	d.push(dict)
	return nil
}

// fill copies pairs into a dictionary. One list may be copied many times by few
// instructions, so the pairs are counted.
func (d *Decoder) fill(to *Dict, from any) error {
	l, ok := from.(*List)
	if !ok {
		return errors.New("its OrderedDict is made of something that is not a list")
	}
	if d.filled += len(l.Items); d.filled > maxInstructions {
		return fmt.Errorf("its dictionaries hold more than %d pairs", maxInstructions)
	}
	for _, item := range l.Items {
		pair, _ := item.(Tuple)
		if l, ok := item.(*List); ok {
			pair = l.Items
		}
		if len(pair) != 2 {
			return errors.New("its OrderedDict is made of something other than pairs")
		}
		to.set(pair[0], pair[1])
	}
	return nil
}
