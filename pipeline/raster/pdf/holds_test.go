package pdf

import (
	"bytes"
	"compress/zlib"
	"context"
	"errors"
	"fmt"
	"strings"
	"testing"
	"time"
)

// image is an image object of 4 × 4 grey pixels with a filter.
func image(filter string, data []byte) object { return imageOf(4, 4, filter, data) }

func imageOf(width, height int, filter string, data []byte) object {
	return stream(fmt.Sprintf("/Type /XObject /Subtype /Image /Width %d /Height %d /ColorSpace /DeviceGray /BitsPerComponent 8 /Filter /%s", width, height, filter), string(data))
}

func deflated(data []byte) []byte {
	var b bytes.Buffer
	w := zlib.NewWriter(&b)
	w.Write(data)
	w.Close()
	return b.Bytes()
}

// endless is deflated without a last block, as by writers that only flush.
func endless(data []byte) []byte {
	var b bytes.Buffer
	w := zlib.NewWriter(&b)
	w.Write(data)
	w.Flush()
	return b.Bytes()
}

const helvetica = "/Font << /F << /Type /Font /Subtype /Type1 /BaseFont /Helvetica >> >>"

// strange is text in a font whose glyphs are there for no character: it is not embedded,
// and its characters are of a private area.
var strange = identity("", "Strange", "\uE123\uE124")

// Segments of JBIG2 (ITU-T T.88, 7.2 and 7.4.8): a page of 8 × 8 pixels, and its end.
const (
	whitePage = "\x00\x00\x00\x00\x30\x00\x01\x00\x00\x00\x13\x00\x00\x00\x08\x00\x00\x00\x08\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00"
	endOfPage = "\x00\x00\x00\x01\x31\x00\x01\x00\x00\x00\x00"
)

func jbig2(data string) object {
	return stream("/Type /XObject /Subtype /Image /Width 8 /Height 8 /ColorSpace /DeviceGray /BitsPerComponent 1 /Filter /JBIG2Decode", data)
}

func TestWhatCannotBeSeen(t *testing.T) {
	photo, photo2000 := testdata(t, "../../jpeg/testdata/grey-50x37.jpg"), testdata(t, "grey.j2k")
	black, snow := deflated(make([]byte, 16)), deflated(bytes.Repeat([]byte{255}, 16))
	draw := "q 180 0 0 180 10 10 cm /I Do Q "
	written := "BT /F 20 Tf 20 100 Td (written) Tj ET "
	large := deflated(bytes.Repeat([]byte{200, 100}, 5000))
	onPage := func(content string, images ...object) []byte {
		return drawn("/XObject << /I 5 0 R /J 6 0 R >> "+helvetica, images, page{200, 200, 0, content})
	}
	for name, test := range map[string]struct {
		data    []byte
		visible Visible
		says    string
	}{
		"an image":                    {onPage(draw, image("FlateDecode", black)), All, ""},
		"no contents":                 {onPage(""), Nothing, ""},
		"a white image":               {onPage(draw, image("FlateDecode", snow)), Nothing, ""},
		"spaces":                      {onPage("BT /F 20 Tf 20 100 Td (   ) Tj ET"), Nothing, ""},
		"white text":                  {onPage("1 g " + written), Nothing, ""},
		"invisible text":              {onPage("3 Tr " + written), Nothing, ""},
		"text off the page":           {onPage("BT /F 20 Tf 20 -100 Td (written) Tj ET"), Nothing, ""},
		"large text under white":      {onPage("BT /F 9000 Tf 20 100 Td (written) Tj ET 1 g 0 0 200 200 re f"), Nothing, ""},
		"text under white":            {onPage(written + "1 g 0 0 200 200 re f"), Nothing, ""},
		"clipped text":                {onPage("0 0 5 5 re W n " + written), Nothing, ""},
		"a broken JPEG":               {onPage(draw, image("DCTDecode", []byte("garbage"))), Nothing, `an image of 4 × 4 pixels that cannot be decoded (DCTDecode)`},
		"broken JPEG 2000":            {onPage(draw, image("JPXDecode", []byte("garbage"))), Nothing, "cannot be decoded"},
		"broken JBIG2":                {onPage(draw, image("JBIG2Decode", []byte("garbage"))), Nothing, "is cut short (JBIG2Decode)"},
		"a white page of JBIG2":       {onPage(draw, jbig2(whitePage+endOfPage)), Nothing, ""},
		"JBIG2 without its region":    {onPage(draw, jbig2(whitePage+"\x00\x00\x00\x01\x26\x00\x01\x00\x00\x01\x00")), Nothing, "(JBIG2Decode)"},
		"an unknown filter":           {onPage(draw, image("Secret", []byte("garbage"))), Nothing, "cannot be decoded"},
		"an empty stream":             {onPage(draw, image("FlateDecode", nil)), Nothing, "cannot be decoded"},
		"broken under invisible text": {onPage(draw+"3 Tr "+written, image("DCTDecode", []byte("garbage"))), Nothing, "cannot be decoded"},
		"broken beside text":          {onPage("q 50 0 0 50 10 140 cm /I Do Q "+written, image("DCTDecode", []byte("garbage"))), Partly, ""},
		"broken beside another":       {onPage("q 50 0 0 50 10 140 cm /I Do Q q 50 0 0 50 80 0 cm /J Do Q", image("DCTDecode", []byte("garbage")), image("FlateDecode", black)), Partly, ""},
		"broken under text":           {onPage(draw+written, image("DCTDecode", []byte("garbage"))), Partly, ""},
		"broken JBIG2 under text":     {onPage(draw+written, image("JBIG2Decode", []byte("garbage"))), Partly, ""},
		"cut short under text":        {onPage(draw+written, imageOf(64, 48, "JPXDecode", photo2000[:len(photo2000)*3/4])), Partly, ""},
		"white beside text":           {onPage("q 50 0 0 50 10 140 cm /I Do Q "+written, image("FlateDecode", snow)), All, ""},
		"broken in a form":            {onPage("q 1 0 0 1 10 10 cm /J Do Q", image("DCTDecode", []byte("garbage")), stream("/Type /XObject /Subtype /Form /BBox [0 0 200 200] /Matrix [2 0 0 2 0 0] /Resources << /XObject << /I 5 0 R >> >>", "q 40 0 0 40 0 0 cm /I Do Q")), Nothing, "cannot be decoded"},
		"a JPEG":                      {onPage(draw, imageOf(50, 37, "DCTDecode", photo)), All, ""},
		"a JPEG without its end":      {onPage(draw, imageOf(50, 37, "DCTDecode", photo[:len(photo)-2])), All, ""},
		"a JPEG that is cut short":    {onPage(draw, imageOf(50, 37, "DCTDecode", photo[:len(photo)*9/10])), Partly, ""},
		"JPEG 2000":                   {onPage(draw, imageOf(64, 48, "JPXDecode", photo2000)), All, ""},
		"JPEG 2000 that is cut short": {onPage(draw, imageOf(64, 48, "JPXDecode", photo2000[:len(photo2000)*3/4])), Nothing, "cannot be decoded"},
		"broken Flate":                {onPage(draw, imageOf(100, 100, "FlateDecode", []byte("garbage"))), Nothing, "an image that cannot be decoded (FlateDecode)"},
		"broken Flate beside text":    {onPage("q 90 0 0 50 10 140 cm /I Do Q "+written, imageOf(100, 100, "FlateDecode", []byte("garbage"))), Partly, ""},
		"Flate that is cut short":     {onPage(draw, imageOf(100, 100, "FlateDecode", large[:len(large)/2])), Partly, ""},
		"Flate without a checksum":    {onPage(draw, imageOf(100, 100, "FlateDecode", large[:len(large)-4])), All, ""},
		"Flate without an end":        {onPage(draw, imageOf(100, 100, "FlateDecode", endless(append(make([]byte, 5000), bytes.Repeat([]byte{90, 200}, 2500)...)))), All, ""},
		"too little Flate":            {onPage(draw, imageOf(100, 100, "FlateDecode", deflated(make([]byte, 500)))), Nothing, "cannot be decoded"},
		"black Flate":                 {onPage(draw, imageOf(100, 100, "FlateDecode", deflated(make([]byte, 10_000)))), All, ""},
		"broken LZW":                  {onPage(draw, imageOf(100, 100, "LZWDecode", []byte("garbage"))), Partly, ""},
		"an unknown filter, large":    {onPage(draw, imageOf(100, 100, "Secret", make([]byte, 10_000))), Nothing, "cannot be decoded (Secret)"},
		"a large image, broken":       {onPage(draw, imageOf(7300, 7600, "DCTDecode", []byte("garbage"))), Nothing, "is cut short (DCTDecode)"},
		"Cyrillic in Times, Type 1":   {simple("", "Type1", "Times-Roman", russian...).file(), Nothing, `its font "Times-Roman" is not embedded`},
		"a font that is not there":    {strange.file(), Nothing, `text (its font "Strange" is not embedded, and no font that is here has its characters)`},
	} {
		f := open(t, test.data, 72)
		w, h, err := f.Size(context.Background(), 0)
		if err != nil {
			t.Fatal(err)
		}
		_, err = f.Decode(context.Background(), 0, w, h)
		var unseen UnseenError
		if errors.As(err, &unseen) != (test.says != "") || err != nil && !strings.Contains(err.Error(), test.says) || f.Visible() != test.visible {
			t.Errorf("%s: visible %d, error %v; want %d, %q", name, f.Visible(), err, test.visible, test.says)
		}
	}
}

// TestJBIG2 walks through a page's information and a region.
func TestJBIG2(t *testing.T) {
	page := "\x00\x00\x00\x00\x30\x00\x01\x00\x00\x00\x13" + strings.Repeat("\x00", 19)
	region := "\x00\x00\x00\x01\x26\x00\x01\x00\x00\x00\x14" + strings.Repeat("\x00", 20)
	referring := "\x00\x00\x01\x01\x07\xe0\x00\x00\x05\x00" + strings.Repeat("\x00\x01", 5) + "\x01\x00\x00\x00\x04text"
	for name, test := range map[string]struct {
		data        string
		some, whole bool
	}{
		"nothing":             {"", false, true},
		"a page":              {page, true, true},
		"a page and a region": {page + region, true, true},
		"a cut region":        {page + region[:20], true, false},
		"a cut header":        {page + region[:11] + strings.Repeat("\x00", 20) + referring[:12], true, false},
		"many references":     {page + referring, true, true},
		"of unknown size":     {page + region[:7] + "\xff\xff\xff\xffdata", true, true},
	} {
		if some, whole := regions([]byte(test.data)); some != test.some || whole != test.whole {
			t.Errorf("%s: %t, %t; want %t, %t", name, some, whole, test.some, test.whole)
		}
	}
}

// FuzzCutShort: streams are looked at without a crash.
func FuzzCutShort(f *testing.F) {
	for _, filter := range []string{"DCTDecode", "JPXDecode", "JBIG2Decode", "FlateDecode"} {
		f.Add(filter, []byte("\x00\x00\x00\x01\x26\xe0\xff\xff\xff\xff\x00\x00\x00"))
		f.Add(filter, []byte("\xff\xd8\xff\x90\x00\x0a\x00\x00\x00\x00\x00\x01\xff\xda"))
	}
	f.Fuzz(func(t *testing.T, filter string, data []byte) {
		cutShort(filter, data)
		regions(data)
	})
}

// TestStoppedWhileLooking: a page that was drawn in time is a page, however long it takes
// to look for what it does not show. Drawing this one takes a small part of that.
func TestStoppedWhileLooking(t *testing.T) {
	text := "BT /F 150 Tf 20 100 Td (written written written) Tj ET "
	f := open(t, drawn(helvetica, nil, page{2000, 300, 0, "1 g " + strings.Repeat(text, 40)}), 0)
	for range 10 {
		start := time.Now()
		decode(t, f, 0)
		if f.Visible() != Nothing {
			t.Fatal("a white page is not white")
		}
		ctx, cancel := context.WithTimeout(context.Background(), time.Since(start)/2)
		pix, err := f.Decode(ctx, 0, 1000, 150)
		stopped := ctx.Err() != nil
		cancel()
		switch {
		case pix == nil && errors.Is(err, context.DeadlineExceeded): // while it was drawn
		case len(pix) != 3*1000*150 || err != nil || f.Visible() != Nothing:
			t.Fatalf("%d bytes, %d, %v, want the page", len(pix), f.Visible(), err)
		case stopped:
			return
		}
	}
	t.Error("it was never stopped while it was looked at")
}
