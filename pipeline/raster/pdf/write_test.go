package pdf

import (
	"bytes"
	"fmt"
	"strings"
)

// object is a PDF object without its number.
type object string

// stream is an object with content.
func stream(dictionary, content string) object {
	return object(fmt.Sprintf("<< %s /Length %d >>\nstream\n%s\nendstream", dictionary, len(content), content))
}

// write makes a file of objects (ISO 32000-1, 7.5); the first is the catalogue.
func write(objects ...object) []byte {
	var b bytes.Buffer
	b.WriteString("%PDF-1.7\n")
	var offsets []int
	for i, o := range objects {
		offsets = append(offsets, b.Len())
		fmt.Fprintf(&b, "%d 0 obj\n%s\nendobj\n", i+1, o)
	}
	at := b.Len()
	fmt.Fprintf(&b, "xref\n0 %d\n0000000000 65535 f \n", len(objects)+1)
	for _, o := range offsets {
		fmt.Fprintf(&b, "%010d 00000 n \n", o)
	}
	fmt.Fprintf(&b, "trailer\n<< /Size %d /Root 1 0 R >>\nstartxref\n%d\n%%%%EOF\n", len(objects)+1, at)
	return b.Bytes()
}

// page is a page of a drawn file.
type page struct {
	width, height, rotate int
	content               string
}

// drawn makes a file of pages; further objects are numbered from 3 + 2·pages.
func drawn(resources string, further []object, pages ...page) []byte {
	var kids []string
	var objects []object
	for i, p := range pages {
		n := 3 + 2*i
		kids = append(kids, fmt.Sprintf("%d 0 R", n))
		objects = append(objects,
			object(fmt.Sprintf("<< /Type /Page /Parent 2 0 R /MediaBox [0 0 %d %d] /Rotate %d /Resources << %s >> /Contents %d 0 R >>", p.width, p.height, p.rotate, resources, n+1)),
			stream("", p.content))
	}
	head := []object{"<< /Type /Catalog /Pages 2 0 R >>", object(fmt.Sprintf("<< /Type /Pages /Kids [%s] /Count %d >>", strings.Join(kids, " "), len(pages)))}
	return write(append(append(head, objects...), further...)...)
}

// laughs makes a page of forms that each draw the next one ten times.
func laughs(depth int) []byte {
	var forms []object
	for i := range depth {
		content, resources := "0 0 1 1 re f", ""
		if i < depth-1 {
			content, resources = strings.Repeat("/F Do ", 10), fmt.Sprintf("/XObject << /F %d 0 R >>", 6+i)
		}
		forms = append(forms, stream(fmt.Sprintf("/Type /XObject /Subtype /Form /BBox [0 0 100 100] /Resources << %s >>", resources), content))
	}
	return drawn("/XObject << /F 5 0 R >>", forms, page{100, 100, 0, "/F Do"})
}
