package delta

import (
	"encoding/json"
	"errors"
	"fmt"
	"reflect"
	"slices"
	"strings"
	"time"

	"cutpoint/store/files"
)

// field is a column of a table ("Schema Serialization Format").
type field struct {
	Name     string         `json:"name"`
	Type     any            `json:"type"` // a name, or arrayType
	Nullable bool           `json:"nullable"`
	Metadata map[string]any `json:"metadata"`
}

type arrayType struct {
	Type         string `json:"type"` // "array"
	ElementType  string `json:"elementType"`
	ContainsNull bool   `json:"containsNull"`
}

// Schema derives the columns of a table, as its metadata has them, from the Parquet
// tags of its row type.
func Schema[R any]() (string, error) {
	fields := []field{}
	t := reflect.TypeFor[R]()
	for i := range t.NumField() {
		f := t.Field(i)
		name, _, _ := strings.Cut(f.Tag.Get("parquet"), ",")
		kind, err := typeOf(f.Type)
		if err != nil {
			return "", fmt.Errorf("column %s: %w", name, err)
		}
		fields = append(fields, field{
			Name: name, Type: kind, Nullable: f.Type.Kind() == reflect.Pointer, Metadata: map[string]any{},
		})
	}
	b, err := json.Marshal(map[string]any{"type": "struct", "fields": fields})
	return string(b), err
}

func typeOf(t reflect.Type) (any, error) {
	switch {
	case t == reflect.TypeFor[time.Time]():
		return "timestamp", nil
	case t == reflect.TypeFor[[]float32]():
		return arrayType{Type: "array", ElementType: "float"}, nil
	case t.Kind() == reflect.Pointer:
		return typeOf(t.Elem())
	case t.Kind() == reflect.String:
		return "string", nil
	case t.Kind() == reflect.Int32:
		return "integer", nil
	case t.Kind() == reflect.Int64:
		return "long", nil
	}
	return nil, fmt.Errorf("%w: Go type %s", files.ErrUnsupported, t)
}

// Columns lists the columns of the table's metadata; none if the table was never
// written.
func (l *Log) Columns() ([]string, error) {
	if l.meta == nil {
		return nil, nil
	}
	names, err := ColumnNames(l.meta.SchemaString)
	if err != nil {
		return nil, fmt.Errorf("%w: its schema: %v", files.ErrDamaged, err)
	}
	return names, nil
}

// ColumnNames lists the names in a schema such as Schema returns.
func ColumnNames(schema string) ([]string, error) {
	var s struct {
		Fields []field `json:"fields"`
	}
	if err := json.Unmarshal([]byte(schema), &s); err != nil {
		return nil, err
	}
	var names []string
	for _, f := range s.Fields {
		names = append(names, f.Name)
	}
	return names, nil
}

// addColumns commits the nullable columns that the table's metadata lacks: rows of
// before have NULL there ("Change Metadata").
func (l *Log) addColumns(columns string, info CommitInfo) error {
	info.Operation = "ADD COLUMNS"
	for {
		joined, changed, err := joinSchemas(l.meta.SchemaString, columns)
		if err != nil {
			return fmt.Errorf("%w: the schema of table %s: %v", files.ErrDamaged, l.table, err)
		}
		if !changed {
			return nil
		}
		meta := *l.meta
		meta.SchemaString = joined
		if err := l.commit(l.version+1, []Action{{MetaData: &meta}}, info.Begin()); err != nil && !errors.Is(err, ErrConflict) {
			return err
		}
		if err := l.Refresh(); err != nil {
			return err
		}
	}
}

// joinSchemas adds the nullable columns of own that a schema lacks, and leaves what
// the schema has as it stands.
func joinSchemas(schema, own string) (joined string, changed bool, err error) {
	var have, want struct {
		Type   string            `json:"type"`
		Fields []json.RawMessage `json:"fields"`
	}
	names, err := ColumnNames(schema)
	if err = errors.Join(err, json.Unmarshal([]byte(schema), &have), json.Unmarshal([]byte(own), &want)); err != nil {
		return "", false, err
	}
	if have.Type != want.Type {
		return "", false, nil // not to be understood, and left alone
	}
	for _, raw := range want.Fields {
		var f field
		if err := json.Unmarshal(raw, &f); err != nil {
			return "", false, err
		}
		if f.Nullable && !slices.Contains(names, f.Name) {
			have.Fields, changed = append(have.Fields, raw), true
		}
	}
	b, err := json.Marshal(have)
	return string(b), changed, err
}
