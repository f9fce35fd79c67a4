package pdf

import (
	"fmt"
	"sync"
	"unsafe"

	"github.com/klippa-app/go-pdfium/enums"
	"github.com/klippa-app/go-pdfium/references"
	"github.com/klippa-app/go-pdfium/requests"
	"github.com/klippa-app/go-pdfium/structs"
)

// form is a document's form: fields and signatures, which are no part of a page's content.
type form struct {
	handle  references.FPDF_FORMHANDLE // "" until a page of this sandbox was drawn
	drawing bool                       // its part of a page is being drawn, or was never finished
	givenUp bool                       // pages are drawn without it
	missing bool                       // from the page that was drawn last
}

// failed reports whether drawing a page failed in the form, and so may succeed without it.
func (f *form) failed(err error) bool {
	in := err != nil && f.drawing
	f.givenUp, f.drawing = f.givenUp || in, false
	return in
}

// openForm prepares for drawing the form. pdfium calls none of the functions, of which
// go-pdfium demands these: see formInfo.
func (f *File) openForm() error {
	form, err := f.instance.FPDFDOC_InitFormFillEnvironment(&requests.FPDFDOC_InitFormFillEnvironment{Document: f.document, FormFillInfo: structs.FPDF_FORMFILLINFO{
		FFI_Invalidate:         func(references.FPDF_PAGE, float64, float64, float64, float64) {},
		FFI_SetCursor:          func(enums.FXCT) {},
		FFI_SetTimer:           func(int, func(int)) int { return 0 },
		FFI_KillTimer:          func(int) {},
		FFI_GetLocalTime:       func() structs.FPDF_SYSTEMTIME { return structs.FPDF_SYSTEMTIME{} },
		FFI_GetPage:            func(references.FPDF_DOCUMENT, int) *references.FPDF_PAGE { return nil },
		FFI_GetRotation:        func(references.FPDF_PAGE) enums.FPDF_PAGE_ROTATION { return 0 },
		FFI_ExecuteNamedAction: func(string) {},
	}})
	formInfos.Mutex.Lock()
	clear(formInfos.Refs)
	formInfos.Mutex.Unlock()
	if err != nil {
		return fmt.Errorf("open the form: %w", err)
	}
	f.form.handle = form.FormHandle
	return nil
}

// formInfos is where go-pdfium keeps a form's functions, under their address in the
// memory of their sandbox, and with them the sandbox, for ever if that was killed. The
// forms of two documents may have the same address.
//
//go:linkname formInfos github.com/klippa-app/go-pdfium/internal/implementation_webassembly.FormFillInfoHandles
var formInfos struct {
	Refs  map[uint32]unsafe.Pointer
	Mutex *sync.Mutex
}

// formInfo is the code of a function that returns a form without functions, as pdfium
// allows, in place of the one that go-pdfium brought, whose functions are called in
// whichever sandbox last had a form at that address.
func formInfo(calloc int) (code []byte) {
	const size, version = 0x200, 2                   // size is more than the structure has
	code = append(code, 1, 1, typeI32)               // one variable
	code = append(code, i32Const, 1)                 // of this many
	code = append(code, i32Const, size&0x7f|0x80, 4) // bytes: size in signed LEB128
	code = append(append(code, call), unsigned(calloc)...)
	code = append(code, localTee, 0, i32Const, version, i32Store, 2, 0)
	return append(code, localGet, 0, end)
}

// drawForm draws the fields and signatures of a page, or notes that it has some.
func (f *File) drawForm(page requests.Page, bitmap references.FPDF_BITMAP, width, height int, flags enums.FPDF_RENDER_FLAG) error {
	f.form.missing = false
	if f.form.givenUp {
		notes, err := f.instance.FPDFPage_GetAnnotCount(&requests.FPDFPage_GetAnnotCount{Page: page})
		f.form.missing = err == nil && notes.Count > 0
		return err
	}
	f.form.drawing = true
	if f.form.handle == "" {
		if err := f.openForm(); err != nil {
			return err
		}
	}
	if _, err := f.instance.FORM_OnAfterLoadPage(&requests.FORM_OnAfterLoadPage{Page: page, FormHandle: f.form.handle}); err != nil {
		return err
	}
	if _, err := f.instance.FPDF_FFLDraw(&requests.FPDF_FFLDraw{FormHandle: f.form.handle, Bitmap: bitmap, Page: page, SizeX: width, SizeY: height, Flags: flags}); err != nil {
		return err
	}
	if _, err := f.instance.FORM_OnBeforeClosePage(&requests.FORM_OnBeforeClosePage{Page: page, FormHandle: f.form.handle}); err != nil {
		return err
	}
	f.form.drawing = false
	return nil
}
