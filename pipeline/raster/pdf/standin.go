package pdf

import (
	"bytes"
	"compress/zlib"
	"io"
	"strings"

	"github.com/klippa-app/go-pdfium/enums"
	"github.com/klippa-app/go-pdfium/requests"
)

// What is said of files whose pages are not what they hold.
const (
	xfaForm   UnsupportedError = "the PDF is an XFA form, whose pages only Adobe's programs make; open it there and print it to PDF"
	portfolio UnsupportedError = "the PDF is a portfolio, whose pages are a cover; extract the documents that are attached to it"
)

// standIn returns an error if the pages of the file stand in for what other programs show.
func (f *File) standIn() error {
	attached, err := f.instance.FPDFDoc_GetAttachmentCount(&requests.FPDFDoc_GetAttachmentCount{Document: f.document})
	if err != nil {
		return err
	}
	if attached.AttachmentCount > 0 && isCollection(f.data) {
		return portfolio
	}
	form, err := f.instance.FPDF_GetFormType(&requests.FPDF_GetFormType{Document: f.document})
	if err != nil {
		return err
	}
	switch form.FormType {
	case enums.FPDF_FORMTYPE_XFA_FULL, enums.FPDF_FORMTYPE_XFA_FOREGROUND:
		return f.notice(form.FormType == enums.FPDF_FORMTYPE_XFA_FULL)
	}
	return nil
}

// notices are how the page begins that stands in for an XFA form, as Adobe's programs
// write it in their users' languages.
var notices = []string{"please wait", "bitte warten", "veuillez patienter", "espere por favor", "por favor, espere", "attendere prego", "even geduld", "to view the full contents of this document"}

// notice returns an error if the first page of an XFA form stands in for it. A form that
// asks to be rendered anew has other pages, unless it brought some with fields for
// programs that do not know XFA.
func (f *File) notice(dynamic bool) error {
	loaded, err := f.instance.FPDF_LoadPage(&requests.FPDF_LoadPage{Document: f.document})
	if err != nil {
		return nil // the page itself will say so
	}
	defer f.instance.FPDF_ClosePage(&requests.FPDF_ClosePage{Page: loaded.Page})
	page := requests.Page{ByReference: &loaded.Page}
	notes, err := f.instance.FPDFPage_GetAnnotCount(&requests.FPDFPage_GetAnnotCount{Page: page})
	if err != nil || notes.Count > 0 {
		return err
	}
	if dynamic {
		return xfaForm
	}
	text, err := f.instance.FPDFText_LoadPage(&requests.FPDFText_LoadPage{Page: page})
	if err != nil {
		return err
	}
	defer f.instance.FPDFText_ClosePage(&requests.FPDFText_ClosePage{TextPage: text.TextPage})
	start, err := f.instance.FPDFText_GetText(&requests.FPDFText_GetText{TextPage: text.TextPage, Count: 100})
	if err != nil {
		return err
	}
	said := strings.ToLower(strings.Join(strings.Fields(start.Text), " "))
	for _, n := range notices {
		if strings.HasPrefix(said, n) {
			return xfaForm
		}
	}
	return nil
}

// isCollection looks for the entry of a portfolio's catalog (ISO 32000-1, 12.3.5), in the
// file itself and in its compressed objects (7.5.7).
func isCollection(data []byte) bool {
	if hasCollection(data) {
		return true
	}
	const most = 16 << 20 // bytes of objects
	left := int64(most)
	for rest := data; left > 0; {
		_, after, found := bytes.Cut(rest, []byte("/ObjStm"))
		if !found {
			break
		}
		rest = after
		at := bytes.Index(after[:min(len(after), 1<<10)], []byte("stream"))
		if at < 0 {
			continue
		}
		content := bytes.TrimLeft(after[at+len("stream"):], "\r\n")
		z, err := zlib.NewReader(bytes.NewReader(content))
		if err != nil {
			continue
		}
		objects, _ := io.ReadAll(io.LimitReader(z, left)) // a damaged stream has objects as well
		if left -= int64(len(objects)); hasCollection(objects) {
			return true
		}
	}
	return false
}

// hasCollection looks for the name, which may begin longer ones.
func hasCollection(data []byte) bool {
	for {
		_, after, found := bytes.Cut(data, []byte("/Collection"))
		if !found {
			return false
		}
		if len(after) > 0 && bytes.IndexByte([]byte(" \t\r\n\f\x00<[/"), after[0]) >= 0 {
			return true
		}
		data = after
	}
}
