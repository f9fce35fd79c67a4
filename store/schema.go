package store

import (
	"encoding/json"
	"fmt"
	"reflect"
	"strings"
	"time"
)

// deltaSchema describes a row type as Delta's log wants it (PROTOCOL.md, "Schema
// Serialization Format"), from the same struct tags that Parquet's schema comes from.
func deltaSchema(row reflect.Type) (string, error) {
	type field struct {
		Name     string         `json:"name"`
		Type     any            `json:"type"`
		Nullable bool           `json:"nullable"`
		Metadata map[string]any `json:"metadata"`
	}
	var fields []field
	for i := range row.NumField() {
		f := row.Field(i)
		name, _, _ := strings.Cut(f.Tag.Get("parquet"), ",")
		t, err := deltaType(f.Type)
		if err != nil {
			return "", fmt.Errorf("column %s: %w", name, err)
		}
		fields = append(fields, field{name, t, f.Type.Kind() == reflect.Pointer, map[string]any{}})
	}
	b, err := json.Marshal(map[string]any{"type": "struct", "fields": fields})
	return string(b), err
}

func deltaType(t reflect.Type) (any, error) {
	switch {
	case t.Kind() == reflect.Pointer:
		return deltaType(t.Elem())
	case t == reflect.TypeFor[time.Time]():
		return "timestamp", nil
	case t.Kind() == reflect.String:
		return "string", nil
	case t.Kind() == reflect.Int32:
		return "integer", nil
	case t.Kind() == reflect.Int64:
		return "long", nil
	case t.Kind() == reflect.Float32:
		return "float", nil
	case t.Kind() == reflect.Slice:
		elem, err := deltaType(t.Elem())
		return map[string]any{"type": "array", "elementType": elem, "containsNull": false}, err
	}
	return nil, fmt.Errorf("type %v has no counterpart in Delta", t)
}
