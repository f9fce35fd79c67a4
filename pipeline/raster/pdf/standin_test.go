package pdf

import (
	"bytes"
	"compress/zlib"
	"context"
	"errors"
	"testing"

	"cutpoint/pipeline/raster/pdf/fonts"
)

func TestStandIns(t *testing.T) {
	for name, want := range map[string]error{
		"xfa-dynamic.pdf": xfaForm, "xfa-notice.pdf": xfaForm, "xfa-static.pdf": nil,
		"portfolio.pdf": portfolio, "attachment.pdf": nil,
	} {
		f, err := Open(context.Background(), testdata(t, name), manyPages, 72, fonts.Set{})
		if err == nil {
			f.Close()
		}
		if !errors.Is(err, want) {
			t.Errorf("%s: %v, want %v", name, err, want)
		}
	}
	f := open(t, testdata(t, "xfa-static.pdf"), 72)
	if pix, width, _ := decode(t, f, 0); [3]uint8(pix[3*(25*width+50):]) != [3]uint8{255, 0, 0} {
		t.Error("the field of a static XFA form is not drawn")
	}
}

// objects is a stream of compressed objects, after a file's header.
func objects(content string) []byte {
	b := bytes.NewBufferString("%PDF-1.7\n1 0 obj\n<< /Type /ObjStm /N 1 /First 4 /Filter /FlateDecode /Length 99 >>\nstream\r\n")
	z := zlib.NewWriter(b)
	z.Write([]byte(content))
	z.Close()
	b.WriteString("\nendstream\n")
	return b.Bytes()
}

func TestCollections(t *testing.T) {
	for text, want := range map[string]bool{
		"<</Type/Catalog/Collection 5 0 R>>": true, "<</Collection<</View/T>>>>": true,
		"<</CollectionItem 5 0 R>>": false, "<</CI 5 0 R>>": false, "": false, "/Collection": false,
	} {
		other := objects("1 0 <</Type/Pages>>")
		for how, data := range map[string][]byte{"plain": []byte(text), "compressed": objects(text), "second": append(other, objects(text)...)} {
			if got := isCollection(data); got != want {
				t.Errorf("%q %s: %t", text, how, got)
			}
		}
	}
}

func FuzzCollection(f *testing.F) {
	f.Add(objects("<</Type/Catalog/Collection 5 0 R>>"))
	f.Add([]byte("/ObjStm stream x\x9c/Collection"))
	f.Fuzz(func(t *testing.T, data []byte) { isCollection(data) })
}
