package store

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"math"
	"os"
	"path/filepath"
	"reflect"
	"slices"
	"time"

	"github.com/google/uuid"
	"github.com/parquet-go/parquet-go"
	"github.com/parquet-go/parquet-go/compress/zstd"

	"cutpoint/schemas"
)

const (
	tmpSuffix     = ".tmp"
	partPrefix    = "part-"
	partSuffix    = ".parquet"
	rowGroupBytes = 64 << 20 // of embeddings; bounds what a reader must hold
	engineInfo    = "cutpoint"
)

// codec is zstd at its fastest: embeddings are mostly zeros behind a ReLU, and
// every reader named in FORMAT.md knows it.
var codec = &zstd.Codec{Level: zstd.SpeedFastest}

func encodeInfo(info CommitInfo) json.RawMessage {
	b, _ := json.Marshal(commitInfo{ // strings and a number: cannot fail
		Timestamp: info.Time.UnixMilli(), Operation: info.Operation,
		OperationParameters: map[string]string{}, EngineInfo: engineInfo, Run: info.Run,
	})
	return b
}

// writePart writes rows as a new part of the table, durable and read back, but
// not yet committed.
func (t *Table[R]) writePart(rows []R) (Part, error) {
	p := Part{Path: partPrefix + uuid.NewString() + partSuffix, Rows: int64(len(rows))}
	tmp, final := filepath.Join(t.dir, "."+p.Path+tmpSuffix), filepath.Join(t.dir, p.Path)
	sum := sha256.New()
	count := &countingWriter{}
	err := writeWhole(t.fs, tmp, func(w io.Writer) error {
		count.w = io.MultiWriter(w, sum)
		return t.encode(count, rows)
	})
	if err != nil {
		return p, fmt.Errorf("write part of table %s: %w; nothing that was committed is lost: make room if the disk is full, and run again", t.name, err)
	}
	p.Bytes, p.SHA256 = count.n, hex.EncodeToString(sum.Sum(nil))
	if err := compare(tmp, rows); err != nil {
		t.fs.Remove(tmp)
		return p, fmt.Errorf("part of table %s did not read back as it was written: %w; check the disk", t.name, err)
	}
	if err := t.fs.Rename(tmp, final); err != nil {
		t.fs.Remove(tmp)
		return p, fmt.Errorf("name part of table %s: %w", t.name, err)
	}
	return p, t.fs.SyncDir(t.dir)
}

type countingWriter struct {
	w io.Writer
	n int64
}

func (c *countingWriter) Write(p []byte) (int, error) {
	n, err := c.w.Write(p)
	c.n += int64(n)
	return n, err
}

// encode writes rows as Parquet, in row groups of bounded size, with the table's
// description in the footer.
func (t *Table[R]) encode(w io.Writer, rows []R) error {
	options := []parquet.WriterOption{
		parquet.Compression(codec), parquet.CreatedBy("cutpoint", "1", "0"),
		parquet.SkipPageBounds("embedding", "list", "element"),
	}
	for key, value := range t.state.meta.Configuration {
		options = append(options, parquet.KeyValueMetadata(key, value))
	}
	pw := parquet.NewGenericWriter[R](w, options...)
	group := max(1, rowGroupBytes/(4*max(1, t.cut.Dim)+200))
	for len(rows) > 0 {
		n := min(group, len(rows))
		if _, err := pw.Write(rows[:n]); err != nil {
			return err
		}
		if err := pw.Flush(); err != nil {
			return err
		}
		rows = rows[n:]
	}
	return pw.Close()
}

// compare reads a part and checks that it holds exactly these rows.
func compare[R Row](path string, rows []R) error {
	n := 0
	err := scanPart(context.Background(), path, func(got []R) error {
		for _, r := range got {
			if n >= len(rows) || !same(r, rows[n]) {
				return fmt.Errorf("row %d differs", n)
			}
			n++
		}
		return nil
	})
	if err == nil && n != len(rows) {
		err = fmt.Errorf("it has %d rows instead of %d", n, len(rows))
	}
	return err
}

// same compares rows field by field: floats by their bits, times to the
// microsecond that tables hold.
func same[R Row](a, b R) bool {
	x, y := reflect.ValueOf(a), reflect.ValueOf(b)
	for i := range x.NumField() {
		switch u := x.Field(i).Interface().(type) {
		case time.Time:
			if u.UnixMicro() != y.Field(i).Interface().(time.Time).UnixMicro() {
				return false
			}
		case []float32:
			if !sameBits(u, y.Field(i).Interface().([]float32)) {
				return false
			}
		default:
			if !reflect.DeepEqual(u, y.Field(i).Interface()) {
				return false
			}
		}
	}
	return true
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

// checkRows refuses what a table must not hold.
func (t *Table[R]) checkRows(rows []R) error {
	for _, r := range rows {
		f, ok := any(r).(schemas.Feature)
		if !ok {
			return nil
		}
		if len(f.Embedding) != t.cut.Dim {
			return fmt.Errorf("%s page %d has %d values, table %s holds %d", f.Path, f.Page, len(f.Embedding), t.name, t.cut.Dim)
		}
		if i := notFinite(f.Embedding); i >= 0 {
			return fmt.Errorf("%s page %d has the value %v at %d of cut %s; the weights may be damaged", f.Path, f.Page, f.Embedding[i], i, t.name)
		}
	}
	return nil
}

// notFinite returns the index of the first NaN or infinity, or -1.
func notFinite(v []float32) int {
	for i, x := range v {
		if math.Float32bits(x)&0x7f800000 == 0x7f800000 {
			return i
		}
	}
	return -1
}

// Append adds rows as one part in one commit, durable when it returns. Rows whose
// key the table already has, because another run was faster, are left out.
func (t *Table[R]) Append(ctx context.Context, rows []R, info CommitInfo) error {
	return t.change(ctx, rows, nil, info, false)
}

// Upsert adds rows or replaces those of the same key, and drops others, in one
// commit. Parts that hold a replaced or dropped row are rewritten, so it is for
// tables whose rows are small.
func (t *Table[R]) Upsert(ctx context.Context, put []R, drop []schemas.PageKey, info CommitInfo) error {
	return t.change(ctx, put, drop, info, true)
}

func (t *Table[R]) change(ctx context.Context, put []R, drop []schemas.PageKey, info CommitInfo, replace bool) error {
	if err := t.checkRows(put); err != nil {
		return err
	}
	t.mu.Lock()
	defer t.mu.Unlock()
	var last attempt[R]
	for {
		if err := t.loadKeys(ctx); err != nil {
			return err
		}
		if last.part.Path != "" && slices.ContainsFunc(t.state.parts, func(p Part) bool { return p.Path == last.part.Path }) {
			return nil // another run took it for an orphan and adopted it
		}
		rows, old, err := t.prepare(ctx, put, drop, replace)
		if err != nil {
			return err
		}
		if len(rows) == 0 && len(old) == 0 {
			return nil
		}
		next, err := t.write(rows, old, last)
		if err != nil {
			return err
		}
		err = t.commitAttempt(next, info)
		if !errors.Is(err, errLostRace) {
			return err
		}
		last = next
	}
}

// attempt is a part that is written and what its commit is to say.
type attempt[R Row] struct {
	part Part // Path is "" if there are no rows
	rows int
	old  []string
}

// write makes the part of an attempt. The part of a lost race serves again if the
// winner left its rows missing. If not, it stays as an orphan: it is not removed
// here, as another run may be adopting it.
func (t *Table[R]) write(rows []R, old []string, last attempt[R]) (attempt[R], error) {
	if last.part.Path != "" && last.rows == len(rows) && slices.Equal(last.old, old) {
		return last, nil
	}
	next := attempt[R]{rows: len(rows), old: old}
	var err error
	if len(rows) > 0 {
		next.part, err = t.writePart(rows)
	}
	return next, err
}

// prepare works out one commit against the present version: the rows of the new
// part, and the parts that it replaces.
func (t *Table[R]) prepare(ctx context.Context, put []R, drop []schemas.PageKey, replace bool) (rows []R, old []string, err error) {
	put = lastOfEach(put)
	if !replace {
		for _, r := range put {
			if !t.keys.Has(r.Key()) {
				rows = append(rows, r)
			}
		}
		return rows, nil, nil
	}
	leave := make(map[schemas.PageKey]bool, len(put)+len(drop))
	affected := map[string]bool{}
	for _, k := range drop {
		leave[k] = true
	}
	for _, r := range put {
		leave[r.Key()] = true
	}
	for k := range leave {
		if part, ok := t.keys.part(k); ok {
			affected[part] = true
		}
	}
	for _, p := range t.state.parts {
		if !affected[p.Path] {
			continue
		}
		old = append(old, p.Path)
		err := scanPart(ctx, filepath.Join(t.dir, p.Path), func(part []R) error {
			for _, r := range part {
				if !leave[r.Key()] {
					rows = append(rows, r)
				}
			}
			return nil
		})
		if err != nil {
			return nil, nil, err
		}
	}
	return append(rows, put...), old, nil
}

// lastOfEach leaves the last of several rows with one key.
func lastOfEach[R Row](rows []R) []R {
	last := make(map[schemas.PageKey]int, len(rows))
	for i, r := range rows {
		last[r.Key()] = i
	}
	if len(last) == len(rows) {
		return rows
	}
	var out []R
	for i, r := range rows {
		if last[r.Key()] == i {
			out = append(out, r)
		}
	}
	return out
}

// commitAttempt links the commit that makes a part the table's.
func (t *Table[R]) commitAttempt(a attempt[R], info CommitInfo) (err error) {
	actions := []action{infoAction(info)}
	for _, path := range a.old {
		actions = append(actions, action{Remove: &remove{path, time.Now().UnixMilli(), true}})
	}
	if a.part.Path != "" {
		if actions, err = t.withAdd(actions, a.part); err != nil {
			return err
		}
	}
	err = commit(t.fs, t.dir, t.state.version+1, actions)
	if err != nil && !errors.Is(err, errLostRace) {
		return fmt.Errorf("commit to table %s: %w; run again: a part that was written whole is adopted", t.name, err)
	}
	return err
}

func (t *Table[R]) withAdd(actions []action, p Part) ([]action, error) {
	info, err := os.Stat(filepath.Join(t.dir, p.Path))
	if err != nil {
		return nil, err
	}
	st, err := json.Marshal(stats{p.Rows})
	if err != nil {
		return nil, err
	}
	return append(actions, action{Add: &add{
		Path: p.Path, PartitionValues: map[string]string{}, Size: p.Bytes,
		ModificationTime: info.ModTime().UnixMilli(), DataChange: true, Stats: string(st),
		Tags: map[string]string{schemas.TagSHA256: p.SHA256},
	}}), nil
}
