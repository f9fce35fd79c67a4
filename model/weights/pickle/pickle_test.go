package pickle

import (
	"bytes"
	"errors"
	"fmt"
	"math/big"
	"reflect"
	"strings"
	"testing"
)

var errRefused = errors.New("refused")

// decode allows names of the module "ok" and OrderedDict.
func decode(b []byte) (any, error) {
	d := NewDecoder(bytes.NewReader(b), 1<<20, func(g Global) error {
		if g.Module == "ok" || g == orderedDict {
			return nil
		}
		return fmt.Errorf("%w: %s", errRefused, g)
	})
	return d.Decode()
}

// TestDecode has one line for each instruction; the bytes are CPython's of the same
// object where it writes that instruction at all.
func TestDecode(t *testing.T) {
	for _, c := range []struct {
		pickle string
		want   any
	}{
		{"N.", nil}, {"\x88.", true}, {"\x89.", false},
		{"K\xff.", int64(255)}, {"M\x01\x02.", int64(513)}, {"J\xff\xff\xff\xff.", int64(-1)},
		{"\x8a\x00.", int64(0)}, {"\x8a\x02\x00\xff.", int64(-256)}, {"\x8b\x01\x00\x00\x00\x7f.", int64(127)},
		{"\x8a\x09\x00\x00\x00\x00\x00\x00\x00\x00\x01.", new(big.Int).Lsh(big.NewInt(1), 64)},
		{"\x8a\x09\x00\x00\x00\x00\x00\x00\x00\x00\xff.", new(big.Int).Neg(new(big.Int).Lsh(big.NewInt(1), 64))},
		{"G\x3f\xf8\x00\x00\x00\x00\x00\x00.", 1.5},
		{"\x80\x02X\x02\x00\x00\x00ab.", "ab"}, {"\x8c\x02ab.", "ab"}, {"\x8d\x02\x00\x00\x00\x00\x00\x00\x00ab.", "ab"},
		{"U\x02ab.", "ab"}, {"T\x02\x00\x00\x00ab.", "ab"}, {"C\x02ab.", Bytes("ab")}, {"B\x02\x00\x00\x00ab.", Bytes("ab")},
		{"\x80\x04\x95\x01\x00\x00\x00\x00\x00\x00\x00).", Tuple(nil)},
		{"K\x01\x85.", Tuple{int64(1)}}, {"K\x01K\x02\x86.", Tuple{int64(1), int64(2)}}, {"NNN\x87.", Tuple{nil, nil, nil}}, {"(K\x01t.", Tuple{int64(1)}},
		{"].", &List{}}, {"]K\x01a.", &List{[]any{int64(1)}}}, {"](K\x01K\x02e.", &List{[]any{int64(1), int64(2)}}}, {"(Nl.", &List{[]any{nil}}},
		{"}K\x01K\x02s.", &Dict{[]any{int64(1)}, []any{int64(2)}}}, {"}(NNu.", &Dict{[]any{nil}, []any{nil}}}, {"(K\x01Nd.", &Dict{[]any{int64(1)}, []any{nil}}},
		{"K\x01q\x05h\x05\x86.", Tuple{int64(1), int64(1)}}, {"K\x01r\x05\x00\x00\x00j\x05\x00\x00\x00\x86.", Tuple{int64(1), int64(1)}}, {"K\x01\x94h\x00\x86.", Tuple{int64(1), int64(1)}},
		{"K\x012\x86.", Tuple{int64(1), int64(1)}}, {"NK\x010.", nil}, {"N(K\x01K\x021.", nil}, {"N(0.", nil},
		{"cok\nf\n.", Global{"ok", "f"}}, {"\x8c\x02ok\x8c\x01f\x93.", Global{"ok", "f"}},
		{"cok\nf\nK\x01\x85R.", &Call{Global{"ok", "f"}, Tuple{int64(1)}}}, {"cok\nf\n)\x81.", &Call{Global{"ok", "f"}, nil}},
		{"cok\nf\n)RNb.", &Call{Global{"ok", "f"}, nil}},
		{"ccollections\nOrderedDict\n)R.", &Dict{}},
		{"ccollections\nOrderedDict\n(](](K\x01K\x02eetR.", &Dict{[]any{int64(1)}, []any{int64(2)}}},
		{"K\x07Q.", Persistent{int64(7)}},
	} {
		got, err := decode([]byte(c.pickle))
		if err != nil || !reflect.DeepEqual(got, c.want) {
			t.Errorf("decode %q: %#v, error %v; want %#v", c.pickle, got, err, c.want)
		}
		for n := range len(c.pickle) {
			if _, err := decode([]byte(c.pickle[:n])); err == nil {
				t.Errorf("%q cut to %d bytes: no error", c.pickle, n)
			}
		}
	}
}

func TestRefusals(t *testing.T) {
	for _, c := range []struct{ name, pickle, want string }{
		{"a function", "cos\nsystem\n(X\x02\x00\x00\x00idtR.", "refused: os.system"},
		{"a function of protocol 4", "\x8c\x02os\x8c\x06system\x93.", "refused: os.system"},
		{"a function by INST", "(X\x02\x00\x00\x00idios\nsystem\n.", `the instruction 'i'`},
		{"a function by OBJ", "(cok\nf\no.", `the instruction 'o'`},
		{"a registered extension", "\x82\x01.", `the instruction '\u0082'`},
		{"a number as a name", "K\x01K\x02\x93.", "not a name"},
		{"a call of a number", "K\x01)R.", "not a function"},
		{"a call with a number", "cok\nf\nK\x01R.", "not a function"},
		{"protocol 9", "\x80\x09.", "protocol 9"},
		{"a long name", "c" + strings.Repeat("x", maxLine+1), "more than"},
		{"a long string", "X\xff\xff\xff\x7f", "longer than a name"},
		{"a long string of protocol 4", "\x8d\xff\xff\xff\xff\xff\xff\xff\xff", "longer than a name"},
		{"a long integer", "\x8b\xff\xff\x00\x00" + strings.Repeat("x", 1<<16), "an integer has"},
		{"nothing", ".", "0 objects"},
		{"two objects", "NN.", "2 objects"},
		{"a mark left", "N(.", "on its stack"},
		{"pop of nothing", "0.", "more objects than"},
		{"tuple of nothing", "\x85.", "more objects than"},
		{"tuple across a mark", "N(\x85.", "more objects than"},
		{"build of nothing", "Nb.", "more objects than"},
		{"put of nothing", "q\x00.", "more objects than"},
		{"no mark", "t.", "mark"},
		{"an unknown number", "h\x07.", "object 7"},
		{"items of no list", "N(Ne.", "not a container"},
		{"pairs of a list", "](NNu.", "not a container"},
		{"half a pair", "}(Nu.", "not a container"},
		{"an OrderedDict of a number", "ccollections\nOrderedDict\nK\x01\x85R.", "not a list"},
		{"an OrderedDict of numbers", "ccollections\nOrderedDict\n](K\x01e\x85R.", "other than pairs"},
	} {
		_, err := decode([]byte(c.pickle))
		if err == nil || !strings.Contains(err.Error(), c.want) {
			t.Errorf("%s: %v, want an error with %q", c.name, err, c.want)
		}
	}
}

// TestLimits has pickles that grow: each must end in an error, and soon.
func TestLimits(t *testing.T) {
	// A list of many pairs, and instructions that copy it again and again.
	pairs := "]\x94" + "(" + strings.Repeat("NN\x86", 1<<14) + "e\x85\x94"
	for name, c := range map[string]struct{ pickle, want string }{
		"deep stack":        {strings.Repeat("N", maxStack+2), "beyond"},
		"deep marks":        {strings.Repeat("(", maxStack+2), "beyond"},
		"many instructions": {strings.Repeat("N0", maxInstructions/2+1), "instructions"},
		"copied pairs":      {"(" + pairs + strings.Repeat("ccollections\nOrderedDict\nh\x01R0", 1<<10), "pairs"},
	} {
		d := NewDecoder(strings.NewReader(c.pickle), 1<<24, func(Global) error { return nil })
		if _, err := d.Decode(); err == nil || !strings.Contains(err.Error(), c.want) {
			t.Errorf("%s: %v, want an error with %q", name, err, c.want)
		}
	}
	if _, err := NewDecoder(strings.NewReader(strings.Repeat("N0", 100)), 50, nil).Decode(); err == nil || !strings.Contains(err.Error(), "within 50 bytes") {
		t.Errorf("more bytes than the limit: %v", err)
	}
}

// TestSelfReference: a list that holds itself is read and not walked.
func TestSelfReference(t *testing.T) {
	got, err := decode([]byte("]\x94h\x00a."))
	l, ok := got.(*List)
	if err != nil || !ok || len(l.Items) != 1 || l.Items[0] != any(l) {
		t.Errorf("decoding a list that holds itself: %T, %v; want that list", got, err)
	}
}

func TestGet(t *testing.T) {
	d := &Dict{[]any{"a", int64(1), "a"}, []any{1, 2, 3}}
	if d.Get("a") != 3 || d.Get("b") != nil {
		t.Errorf("a is %v, b is %v", d.Get("a"), d.Get("b"))
	}
}

func FuzzDecode(f *testing.F) {
	for _, s := range []string{
		"\x80\x02ccollections\nOrderedDict\nq\x00)Rq\x01(X\x01\x00\x00\x00aq\x02cok\nf\n((X\x07\x00\x00\x00storageK\x01tQK\x00(K\x01t(K\x01t\x89h\x00)RtRu}b.",
		"\x80\x04\x95\x10\x00\x00\x00\x00\x00\x00\x00}\x94(\x8c\x01a\x94K\x01\x8c\x01b]\x94(NNeu.",
		"cos\nsystem\n(U\x02idtR.",
	} {
		f.Add([]byte(s))
	}
	f.Fuzz(func(t *testing.T, b []byte) {
		d := NewDecoder(bytes.NewReader(b), 1<<16, func(Global) error { return nil })
		if _, err := d.Decode(); err == nil && (d.Offset() < 1 || d.Offset() > int64(len(b))) {
			t.Fatalf("%d of %d bytes were read", d.Offset(), len(b))
		}
	})
}
