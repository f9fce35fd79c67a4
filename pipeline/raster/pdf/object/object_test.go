package object

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"reflect"
	"strings"
	"testing"

	"cutpoint/pipeline/raster/pdf/pdftest"
)

func TestLexer(t *testing.T) {
	for text, want := range map[string]any{
		"12":                  12,
		"-3":                  -3,
		"+.5":                 0.5,
		"0.23999999999999999": 0.24,
		"7.":                  7.0,
		"true":                true,
		"null":                nil,
		"/Name":               Name("Name"),
		"/A#42 ":              Name("AB"),
		"/ ":                  Name(""),
		"(a(b)c)":             String("a(b)c"),
		`(\n\\\)\101\7x\z)`:   String("\n\\)A\x07xz"),
		"(a\\\r\nb\r\nc)":     String("ab\nc"),
		"<48 65 6>":           String("He`"),
		"[1 [2] /X]":          Array{1, Array{2}, Name("X")},
		"<</A 1/B<</C(x)>>>>": Dict{"A": 1, "B": Dict{"C": String("x")}},
		"% comment\n%\r\n Do": Keyword("Do"),
		"T*":                  Keyword("T*"),
		"'":                   Keyword("'"),
		"1 0 R":               1,
	} {
		if got, err := NewLexer([]byte(text)).Next(); err != nil || !reflect.DeepEqual(got, want) {
			t.Errorf("%q is %#v, %v; want %#v", text, got, err, want)
		}
	}
	for _, text := range []string{"--1", "1.2.3", "+", "1e5", "0x1", "1234567890123456", "(a", "<4", "<4g>", "[1", "[1 >>", "<</A>>", "<</A 1/A 2>>", "<<1 2>>", "]", ">>", "{", ")", "/A#4", "/A#4x", "[Do]",
		strings.Repeat("[", 100), "[" + strings.Repeat("0 ", maxElements) + "]"} {
		if got, err := NewLexer([]byte(text)).Next(); err == nil || err == io.EOF {
			t.Errorf("%.20q is %#v, %v", text, got, err)
		}
	}
	if _, err := NewLexer([]byte(" % x")).Next(); err != io.EOF {
		t.Errorf("at the end: %v", err)
	}
}

// file is one whose object 5 is what is asked for.
func file(o pdftest.Object) pdftest.Objects {
	return pdftest.Pages([2]string{}).With(pdftest.Objects{5: o, 6: "[1 0 R 5 0 R]"})
}

func TestFiles(t *testing.T) {
	o := file("(old)")
	packed := pdftest.WritePacked(o)
	for name, c := range map[string]struct {
		data []byte
		want string
	}{
		"a table":            {pdftest.Write(o), "old"},
		"a stream":           {packed, "old"},
		"a hybrid":           {pdftest.WriteHybrid(o), "old"},
		"linearized":         {pdftest.WriteLinearized(o), "old"},
		"an update":          {pdftest.Update(pdftest.Write(o), pdftest.Objects{5: "(new)"}), "new"},
		"an update and more": {pdftest.Update(pdftest.Update(pdftest.Write(o), pdftest.Objects{5: "(newer)"}), pdftest.Objects{7: "5 0 R"}), "newer"},
		"a later section":    {pdftest.Update(pdftest.WriteHybrid(o), pdftest.Objects{5: "(new)"}), "new"},
		"space before":       {bytes.Replace(pdftest.Write(o), []byte("endobj\nxref"), []byte("endobj\n \nxref"), 1), "old"},
		"space behind":       {append(pdftest.Write(o), "\n\n\x00"...), "old"},
	} {
		f, err := Open(c.data)
		if err != nil {
			t.Errorf("%s: %v", name, err)
			continue
		}
		if got, err := Get[String](f, Ref{5, 0}); err != nil || string(got) != c.want {
			t.Errorf("%s: object 5 is %q, %v", name, got, err)
		}
		if got, err := f.Resolve(Ref{99, 0}); err != nil || got != nil {
			t.Errorf("%s: an object that is not there is %v, %v", name, got, err)
		}
		if _, err := Get[int](f, Ref{5, 0}); err == nil {
			t.Errorf("%s: a string is a number", name)
		}
	}
}

// TestDisorderIsRefused: nothing is repaired.
func TestDisorderIsRefused(t *testing.T) {
	whole := pdftest.Write(file("(x)"))
	replaced := func(old, new string) []byte { return bytes.Replace(whole, []byte(old), []byte(new), 1) }
	for name, data := range map[string][]byte{
		"no header":               whole[1:],
		"space before the header": append([]byte("\n"), whole...),
		"no end":                  whole[:len(whole)-40],
		"a table elsewhere":       replaced("startxref\n", "startxref\n1"),
		"a table of other words":  replaced("xref\n0", "xxef\n0"),
		"encrypted":               replaced("/Root", "/Encrypt 6 0 R /Root"),
		"a circle":                replaced("/Root", fmt.Sprintf("/Prev %d /Root", pdftest.Start(whole))),
		"a trailer without end":   replaced(">>\nstartxref", "\nstartxref"),
		"short entries":           replaced(" 00000 n \n", " 00000 n\n"),
		"too many objects":        replaced("xref\n0 1\n", "xref\n2000000 1\n"),
	} {
		if f, err := Open(data); err == nil {
			if v, err := f.Resolve(f.Trailer["Root"]); err == nil {
				t.Errorf("%s: it is opened, and the catalogue is %v", name, v)
			}
		}
	}
	for name, o := range map[string]pdftest.Object{
		"a length too short":   "<< /Length 1 >>\nstream\nabc\nendstream",
		"a length too long":    "<< /Length 100000 >>\nstream\nabc\nendstream",
		"a negative length":    "<< /Length -1 >>\nstream\nabc\nendstream",
		"no length":            "<< >>\nstream\nabc\nendstream",
		"a length of itself":   "<< /Length 5 0 R >>\nstream\nabc\nendstream",
		"another file's bytes": "<< /Length 3 /F (x) >>\nstream\nabc\nendstream",
		"no line's end":        "<< /Length 3 >>\nstreamabc\nendstream",
		"two values":           "1 2",
		"a chain":              "6 0 R 7",
	} {
		f, err := Open(pdftest.Write(file(o)))
		if err != nil {
			t.Fatal(err)
		}
		if v, err := f.Resolve(Ref{5, 0}); err == nil {
			t.Errorf("%s: %v", name, v)
		}
	}
}

// TestObjectIsElsewhere: an offset that leads to another object.
func TestObjectIsElsewhere(t *testing.T) {
	f, err := Open(bytes.Replace(pdftest.Write(file("(x)")), []byte("5 0 obj"), []byte("4 0 obj"), 1))
	if err != nil {
		t.Fatal(err)
	}
	if v, err := f.Resolve(Ref{5, 0}); err == nil {
		t.Errorf("%v", v)
	}
}

func TestStructureIsBounded(t *testing.T) {
	f := &File{budget: 1000}
	bomb := &Stream{Dict{"Filter": Name("RunLengthDecode")}, bytes.Repeat([]byte{129, 0}, 1000)}
	if data, err := f.structure(bomb); !errors.Is(err, ErrTooMuch) {
		t.Errorf("%d bytes, %v", len(data), err)
	}
	if _, err := f.structure(&Stream{Dict{}, make([]byte, 600)}); err != nil {
		t.Error(err)
	}
	if _, err := f.structure(&Stream{Dict{}, make([]byte, 600)}); !errors.Is(err, ErrTooMuch) {
		t.Errorf("the second time: %v", err)
	}
}

func FuzzFile(f *testing.F) {
	o := file(pdftest.Stream("/Filter [/ASCIIHexDecode /RunLengthDecode]", []byte("00410042>")))
	f.Add(pdftest.Write(o))
	f.Add(pdftest.WritePacked(o))
	f.Add(pdftest.WriteHybrid(o))
	f.Add(pdftest.Update(pdftest.Write(o), o))
	f.Fuzz(func(t *testing.T, data []byte) {
		file, err := Open(data)
		if err != nil {
			return
		}
		for n := range min(len(file.entries), 50) {
			v, err := file.Resolve(Ref{n, 0})
			if s, ok := v.(*Stream); ok && err == nil {
				if chain, err := file.Filters(s.Dict); err == nil {
					if data, err := chain.Unpack(s.Raw, 1<<16); err == nil && len(data) > 1<<16 {
						t.Errorf("%d bytes", len(data))
					}
					if data, err := chain.Fill(s.Raw, 100, 1<<16); err == nil && len(data) != 100 {
						t.Errorf("%d bytes", len(data))
					}
				}
			}
		}
	})
}

func FuzzLexer(f *testing.F) {
	f.Add([]byte("q 1 0 0 1 0 0 cm /Im Do [(a\\)b) <48>] TJ << /A [1 2 /B] >> BDC % x\n Q"))
	f.Fuzz(func(t *testing.T, data []byte) {
		for l := NewLexer(data); ; {
			before := l.pos
			if _, err := l.Next(); err != nil {
				return
			}
			if l.pos <= before {
				t.Fatal("nothing was read")
			}
		}
	})
}
