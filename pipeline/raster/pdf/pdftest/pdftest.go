// Package pdftest is test support: it writes PDF files of given objects, in the ways in
// which such files are put together.
package pdftest

import (
	"bytes"
	"fmt"
	"maps"
	"slices"
	"strings"
)

// Object is a PDF object without its number.
type Object string

// Stream is an object with content; what else the dictionary has comes first.
func Stream(dictionary string, content []byte) Object {
	return Object(fmt.Sprintf("<< %s /Length %d >>\nstream\n%s\nendstream", dictionary, len(content), content))
}

// Objects are a file's, by number. The first is the catalogue.
type Objects map[int]Object

// Pages returns a catalogue, a page tree and its pages, whose contents and resources are
// the objects that follow each of them: page i is object 3 + 2·i. Each page is given by
// its dictionary without Type and Parent, and its content.
func Pages(pages ...[2]string) Objects {
	o := Objects{1: "<< /Type /Catalog /Pages 2 0 R >>"}
	var kids []string
	for i, p := range pages {
		n := 3 + 2*i
		kids = append(kids, fmt.Sprintf("%d 0 R", n))
		o[n] = Object(fmt.Sprintf("<< /Type /Page /Parent 2 0 R %s /Contents %d 0 R >>", p[0], n+1))
		o[n+1] = Stream("", []byte(p[1]))
	}
	o[2] = Object(fmt.Sprintf("<< /Type /Pages /Kids [%s] /Count %d >>", strings.Join(kids, " "), len(pages)))
	return o
}

// With returns the objects and others.
func (o Objects) With(others Objects) Objects {
	all := maps.Clone(o)
	maps.Copy(all, others)
	return all
}

const header = "%PDF-1.7\n%\xe2\xe3\xcf\xd3\n"

// Write makes a file with a cross-reference table.
func Write(o Objects) []byte {
	return write([]byte(header), o, "")
}

// Update appends objects to a file as an incremental update does.
func Update(file []byte, o Objects) []byte {
	return write(slices.Clip(file), o, fmt.Sprintf("/Prev %d", Start(file)))
}

// Start returns where a file's newest cross-reference section is.
func Start(file []byte) int {
	var at int
	fmt.Sscanf(string(file[bytes.LastIndex(file, []byte("startxref")):]), "startxref\n%d", &at)
	return at
}

func write(head []byte, o Objects, trailer string) []byte {
	b := bytes.NewBuffer(head)
	offsets := put(b, o, slices.Sorted(maps.Keys(o)))
	at := b.Len()
	table(b, offsets)
	fmt.Fprintf(b, "trailer\n<< /Size %d /Root 1 0 R %s >>\nstartxref\n%d\n%%%%EOF\n", size(o), trailer, at)
	return b.Bytes()
}

// put writes objects and returns where they are.
func put(b *bytes.Buffer, o Objects, numbers []int) map[int]int {
	offsets := map[int]int{}
	for _, n := range numbers {
		offsets[n] = b.Len()
		fmt.Fprintf(b, "%d 0 obj\n%s\nendobj\n", n, o[n])
	}
	return offsets
}

func table(b *bytes.Buffer, offsets map[int]int) {
	b.WriteString("xref\n0 1\n0000000000 65535 f \n")
	for _, n := range slices.Sorted(maps.Keys(offsets)) {
		fmt.Fprintf(b, "%d 1\n%010d 00000 n \n", n, offsets[n])
	}
}

func size(o Objects) int { return slices.Max(slices.Collect(maps.Keys(o))) + 1 }

// WritePacked makes a file whose objects are in an object stream where they can be, with
// a cross-reference stream.
func WritePacked(o Objects) []byte {
	b := bytes.NewBufferString(header)
	at, dictionary, entries := pack(b, o)
	fmt.Fprintf(b, "%d 0 obj\n%s\nendobj\nstartxref\n%d\n%%%%EOF\n", size(o)+1, Stream(dictionary+" /Root 1 0 R", entries), at)
	return b.Bytes()
}

// WriteHybrid makes a file that has both: older readers find the streams alone.
func WriteHybrid(o Objects) []byte {
	b := bytes.NewBufferString(header)
	at, dictionary, entries := pack(b, o)
	fmt.Fprintf(b, "%d 0 obj\n%s\nendobj\n", size(o)+1, Stream(dictionary, entries))
	table := b.Len()
	fmt.Fprintf(b, "xref\n0 %d\n", size(o))
	for range size(o) {
		b.WriteString("0000000000 65535 f \n")
	}
	fmt.Fprintf(b, "trailer\n<< /Size %d /Root 1 0 R /XRefStm %d >>\nstartxref\n%d\n%%%%EOF\n", size(o)+2, at, table)
	return b.Bytes()
}

// WriteLinearized makes a file that begins with the objects of its first page and the
// part of its table that has them (ISO 32000-1, annex F): all but 2, the page tree.
func WriteLinearized(o Objects) []byte {
	first := maps.Clone(o)
	delete(first, 2)
	first[size(o)] = "<< /Linearized 1 /L 0 /H [0 0] /O 3 /E 0 /N 1 /T 0 >>"
	layout := func(offsets map[int]int, previous int) ([]byte, map[int]int, int) {
		b := bytes.NewBufferString(header)
		at := b.Len()
		table(b, offsets)
		fmt.Fprintf(b, "trailer\n<< /Size %d /Root 1 0 R /Prev %010d >>\nstartxref\n0\n%%%%EOF\n", size(first), previous)
		offsets = put(b, first, slices.Sorted(maps.Keys(first)))
		rest := put(b, o, []int{2})
		main := b.Len()
		table(b, rest)
		fmt.Fprintf(b, "trailer\n<< /Size %d >>\nstartxref\n%d\n%%%%EOF\n", size(first), at)
		return b.Bytes(), offsets, main
	}
	none := map[int]int{}
	for n := range first {
		none[n] = 0
	}
	_, offsets, main := layout(none, 0)
	data, _, _ := layout(offsets, main)
	return data
}

// pack writes streams, and the other objects in an object stream, and returns the
// cross-reference stream that is to follow.
func pack(b *bytes.Buffer, o Objects) (at int, dictionary string, entries []byte) {
	var loose, packed []int
	for _, n := range slices.Sorted(maps.Keys(o)) {
		if strings.HasSuffix(string(o[n]), "endstream") {
			loose = append(loose, n)
		} else {
			packed = append(packed, n)
		}
	}
	offsets := put(b, o, loose)
	var head, body bytes.Buffer
	for _, n := range packed {
		fmt.Fprintf(&head, "%d %d ", n, body.Len())
		fmt.Fprintf(&body, "%s\n", o[n])
	}
	holder := size(o)
	offsets[holder] = b.Len()
	stream := Stream(fmt.Sprintf("/Type /ObjStm /N %d /First %d", len(packed), head.Len()), append(head.Bytes(), body.Bytes()...))
	fmt.Fprintf(b, "%d 0 obj\n%s\nendobj\n", holder, stream)
	at = b.Len()
	offsets[holder+1] = at
	for n := range holder + 2 {
		kind, where, more := 0, 0, 0
		if i, ok := slices.BinarySearch(packed, n); ok {
			kind, where, more = 2, holder, i
		} else if offset, ok := offsets[n]; ok {
			kind, where = 1, offset
		}
		entries = append(entries, byte(kind), byte(where>>16), byte(where>>8), byte(where), byte(more))
	}
	return at, fmt.Sprintf("/Type /XRef /W [1 3 1] /Size %d", holder+2), entries
}
