package pdf

import (
	"math"

	"github.com/klippa-app/go-pdfium/references"
	"github.com/klippa-app/go-pdfium/requests"
	"github.com/klippa-app/go-pdfium/structs"
)

// matrix maps (x, y) to (a·x + c·y + e, b·x + d·y + f) (ISO 32000-1, 8.3.3).
type matrix struct{ a, b, c, d, e, f float64 }

// anywhere is the place of objects of which it is not known.
var anywhere = matrix{}

func matrixOf(m structs.FPDF_FS_MATRIX) matrix {
	return matrix{float64(m.A), float64(m.B), float64(m.C), float64(m.D), float64(m.E), float64(m.F)}
}

func (m matrix) apply(x, y float64) (float64, float64) {
	return m.a*x + m.c*y + m.e, m.b*x + m.d*y + m.f
}

// after returns the matrix that maps by first, then by m.
func (m matrix) after(first matrix) matrix {
	if m == anywhere {
		return m
	}
	e, f := m.apply(first.e, first.f)
	return matrix{
		m.a*first.a + m.c*first.b, m.b*first.a + m.d*first.b,
		m.a*first.c + m.c*first.d, m.b*first.c + m.d*first.d, e, f,
	}
}

// rectangle is in a page's own coordinates, upwards.
type rectangle struct{ left, bottom, right, top float64 }

// nowhere meets no rectangle, until it is widened.
func nowhere() rectangle {
	return rectangle{math.Inf(1), math.Inf(1), math.Inf(-1), math.Inf(-1)}
}

func (r *rectangle) widen(x, y float64) {
	r.left, r.bottom = math.Min(r.left, x), math.Min(r.bottom, y)
	r.right, r.top = math.Max(r.right, x), math.Max(r.top, y)
}

func (r rectangle) meets(o rectangle) bool {
	return r.left <= o.right && o.left <= r.right && r.bottom <= o.top && o.bottom <= r.top
}

// box returns what a rectangle's image lies in.
func (m matrix) box(r rectangle) (x0, y0, x1, y1 float64) {
	x0, y0, x1, y1 = math.Inf(1), math.Inf(1), math.Inf(-1), math.Inf(-1)
	for _, corner := range [4][2]float64{{r.left, r.bottom}, {r.right, r.bottom}, {r.left, r.top}, {r.right, r.top}} {
		x, y := m.apply(corner[0], corner[1])
		x0, y0, x1, y1 = math.Min(x0, x), math.Min(y0, y), math.Max(x1, x), math.Max(y1, y)
	}
	return x0, y0, x1, y1
}

// clipped says whether an object lies outside of what may be drawn on.
func (h *holds) clipped(o references.FPDF_PAGEOBJECT) bool {
	b, _ := h.bounds(o)
	clip, err := h.instance.FPDFPageObj_GetClipPath(&requests.FPDFPageObj_GetClipPath{PageObject: o})
	if err != nil {
		return false
	}
	paths, err := h.instance.FPDFClipPath_CountPaths(&requests.FPDFClipPath_CountPaths{ClipPath: clip.ClipPath})
	if err != nil {
		return false
	}
	for i := range min(paths.Count, 16) {
		if !h.pathBox(clip.ClipPath, i).meets(b) {
			return true
		}
	}
	return false
}

// pathBox returns what a path of a clip lies in.
func (h *holds) pathBox(clip references.FPDF_CLIPPATH, path int) rectangle {
	all := rectangle{math.Inf(-1), math.Inf(-1), math.Inf(1), math.Inf(1)}
	count, err := h.instance.FPDFClipPath_CountPathSegments(&requests.FPDFClipPath_CountPathSegments{ClipPath: clip, PathIndex: path})
	if err != nil || count.Count > 1000 {
		return all
	}
	box := nowhere()
	for i := range count.Count {
		s, err := h.instance.FPDFClipPath_GetPathSegment(&requests.FPDFClipPath_GetPathSegment{ClipPath: clip, PathIndex: path, SegmentIndex: i})
		if err != nil {
			return all
		}
		p, err := h.instance.FPDFPathSegment_GetPoint(&requests.FPDFPathSegment_GetPoint{PathSegment: s.PathSegment})
		if err != nil {
			return all
		}
		box.widen(float64(p.X), float64(p.Y))
	}
	return box
}

// placement returns the matrix from a page's own coordinates to its pixels: pdfium says
// where three points are, in whole numbers, so that they are asked for far apart.
func (h *holds) placement(page requests.Page) (m matrix, ok bool) {
	const far, finer = 1 << 12, 1 << 8
	at := func(x, y float64) (dx, dy float64) {
		p, err := h.instance.FPDF_PageToDevice(&requests.FPDF_PageToDevice{Page: page, SizeX: h.width * finer, SizeY: h.height * finer, PageX: x, PageY: y})
		if ok = ok && err == nil; !ok {
			return 0, 0
		}
		return float64(p.DeviceX) / finer, float64(p.DeviceY) / finer
	}
	ok = h.width < 1<<20 && h.height < 1<<20
	e, f := at(0, 0)
	ax, ay := at(far, 0)
	cx, cy := at(0, far)
	return matrix{(ax - e) / far, (ay - f) / far, (cx - e) / far, (cy - f) / far, e, f}, ok
}
