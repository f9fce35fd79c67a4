package scan

import (
	"context"
	"math"

	"cutpoint/pipeline/raster/pdf/object"
)

// Page is a page of images alone.
type Page struct {
	Width, Height float64 // in points, upright
	turn          matrix  // from the page's own space to upright points, y up
	box           rect    // what is shown, in its own space
	images        []placed
}

// placed is an image on the page.
type placed struct {
	*image
	matrix matrix   // from the unit square to the page's space
	color  [3]uint8 // what a mask is painted with
}

// Page returns a page. Its error wraps ErrOther, or says why the file is not in order, or
// is the context's.
func (d *Document) Page(ctx context.Context, n int) (*Page, error) {
	dict, err := object.Get[object.Dict](d.file, d.leaves[n].ref)
	if err != nil {
		return nil, err
	}
	if err := d.checkPage(dict); err != nil {
		return nil, err
	}
	inherited := inherit(d.leaves[n].inherited, dict)
	p := &Page{}
	if err := d.place(p, inherited); err != nil {
		return nil, err
	}
	resources, err := object.Get[object.Dict](d.file, inherited["Resources"])
	if err != nil {
		return nil, err
	}
	content, err := d.content(dict["Contents"])
	if err != nil {
		return nil, err
	}
	i := &interpreter{Document: d, ctx: ctx, page: p}
	if err := i.run(content, resources, newState()); err != nil {
		return nil, err
	}
	if err := i.finish(); err != nil {
		return nil, err
	}
	return p, nil
}

// checkPage refuses what is drawn besides the contents.
func (d *Document) checkPage(page object.Dict) error {
	annotations, err := object.Optional[object.Array](d.file, page["Annots"])
	if err != nil {
		return err
	}
	for _, v := range annotations {
		annotation, err := object.Get[object.Dict](d.file, v)
		if err != nil {
			return err
		}
		if _, drawn := annotation["AP"]; drawn || annotation["Subtype"] != object.Name("Link") {
			return other("it has annotations")
		}
	}
	if _, scaled := page["UserUnit"]; scaled {
		return other("its unit is not the point")
	}
	return d.checkGroup(page["Group"])
}

// checkGroup accepts transparency groups: opaque images are the same within.
func (d *Document) checkGroup(v any) error {
	group, err := object.Optional[object.Dict](d.file, v)
	if err == nil && group != nil && group["S"] != object.Name("Transparency") {
		err = other("it is a group of an unknown kind")
	}
	return err
}

// maxSide is what a page may have in points: far more than the specification's 14,400.
const maxSide = 1 << 20

// place reads the boxes and the rotation as pdfium does (cpdf_page.cpp).
func (d *Document) place(p *Page, page object.Dict) error {
	media, err := d.rectangle(page["MediaBox"])
	if err != nil {
		return err
	}
	p.box = media
	if _, cropped := page["CropBox"]; cropped {
		crop, err := d.rectangle(page["CropBox"])
		if err != nil {
			return err
		}
		p.box = crop.intersect(media)
	}
	width, height := p.box.x1-p.box.x0, p.box.y1-p.box.y0
	if p.box.empty() || width > maxSide || height > maxSide {
		return other("it has no size")
	}
	rotate, err := object.Optional[int](d.file, page["Rotate"])
	if err != nil {
		return err
	}
	switch ((rotate % 360) + 360) % 360 {
	case 0:
		p.turn = matrix{1, 0, 0, 1, -p.box.x0, -p.box.y0}
	case 90:
		p.turn = matrix{0, -1, 1, 0, -p.box.y0, p.box.x1}
	case 180:
		p.turn = matrix{-1, 0, 0, -1, p.box.x1, p.box.y1}
	case 270:
		p.turn = matrix{0, 1, -1, 0, p.box.y1, -p.box.x0}
	default:
		return other("it is turned by %d degrees", rotate)
	}
	if p.turn.turned(0.5) {
		width, height = height, width
	}
	p.Width, p.Height = float64(width), float64(height)
	return nil
}

func (d *Document) rectangle(v any) (rect, error) {
	list, err := d.file.Floats(v)
	if err != nil {
		return rect{}, err
	}
	if len(list) != 4 {
		return rect{}, other("a box has %d numbers", len(list))
	}
	for _, v := range list {
		if math.Abs(v) > maxSide {
			return rect{}, other("a box is too large")
		}
	}
	r := bounds(point{float32(list[0]), float32(list[1])}, point{float32(list[2]), float32(list[3])})
	if r.empty() {
		return r, other("a box is empty")
	}
	return r, nil
}

// maxContent is what a page's content streams may hold unpacked: thousands of words of
// recognised text.
const maxContent = 4 << 20

// content returns the content streams as one (7.8.2).
func (d *Document) content(v any) ([]byte, error) {
	v, err := d.file.Resolve(v)
	if err != nil {
		return nil, err
	}
	list, ok := v.(object.Array)
	if !ok {
		list = object.Array{v}
	}
	var all []byte
	for _, v := range list {
		s, err := object.Get[*object.Stream](d.file, v)
		if err != nil {
			return nil, err
		}
		data, err := d.unpacked(s, maxContent-len(all))
		if err != nil {
			return nil, err
		}
		all = append(append(all, data...), '\n')
	}
	return all, nil
}

func (d *Document) unpacked(s *object.Stream, limit int) ([]byte, error) {
	chain, err := d.file.Filters(s.Dict)
	if err != nil {
		return nil, err
	}
	return chain.Unpack(s.Raw, limit)
}
