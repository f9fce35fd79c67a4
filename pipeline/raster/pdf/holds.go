package pdf

import (
	"github.com/klippa-app/go-pdfium/enums"
	"github.com/klippa-app/go-pdfium/references"
	"github.com/klippa-app/go-pdfium/requests"
)

// Visible says how much of a page that was drawn can be seen.
type Visible int

// The values of Visible.
const (
	All     Visible = iota // nothing is known to be missing
	Nothing                // the page is white, as it should be
	Partly                 // a text or an image could not be drawn, the rest is there
)

// UnseenError says what a page holds of which nothing could be drawn.
type UnseenError string

func (e UnseenError) Error() string { return string(e) }

// How many objects of a page are looked at, so that looking takes little beside drawing:
// 1.3 % of its time over a thousand pages. A page without ink is looked at closely.
const (
	objectsOfPage  = 400
	objectsOfBlank = 5000
	checksOfPage   = 16  // texts and images drawn again by themselves
	checksOfBlank  = 100 // at which the first that cannot be drawn ends the search
	formsInForms   = 8
	objectsOfFile  = 100_000 // of all pages, in one sandbox
)

// holds looks for what a page holds and does not show. pdfium says of nothing that it
// could not draw it, but leaves its place white: texts and images in white places are
// drawn again, each by itself.
type holds struct {
	*File
	page          references.FPDF_PAGE
	pix           []uint8 // (height, width, 3)
	width, height int
	blank         bool
	objects       int // that may still be looked at
	checks        int
	lost          string // the first that could not be drawn, in words
	text          references.FPDF_TEXTPAGE
}

// look finds out how much of the page can be seen. Its error is an UnseenError: what goes
// wrong while looking is no fault of a page that has been drawn.
func (f *File) look(page references.FPDF_PAGE, pix []uint8, width, height int) error {
	h := &holds{File: f, page: page, pix: pix, width: width, height: height, blank: White(pix), objects: objectsOfPage, checks: checksOfPage}
	f.visible = All // as long as nothing else is known
	if h.blank {
		f.visible = Nothing
		h.objects, h.checks = objectsOfBlank, checksOfBlank
	}
	h.lookAtPage()
	h.close()
	if h.lost == "" && f.form.missing {
		h.lost = "form fields that cannot be drawn"
	}
	switch {
	case h.lost == "":
		return nil
	case h.blank:
		f.visible = Nothing
		return UnseenError("the page shows nothing, although it holds " + h.lost)
	}
	f.visible = Partly
	return nil
}

// failed notes that the sandbox crashed, ran full or was stopped while an object was drawn
// again, which says nothing of the page: the search is over.
func (h *holds) failed(err error) bool {
	if err != nil && ended(brief(err)) {
		h.checks, h.stale = 0, true
		return true
	}
	return false
}

// close frees what the search took. The bindings keep a handle of every object until the
// document is closed, so that a long one gets a new sandbox now and then; and so does one
// of which something could not be drawn.
func (h *holds) close() {
	if h.text != "" {
		h.instance.FPDFText_ClosePage(&requests.FPDFText_ClosePage{TextPage: h.text})
	}
	if h.looked > objectsOfFile || h.lost != "" {
		h.looked, h.stale = 0, true
	}
}

func (h *holds) lookAtPage() {
	page := requests.Page{ByReference: &h.page}
	place, ok := h.placement(page)
	count, err := h.instance.FPDFPage_CountObjects(&requests.FPDFPage_CountObjects{Page: page})
	if !ok || err != nil {
		return
	}
	for i := range count.Count {
		o, err := h.instance.FPDFPage_GetObject(&requests.FPDFPage_GetObject{Page: page, Index: i})
		if err != nil || !h.lookAt(o.PageObject, place, formsInForms) {
			return
		}
	}
	if h.blank {
		h.lookAtAnnotations(page)
	}
}

// lookAt looks at an object of a page or a form. It returns false if the search is over.
func (h *holds) lookAt(o references.FPDF_PAGEOBJECT, place matrix, depth int) bool {
	if h.lost != "" || h.objects <= 0 || h.checks <= 0 {
		return false
	}
	h.objects--
	h.looked++
	kind, err := h.instance.FPDFPageObj_GetType(&requests.FPDFPageObj_GetType{PageObject: o})
	if err != nil {
		return true
	}
	switch kind.Type {
	case enums.FPDF_PAGEOBJ_FORM:
		return h.lookInto(o, place, depth-1)
	case enums.FPDF_PAGEOBJ_TEXT:
		if h.hidden(o, place) {
			h.checks--
			h.lost = h.lostText(o)
		}
	case enums.FPDF_PAGEOBJ_IMAGE:
		h.lookAtImage(o, place)
	}
	return h.lost == ""
}

// lookAtImage looks at an image whose place is white, and whether a large one is damaged.
func (h *holds) lookAtImage(o references.FPDF_PAGEOBJECT, place matrix) {
	if h.hidden(o, place) {
		h.checks--
		h.lost = h.lostImage(o)
		return
	}
	b, ok := h.bounds(o)
	if !ok || h.blank {
		return
	}
	a := h.area(place, b)
	if a.pixels() < h.width*h.height/20 {
		return
	}
	if filters := h.filters(o); h.damaged(o, filters, a) {
		h.lost = "an image that cannot be decoded" + in(filters)
		h.blank = h.even(a.inner()) && h.whiteAround(a) // as where pdfium makes it black
	}
}

// lookInto looks at what a form on the page draws.
func (h *holds) lookInto(form references.FPDF_PAGEOBJECT, place matrix, depth int) bool {
	count, err := h.instance.FPDFFormObj_CountObjects(&requests.FPDFFormObj_CountObjects{PageObject: form})
	if err != nil || depth == 0 {
		return true
	}
	if m, err := h.instance.FPDFPageObj_GetMatrix(&requests.FPDFPageObj_GetMatrix{PageObject: form}); err == nil {
		place = place.after(matrixOf(m.Matrix))
	}
	for i := range count.Count {
		o, err := h.instance.FPDFFormObj_GetObject(&requests.FPDFFormObj_GetObject{PageObject: form, Index: uint64(i)})
		if err != nil {
			return true
		}
		if !h.lookAt(o.PageObject, place, depth) {
			return false
		}
	}
	return true
}

// lookAtAnnotations looks at what annotations and fields of a blank page would show.
func (h *holds) lookAtAnnotations(page requests.Page) {
	count, err := h.instance.FPDFPage_GetAnnotCount(&requests.FPDFPage_GetAnnotCount{Page: page})
	if err != nil {
		return
	}
	for i := range min(count.Count, h.objects) {
		a, err := h.instance.FPDFPage_GetAnnot(&requests.FPDFPage_GetAnnot{Page: page, Index: i})
		if err != nil {
			continue
		}
		more := h.lookAtAnnotation(a.Annotation)
		h.instance.FPDFPage_CloseAnnot(&requests.FPDFPage_CloseAnnot{Annotation: a.Annotation})
		if !more {
			return
		}
	}
}

func (h *holds) lookAtAnnotation(a references.FPDF_ANNOTATION) bool {
	const off = enums.FPDF_ANNOT_FLAG_HIDDEN | enums.FPDF_ANNOT_FLAG_NOVIEW
	kind, err := h.instance.FPDFAnnot_GetSubtype(&requests.FPDFAnnot_GetSubtype{Annotation: a})
	if err != nil || kind.Subtype == enums.FPDF_ANNOT_SUBTYPE_POPUP {
		return true
	}
	if flags, err := h.instance.FPDFAnnot_GetFlags(&requests.FPDFAnnot_GetFlags{Annotation: a}); err != nil || flags.Flags&off != 0 {
		return true
	}
	count, err := h.instance.FPDFAnnot_GetObjectCount(&requests.FPDFAnnot_GetObjectCount{Annotation: a})
	if err != nil {
		return true
	}
	for i := range count.Count {
		o, err := h.instance.FPDFAnnot_GetObject(&requests.FPDFAnnot_GetObject{Annotation: a, Index: i})
		if err != nil {
			return true
		}
		if !h.lookAt(o.PageObject, anywhere, formsInForms) {
			return false
		}
	}
	return true
}

// hidden says whether an object has a place on the page, and that is white.
func (h *holds) hidden(o references.FPDF_PAGEOBJECT, place matrix) bool {
	b, ok := h.bounds(o)
	if !ok || place == anywhere {
		return ok || h.blank
	}
	a := h.area(place, b)
	if h.blank { // characters that are not there have no height
		a.right, a.bottom = clamp(float64(a.right), h.width-1)+1, clamp(float64(a.bottom), h.height-1)+1
	}
	return a.pixels() > 0 && (h.blank || h.white(a))
}

func (h *holds) bounds(o references.FPDF_PAGEOBJECT) (rectangle, bool) {
	b, err := h.instance.FPDFPageObj_GetBounds(&requests.FPDFPageObj_GetBounds{PageObject: o})
	if err != nil {
		return rectangle{}, false
	}
	r := rectangle{float64(b.Left), float64(b.Bottom), float64(b.Right), float64(b.Top)}
	return r, r.left <= r.right && r.bottom <= r.top
}
