package object

import "errors"

// crossReferences reads a cross-reference stream (7.5.8) and returns its dictionary.
func (f *File) crossReferences(at int) (Dict, error) {
	if at <= 0 || at >= len(f.data) {
		return nil, errors.New("a cross-reference stream lies beyond the file")
	}
	l := &Lexer{data: f.data, pos: at}
	number, err1 := l.Next()
	generation, err2 := l.Next()
	n, ok := number.(int)
	g, also := generation.(int)
	if err1 != nil || err2 != nil || !ok || !also {
		return nil, errors.New("there is no cross-reference stream where it should be")
	}
	v, _, err := f.plain(Ref{n, g}, at)
	if err != nil {
		return nil, err
	}
	s, ok := v.(*Stream)
	if !ok || s.Dict["Type"] != Name("XRef") {
		return nil, errors.New("a cross-reference stream is something else")
	}
	data, err := f.structure(s)
	if err != nil {
		return nil, err
	}
	return s.Dict, f.enterAll(s.Dict, data)
}

// enterAll reads the entries of a cross-reference stream.
func (f *File) enterAll(d Dict, data []byte) error {
	widths, ok := ints(d["W"], 3)
	size, also := d["Size"].(int)
	if !ok || !also || widths[0] > 1 || widths[1] > 5 || widths[2] > 3 {
		return errors.New("a cross-reference stream has no form that is read")
	}
	index, ok := ints(d["Index"], -1)
	if d["Index"] == nil {
		index, ok = []int{0, size}, true
	}
	if !ok || len(index)%2 != 0 {
		return errors.New("a cross-reference stream's index is broken")
	}
	take := func(width, otherwise int) (v int) {
		if width == 0 {
			return otherwise
		}
		for _, c := range data[:width] {
			v = v<<8 | int(c)
		}
		data = data[width:]
		return v
	}
	each := widths[0] + widths[1] + widths[2]
	for ; len(index) > 0; index = index[2:] {
		for i := range index[1] {
			if len(data) < each || each == 0 {
				return errors.New("a cross-reference stream is cut short")
			}
			of, at, more := take(widths[0], 1), take(widths[1], 0), take(widths[2], 0)
			if of > 2 {
				return errors.New("a cross-reference stream has an unknown entry")
			}
			if err := f.enter(index[0]+i, entry{int64(at), int32(more), [...]kind{free, plain, inStream}[of]}); err != nil {
				return err
			}
		}
	}
	return nil
}

// ints returns an array of n numbers, or of any, that are not negative.
func ints(v any, n int) ([]int, bool) {
	array, ok := v.(Array)
	if !ok || n >= 0 && len(array) != n {
		return nil, false
	}
	var list []int
	for _, v := range array {
		i, ok := v.(int)
		if !ok || i < 0 || i > maxObjects {
			return nil, false
		}
		list = append(list, i)
	}
	return list, true
}
