package store

import (
	"encoding/json"
	"fmt"
	"reflect"
	"strings"
	"time"
)

// deltaField is a field of a Delta table's schema (Delta protocol, "Schema
// Serialization Format").
type deltaField struct {
	Name     string         `json:"name"`
	Type     any            `json:"type"` // a name, or deltaArray
	Nullable bool           `json:"nullable"`
	Metadata map[string]any `json:"metadata"`
}

type deltaArray struct {
	Type         string `json:"type"` // "array"
	ElementType  string `json:"elementType"`
	ContainsNull bool   `json:"containsNull"`
}

// deltaSchema derives the schemaString of a row type from its Parquet tags.
func deltaSchema[R Row]() (string, error) {
	fields := []deltaField{}
	t := reflect.TypeFor[R]()
	for i := range t.NumField() {
		f := t.Field(i)
		name, _, _ := strings.Cut(f.Tag.Get("parquet"), ",")
		kind, err := deltaType(f.Type)
		if err != nil {
			return "", fmt.Errorf("column %s: %w", name, err)
		}
		fields = append(fields, deltaField{
			Name: name, Type: kind, Nullable: f.Type.Kind() == reflect.Pointer, Metadata: map[string]any{},
		})
	}
	b, err := json.Marshal(map[string]any{"type": "struct", "fields": fields})
	return string(b), err
}

func deltaType(t reflect.Type) (any, error) {
	switch {
	case t == reflect.TypeFor[time.Time]():
		return "timestamp", nil
	case t == reflect.TypeFor[[]float32]():
		return deltaArray{Type: "array", ElementType: "float"}, nil
	case t.Kind() == reflect.Pointer:
		return deltaType(t.Elem())
	case t.Kind() == reflect.String:
		return "string", nil
	case t.Kind() == reflect.Int32:
		return "integer", nil
	case t.Kind() == reflect.Int64:
		return "long", nil
	}
	return nil, fmt.Errorf("%w: Go type %s", ErrUnsupported, t)
}
