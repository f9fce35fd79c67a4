package scan

import "cutpoint/pipeline/raster/pdf/object"

// do draws an image, or runs a form.
func (r *run) do() error {
	if r.drawn++; r.drawn > maxDrawn {
		return other("it has too many images")
	}
	v, err := r.resource("XObject")
	if err != nil {
		return err
	}
	s, err := object.Get[*object.Stream](r.file, v)
	if err != nil {
		return err
	}
	if _, optional := s.Dict["OC"]; optional {
		return other("parts of it can be hidden")
	}
	switch s.Dict["Subtype"] {
	case object.Name("Image"):
		m, err := r.image(s)
		if err != nil {
			return err
		}
		return r.add(placed{m, r.state.matrix, r.state.fill.rgb})
	case object.Name("Form"):
		return r.form(s)
	}
	return other("it draws something unknown")
}

// form runs a form (8.10) in place.
func (r *run) form(s *object.Stream) error {
	if err := r.checkGroup(s.Dict["Group"]); err != nil {
		return err
	}
	inner := r.state
	if m, ok := s.Dict["Matrix"]; ok {
		n, err := r.file.Floats(m)
		if err != nil {
			return err
		}
		if len(n) != 6 {
			return other("a form's matrix has %d numbers", len(n))
		}
		inner.matrix = matrix{float32(n[0]), float32(n[1]), float32(n[2]), float32(n[3]), float32(n[4]), float32(n[5])}.then(inner.matrix)
	}
	box, err := r.rectangle(s.Dict["BBox"])
	if err != nil {
		return err
	}
	corners := path{points: []point{
		inner.matrix.apply(box.x0, box.y0), inner.matrix.apply(box.x1, box.y0),
		inner.matrix.apply(box.x1, box.y1), inner.matrix.apply(box.x0, box.y1),
	}}
	if upright, ok := corners.rectangle(); ok {
		inner.clip = inner.clip.intersect(upright)
	} else {
		inner.cut = true
	}
	resources, err := object.Get[object.Dict](r.file, s.Dict["Resources"])
	if err != nil {
		return err
	}
	content, err := r.unpacked(s, maxContent)
	if err != nil {
		return err
	}
	r.level++
	defer func() { r.level-- }()
	return r.interpreter.run(content, resources, inner)
}

// pixels is how many the longer side gets if no resolution is asked for: here it is the
// measure of what can be seen.
const pixels = 1000

// add takes in an image. One that covers the page hides what is below it.
func (r *run) add(m placed) error {
	long := max(r.page.box.x1-r.page.box.x0, r.page.box.y1-r.page.box.y0)
	pixel := long / pixels
	if !m.matrix.straight(pixel/4) && !m.matrix.turned(pixel/4) {
		return other("an image stands aslant")
	}
	whole := m.matrix.box(rect{0, 0, 1, 1})
	shown := whole.intersect(r.page.box)
	across, down := (whole.x1-whole.x0)/pixel, (whole.y1-whole.y0)/pixel
	if m.matrix.turned(pixel / 4) {
		across, down = down, across
	}
	switch {
	case !(across > 0 && down > 0 && across <= maxEnlarged*pixels && down <= maxEnlarged*pixels): // or not a number
		return other("an image is %g × %g pixels of the page", across, down)
	case shown.empty():
		return nil
	case m.width*m.height > maxMemory/m.perPixel:
		return other("an image takes too much memory")
	case r.state.cut || !r.state.clip.contains(shown, pixel/2):
		return other("an image is clipped")
	case m.mask && !r.state.fill.known:
		return other("a mask has a colour that is not of a device")
	case across*down > maxCoarse*float32(m.width)*float32(m.height):
		return other("an image is coarse")
	}
	if !m.mask && whole.contains(r.page.box, pixel/2) {
		r.painted, r.page.images = false, nil
	}
	r.page.images = append(r.page.images, m)
	total := 0
	for _, m := range r.page.images {
		total += m.width * m.height
	}
	if total > maxImagePixels {
		return other("its images have too many pixels")
	}
	return nil
}

// maxCoarse is how many pixels of the page a pixel of an image may take; with 8 or more
// pdfium does not interpolate.
const maxCoarse = 6

// maxEnlarged is by how much an image may exceed the page on each axis.
const maxEnlarged = 4
