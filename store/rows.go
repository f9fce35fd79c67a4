package store

import (
	"fmt"
	"math"
	"reflect"
	"strings"
	"time"

	"cutpoint/schemas"
)

// Row is a row type of a store: schemas.Document, schemas.Failure or
// schemas.Feature.
type Row interface{ Key() schemas.PageKey }

// normalize returns copies of rows as they will be read back: times in UTC to
// the microsecond, and strings in UTF-8, as Parquet's STRING must be (a path on
// Linux need not; its stray bytes become U+FFFD). Embeddings are not copied.
func normalize[R Row](rows []R) []R {
	out := make([]R, len(rows))
	copy(out, rows)
	for i := range out {
		v := reflect.ValueOf(&out[i]).Elem()
		for j := range v.NumField() {
			normalizeField(v.Field(j))
		}
	}
	return out
}

func normalizeField(v reflect.Value) {
	switch x := v.Interface().(type) {
	case string:
		v.SetString(strings.ToValidUTF8(x, "\uFFFD"))
	case *string:
		if x != nil {
			s := strings.ToValidUTF8(*x, "\uFFFD")
			v.Set(reflect.ValueOf(&s))
		}
	case time.Time:
		v.Set(reflect.ValueOf(storedTime(x)))
	}
}

// storedTime is a time to the microsecond in UTC. An unknown one (zero), and any
// other that readers count in nanoseconds or refuse (before 1900: Spark; after
// 2262: parquet-go, pandas), becomes the first second of 1970.
func storedTime(t time.Time) time.Time {
	if y := t.UTC().Year(); y < 1900 || y >= 2262 {
		return time.Unix(0, 0).UTC()
	}
	return time.UnixMicro(t.UnixMicro()).UTC()
}

// sameRow reports whether two normalized rows are equal, embeddings bit for bit.
func sameRow[R Row](a, b R) bool {
	va, vb := reflect.ValueOf(a), reflect.ValueOf(b)
	for i := range va.NumField() {
		if !sameField(va.Field(i).Interface(), vb.Field(i).Interface()) {
			return false
		}
	}
	return true
}

func sameField(a, b any) bool {
	switch a := a.(type) {
	case *string:
		b := b.(*string)
		return (a == nil) == (b == nil) && (a == nil || *a == *b)
	case time.Time:
		return a.UnixMicro() == b.(time.Time).UnixMicro()
	case []float32:
		return sameBits(a, b.([]float32))
	}
	return a == b
}

func sameBits(a, b []float32) bool {
	if len(a) != len(b) {
		return false
	}
	for i := range a {
		if math.Float32bits(a[i]) != math.Float32bits(b[i]) {
			return false
		}
	}
	return true
}

// checkRow refuses a row that a table must not hold.
func (t *Table[R]) checkRow(r R) error {
	k := r.Key()
	if k.DocumentID == "" {
		return fmt.Errorf("row of page %d has no document id", k.Page)
	}
	f, ok := any(r).(schemas.Feature)
	if !ok {
		return nil
	}
	if len(f.Embedding) != t.dim {
		return fmt.Errorf("page %d of %s (%s): embedding has %d values, the table takes %d", k.Page, f.Path, k.DocumentID, len(f.Embedding), t.dim)
	}
	if i := firstNonFinite(f.Embedding); i >= 0 {
		return fmt.Errorf("page %d of %s (%s): embedding value %d is %v; only finite numbers can be stored", k.Page, f.Path, k.DocumentID, i, f.Embedding[i])
	}
	if t.store.description.ValueType() == schemas.Float16 {
		if i := schemas.FirstNotHalf(f.Embedding); i >= 0 {
			return fmt.Errorf("page %d of %s (%s): embedding value %d is %v, which is no float16; this store takes rounded values", k.Page, f.Path, k.DocumentID, i, f.Embedding[i])
		}
	}
	return nil
}

// firstNonFinite returns the index of the first NaN or infinity, or -1.
func firstNonFinite(v []float32) int {
	const exponent = 0x7f80_0000
	for i, x := range v {
		if math.Float32bits(x)&exponent == exponent {
			return i
		}
	}
	return -1
}
