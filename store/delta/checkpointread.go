package delta

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"math"
	"path"
	"strings"

	"github.com/parquet-go/parquet-go"

	"cutpoint/store/files"
	cutparquet "cutpoint/store/parquet"
)

// readCheckpoint reads the state at a version from its checkpoint, ours or that
// of another tool. Columns are found by their names, since writers differ in
// which of them they write and in what they call the middle level of a map.
func (l *Log) readCheckpoint(version int64) (*state, error) {
	name := l.CheckpointName(version)
	b, err := l.files.Get(name, maxEntry)
	var s *state
	if err == nil {
		s, err = decodeCheckpoint(b)
	}
	var info fs.FileInfo
	if err == nil && s.knownSince != 0 {
		if info, err = l.files.Stat(name); err == nil {
			s.knownSince = info.ModTime().UnixMilli()
		}
	}
	if err != nil {
		return nil, fmt.Errorf("read checkpoint %s: %w", name, err)
	}
	s.version = version
	return s, nil
}

// decodeCheckpoint returns the state without its version; knownSince is not 0 if
// the checkpoint may lack tombstones.
func decodeCheckpoint(b []byte) (s *state, err error) {
	defer cutparquet.Guard(&err)
	file, err := cutparquet.OpenGeneral(bytes.NewReader(b), int64(len(b)))
	if err != nil {
		return nil, err
	}
	if err := checkSeal(file, b); err != nil {
		return nil, err
	}
	// An action has at least one byte of its own: more rows than bytes are a lie.
	if n := file.NumRows(); n > int64(len(b)) {
		return nil, fmt.Errorf("%w: %d actions in %d bytes", files.ErrDamaged, n, len(b))
	}
	s = newState()
	columns := checkpointColumns(file.Schema())
	hasProtocol := false
	for _, group := range file.RowGroups() {
		err := eachRow(group, func(row parquet.Row) error {
			a := columns.action(row)
			hasProtocol = hasProtocol || a.Protocol != nil
			change, err := s.change(a)
			if err == nil && change != nil {
				change()
			}
			return err
		})
		if err != nil {
			return nil, err
		}
	}
	if s.meta == nil || !hasProtocol {
		return nil, fmt.Errorf("%w: it has no metaData or no protocol", files.ErrDamaged)
	}
	if _, complete := file.Lookup(allTombstones); !complete {
		s.knownSince = math.MaxInt64
	}
	return s, nil
}

func eachRow(group parquet.RowGroup, yield func(parquet.Row) error) error {
	rows := group.Rows()
	defer rows.Close()
	buffer := make([]parquet.Row, 64)
	left := group.NumRows()
	for left > 0 {
		n, err := rows.ReadRows(buffer)
		for _, row := range buffer[:n] {
			if err := yield(row); err != nil {
				return err
			}
		}
		left -= int64(n)
		if err != nil && !errors.Is(err, io.EOF) {
			return fmt.Errorf("%w: %w", files.ErrDamaged, err)
		}
		if n == 0 && left > 0 {
			return fmt.Errorf("%w: %d rows fewer than its footer says", files.ErrDamaged, left)
		}
	}
	return nil
}

// columns says what each leaf column of a checkpoint is; nil where nobody asks.
type columns []func(*checkpointAction, parquet.Value)

// checkpointAction is an action that is being put together from a row's values.
type checkpointAction struct {
	txn      Txn
	add      AddFile
	remove   RemoveFile
	meta     MetaData
	protocol Protocol

	tags, configuration pairs
}

// pairs are a map's keys and values, which come as two columns.
type pairs struct{ keys, values []string }

func (p pairs) asMap() map[string]string {
	m := map[string]string{}
	for i, k := range p.keys {
		if i < len(p.values) {
			m[k] = p.values[i]
		}
	}
	return m
}

func (c columns) action(row parquet.Row) Action {
	var a checkpointAction
	for _, v := range row {
		if set := c[v.Column()]; set != nil {
			set(&a, v)
		}
	}
	switch {
	case a.add.Path != "":
		a.add.Tags = a.tags.asMap()
		return Action{Add: &a.add}
	case a.remove.Path != "":
		return Action{Remove: &a.remove}
	case a.txn.AppID != "":
		return Action{Txn: &a.txn}
	case a.meta.SchemaString != "":
		a.meta.Configuration = a.configuration.asMap()
		return Action{MetaData: &a.meta}
	case a.protocol.MinReaderVersion > 0:
		return Action{Protocol: &a.protocol}
	}
	return Action{}
}

func checkpointColumns(schema *parquet.Schema) columns {
	text := func(field func(*checkpointAction) *string) func(*checkpointAction, parquet.Value) {
		return func(a *checkpointAction, v parquet.Value) { *field(a) = v.String() }
	}
	long := func(field func(*checkpointAction) *int64) func(*checkpointAction, parquet.Value) {
		return func(a *checkpointAction, v parquet.Value) { *field(a) = v.Int64() }
	}
	short := func(field func(*checkpointAction) *int) func(*checkpointAction, parquet.Value) {
		return func(a *checkpointAction, v parquet.Value) { *field(a) = int(v.Int32()) }
	}
	byName := map[string]func(*checkpointAction, parquet.Value){
		"txn.appId":                 text(func(a *checkpointAction) *string { return &a.txn.AppID }),
		"txn.version":               long(func(a *checkpointAction) *int64 { return &a.txn.Version }),
		"txn.lastUpdated":           long(func(a *checkpointAction) *int64 { return &a.txn.LastUpdated }),
		"add.path":                  text(func(a *checkpointAction) *string { return &a.add.Path }),
		"add.size":                  long(func(a *checkpointAction) *int64 { return &a.add.Size }),
		"add.modificationTime":      long(func(a *checkpointAction) *int64 { return &a.add.ModificationTime }),
		"add.stats":                 text(func(a *checkpointAction) *string { return &a.add.Stats }),
		"remove.path":               text(func(a *checkpointAction) *string { return &a.remove.Path }),
		"remove.deletionTimestamp":  long(func(a *checkpointAction) *int64 { return &a.remove.DeletionTimestamp }),
		"remove.size":               long(func(a *checkpointAction) *int64 { return &a.remove.Size }),
		"metaData.id":               text(func(a *checkpointAction) *string { return &a.meta.ID }),
		"metaData.name":             text(func(a *checkpointAction) *string { return &a.meta.Name }),
		"metaData.format.provider":  text(func(a *checkpointAction) *string { return &a.meta.Format.Provider }),
		"metaData.schemaString":     text(func(a *checkpointAction) *string { return &a.meta.SchemaString }),
		"metaData.createdTime":      long(func(a *checkpointAction) *int64 { return &a.meta.CreatedTime }),
		"protocol.minReaderVersion": short(func(a *checkpointAction) *int { return &a.protocol.MinReaderVersion }),
		"protocol.minWriterVersion": short(func(a *checkpointAction) *int { return &a.protocol.MinWriterVersion }),
	}
	var out columns
	for _, c := range schema.Columns() {
		set := notNull(byName[strings.Join(c, ".")])
		if set == nil {
			set = nestedColumn(c)
		}
		out = append(out, set)
	}
	return out
}

// nestedColumn serves the columns inside lists and maps.
func nestedColumn(c []string) func(*checkpointAction, parquet.Value) {
	if len(c) < 3 {
		return nil
	}
	var field func(*checkpointAction) *pairs
	switch path.Join(c[:2]...) {
	case "add/tags":
		field = func(a *checkpointAction) *pairs { return &a.tags }
	case "metaData/configuration":
		field = func(a *checkpointAction) *pairs { return &a.configuration }
	case "metaData/partitionColumns":
		return func(a *checkpointAction, v parquet.Value) {
			if !v.IsNull() {
				a.meta.PartitionColumns = append(a.meta.PartitionColumns, v.String())
			}
		}
	default:
		return nil
	}
	if c[len(c)-1] == "key" {
		return notNull(func(a *checkpointAction, v parquet.Value) { p := field(a); p.keys = append(p.keys, v.String()) })
	}
	// Keys come first; one whose value is null keeps its place.
	return func(a *checkpointAction, v parquet.Value) {
		if p := field(a); len(p.values) < len(p.keys) {
			p.values = append(p.values, emptyIfNull(v))
		}
	}
}

func emptyIfNull(v parquet.Value) string {
	if v.IsNull() {
		return ""
	}
	return v.String()
}

func notNull(set func(*checkpointAction, parquet.Value)) func(*checkpointAction, parquet.Value) {
	if set == nil {
		return nil
	}
	return func(a *checkpointAction, v parquet.Value) {
		if !v.IsNull() {
			set(a, v)
		}
	}
}
