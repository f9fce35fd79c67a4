package scan

import (
	"context"
	"io"

	"cutpoint/pipeline/raster/pdf/object"
)

// interpreter runs content streams (ISO 32000-1, annex A) and collects images. It gives
// up at what it does not know; what is drawn otherwise matters only if no image comes to
// lie over it.
type interpreter struct {
	*Document
	ctx     context.Context
	page    *Page
	painted bool // something other than images shows
	level   int  // of forms in each other
	done    int  // bytes of content that were run
	drawn   int  // images and forms
}

// state is the part of the graphics state that matters.
type state struct {
	matrix matrix
	clip   rect
	cut    bool // the clip is no rectangle
	fill   color
	text   int // the rendering mode
}

// color is a colour of the devices, or one that is not known here.
type color struct {
	rgb   [3]uint8
	known bool
}

func newState() state { return state{matrix: identity, clip: everywhere, fill: color{known: true}} }

var white = color{[3]uint8{255, 255, 255}, true}

// run is one content stream on its way.
type run struct {
	*interpreter
	resources object.Dict
	state     state
	stack     []state
	operands  []any
	path      path
}

const (
	maxOperands = 64
	maxStates   = 256            // saved on each other
	maxLevel    = 4              // of forms in each other
	maxDrawn    = 1024           // images and forms
	maxRun      = 4 * maxContent // of all content streams, each time they are run
)

func (i *interpreter) run(content []byte, resources object.Dict, s state) error {
	if i.done += len(content); i.done > maxRun || i.level > maxLevel {
		return other("it is too large")
	}
	if err := i.checkResources(resources); err != nil {
		return err
	}
	r := &run{interpreter: i, resources: resources, state: s}
	l := object.NewLexer(content)
	for n := 0; ; n++ {
		v, err := l.Next()
		if err == io.EOF {
			return nil
		}
		if err == nil && n%1024 == 0 {
			err = i.ctx.Err()
		}
		if err != nil {
			return err
		}
		operator, ok := v.(object.Keyword)
		if !ok {
			if r.operands = append(r.operands, v); len(r.operands) > maxOperands {
				return other("an operator has too many operands")
			}
			continue
		}
		if err := r.operate(operator); err != nil {
			return err
		}
		r.operands = r.operands[:0]
	}
}

// checkResources refuses colour spaces that stand in for those of devices.
func (i *interpreter) checkResources(resources object.Dict) error {
	spaces, err := object.Optional[object.Dict](i.file, resources["ColorSpace"])
	for _, name := range []object.Name{"DefaultGray", "DefaultRGB", "DefaultCMYK"} {
		if _, ok := spaces[name]; ok && err == nil {
			err = other("it has colours of its own")
		}
	}
	return err
}

// finish says whether what was collected is the page.
func (i *interpreter) finish() error {
	switch {
	case i.painted:
		return other("it has text or drawings that show")
	case len(i.page.images) == 0:
		return other("it has no image")
	}
	return nil
}

// without has the operators that change nothing that matters here.
var without = map[object.Keyword]bool{
	"w": true, "J": true, "j": true, "M": true, "d": true, "ri": true, "i": true, // lines
	"G": true, "RG": true, "K": true, "CS": true, "SC": true, "SCN": true, // their colours
	"BT": true, "ET": true, "Tc": true, "Tw": true, "Tz": true, "TL": true, "Tf": true, "Ts": true, // text
	"Td": true, "TD": true, "Tm": true, "T*": true,
	"MP": true, "DP": true, "BMC": true, "EMC": true, // marks
}

func (r *run) operate(operator object.Keyword) error {
	if without[operator] {
		return nil
	}
	switch operator {
	case "q":
		if r.stack = append(r.stack, r.state); len(r.stack) > maxStates {
			return other("too many states are saved")
		}
		return nil
	case "Q":
		if len(r.stack) == 0 {
			return other("a state is restored that was not saved")
		}
		r.state, r.stack = r.stack[len(r.stack)-1], r.stack[:len(r.stack)-1]
		return nil
	case "cm":
		n, err := r.numbers(6)
		if err == nil {
			r.state.matrix = matrix{n[0], n[1], n[2], n[3], n[4], n[5]}.then(r.state.matrix)
		}
		return err
	case "Do":
		return r.do()
	case "gs":
		return r.setState()
	case "BDC":
		if len(r.operands) != 2 || r.operands[0] == object.Name("OC") {
			return other("parts of it can be hidden")
		}
		return nil
	case "Tr":
		return r.setTextMode()
	case "Tj", "TJ", "'", "\"":
		return r.show()
	case "g", "rg", "k", "cs", "sc", "scn":
		return r.setFill(operator)
	}
	return r.draw(operator)
}

// numbers returns the operands, which must be n numbers.
func (r *run) numbers(n int) ([]float32, error) {
	if len(r.operands) != n {
		return nil, other("an operator has %d operands where %d should be", len(r.operands), n)
	}
	list := make([]float32, n)
	for i, v := range r.operands {
		number, ok := object.Float(v)
		if !ok {
			return nil, other("an operand is no number")
		}
		list[i] = float32(number)
	}
	return list, nil
}

// The rendering modes of text that matter (9.3.6).
const (
	textInvisible = 3
	textClips     = 4 // and all above
)

func (r *run) setTextMode() error {
	mode, ok := 0, false
	if len(r.operands) == 1 {
		mode, ok = r.operands[0].(int)
	}
	if !ok || mode < 0 || mode >= textClips {
		return other("its text is a clip")
	}
	r.state.text = mode
	return nil
}

func (r *run) show() error {
	if r.state.text != textInvisible {
		r.painted = true
	}
	return nil
}

// inks are the colours of CMYK that need no table of inks: paper, and pdfium's black.
var inks = map[[4]float32]color{{}: white, {0, 0, 0, 1}: {[3]uint8{35, 31, 32}, true}}

// setFill follows the colour that masks are painted with. It is not known where its space
// would have to be looked up.
func (r *run) setFill(operator object.Keyword) error {
	n := map[object.Keyword]int{"g": 1, "rg": 3, "k": 4}[operator]
	if n == 0 {
		r.state.fill = color{}
		return nil
	}
	list, err := r.numbers(n)
	if err != nil {
		return err
	}
	if operator == "k" {
		r.state.fill = inks[[4]float32(list)]
		return nil
	}
	r.state.fill = color{known: true}
	for i := range r.state.fill.rgb {
		r.state.fill.rgb[i] = uint8(min(max(list[i%n], 0), 1)*255 + 0.5)
	}
	return nil
}

// plain has the entries of graphics state dictionaries (8.4.5) that change nothing for
// images, and the values that those must have which might.
var plain = map[object.Name]any{
	"Type": nil, "LW": nil, "LC": nil, "LJ": nil, "ML": nil, "D": nil, "RI": nil, "Font": nil,
	"FL": nil, "SM": nil, "SA": nil, "TK": nil, "HT": nil, "BG": nil, "BG2": nil, "UCR": nil, "UCR2": nil, "OPM": nil,
	"AIS": false, "op": false, "OP": false, "BM": object.Name("Normal"), "SMask": object.Name("None"),
	"TR": object.Name("Identity"), "TR2": object.Name("Default"),
}

// setState accepts graphics states without transparency.
func (r *run) setState() error {
	v, err := r.resource("ExtGState")
	if err != nil {
		return err
	}
	dict, err := object.Get[object.Dict](r.file, v)
	if err != nil {
		return err
	}
	for key, v := range dict {
		if v, err = r.file.Resolve(v); err != nil {
			return err
		}
		if key == "ca" || key == "CA" {
			if alpha, ok := object.Float(v); !ok || alpha != 1 {
				return other("it has transparency")
			}
			continue
		}
		want, known := plain[key]
		if !known || want != nil && !equal(v, want) {
			return other("its graphics state has %s", key)
		}
	}
	return nil
}

// equal compares simple values.
func equal(v, want any) bool {
	switch v.(type) {
	case bool, object.Name:
		return v == want
	}
	return false
}

// resource returns the resource of a kind that the operand names. It is read anew each
// time, which takes long if there are many.
func (r *run) resource(kind object.Name) (any, error) {
	if err := r.ctx.Err(); err != nil {
		return nil, err
	}
	if len(r.operands) != 1 {
		return nil, other("an operator has %d operands where 1 should be", len(r.operands))
	}
	name, _ := r.operands[0].(object.Name)
	dict, err := object.Get[object.Dict](r.file, r.resources[kind])
	if err != nil {
		return nil, err
	}
	v, ok := dict[name]
	if !ok {
		return nil, other("there is no %s %q", kind, name)
	}
	return v, nil
}
