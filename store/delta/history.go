package delta

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"time"
)

// Commit is one version of a table: what its log entry says of it.
type Commit struct {
	Table        string    `json:"table"`
	Version      int64     `json:"version"`
	Time         time.Time `json:"time"`
	Operation    string    `json:"operation"`
	Engine       string    `json:"engine"`                // the program that wrote it
	Run          string    `json:"run,omitempty"`         // the run that it belongs to
	Started      time.Time `json:"run_started,omitzero"`  // when that run began
	App          string    `json:"app,omitempty"`         // the numbered writer, such as a shard
	AppVersion   int64     `json:"app_version,omitempty"` // and its number of the commit
	PartsAdded   int       `json:"parts_added"`
	PartsRemoved int       `json:"parts_removed"`
	RowsAdded    int64     `json:"rows_added"` // in the parts added; rewritten ones count too
	BytesAdded   int64     `json:"bytes_added"`
	Seconds      float64   `json:"seconds"` // that the commit took; 0 if unknown
}

// History lists the commits whose log entries are still there, in order of version.
func (l *Log) History(ctx context.Context) ([]Commit, error) {
	versions, _, err := l.list()
	if err != nil {
		return nil, err
	}
	commits := make([]Commit, 0, len(versions))
	for _, v := range versions {
		if err := ctx.Err(); err != nil {
			return nil, err
		}
		c, err := l.ReadCommit(v)
		if errors.Is(err, fs.ErrNotExist) {
			continue // another tool cleans the log
		}
		if err != nil {
			return nil, err
		}
		commits = append(commits, c)
	}
	return commits, nil
}

// VersionAt returns the newest of the versions up to last that was committed at or
// before a time.
func (l *Log) VersionAt(when time.Time, last int64) (int64, error) {
	first := time.Time{}
	for v := last; v >= 0; v-- {
		c, err := l.ReadCommit(v)
		if errors.Is(err, fs.ErrNotExist) {
			break // another tool cleaned the log
		}
		if err != nil {
			return -1, err
		}
		if first = c.Time; !first.After(when) {
			return v, nil
		}
	}
	return -1, fmt.Errorf("table %s has no version of %s; its oldest is of %s", l.table, when.Format(time.RFC3339), first.Format(time.RFC3339))
}

// ReadCommit reads what a log entry says of itself.
func (l *Log) ReadCommit(version int64) (Commit, error) {
	c := Commit{Table: l.table, Version: version}
	name := l.EntryName(version)
	actions, err := l.readEntry(version)
	if err != nil {
		return c, err
	}
	for _, a := range actions {
		switch {
		case a.Add != nil:
			part, err := partOf(*a.Add)
			if err != nil {
				return c, fmt.Errorf("read log entry %s: %w", name, err)
			}
			c.PartsAdded++
			c.RowsAdded += max(0, part.Rows)
			c.BytesAdded += part.Bytes
		case a.Remove != nil:
			c.PartsRemoved++
		case a.Txn != nil:
			c.App, c.AppVersion = a.Txn.AppID, a.Txn.Version
		case a.CommitInfo != nil:
			c.describe(a.CommitInfo)
		}
	}
	if !c.Time.IsZero() {
		return c, nil
	}
	info, err := l.files.Stat(name) // what Delta's readers go by without a timestamp
	if err != nil {
		return c, fmt.Errorf("read log entry %s: %w", name, err)
	}
	c.Time = info.ModTime().UTC()
	return c, nil
}

// describe takes what a commitInfo of any writer says.
func (c *Commit) describe(info json.RawMessage) {
	var f struct {
		commitFields
		Metrics struct {
			Milliseconds json.Number `json:"executionTimeMs"`
		} `json:"operationMetrics"`
	}
	// Its fields are for people, and each writer has its own: those of another
	// type than ours are left out.
	var odd *json.UnmarshalTypeError
	if err := json.Unmarshal(info, &f); err != nil && !errors.As(err, &odd) {
		return
	}
	c.Operation, c.Engine, c.Run = f.Operation, f.Engine, f.Run
	if f.Timestamp > 0 {
		c.Time = time.UnixMilli(f.Timestamp).UTC()
	}
	if f.Started > 0 {
		c.Started = time.UnixMilli(f.Started).UTC()
	}
	if ms, err := f.Metrics.Milliseconds.Float64(); err == nil {
		c.Seconds = ms / 1000
	}
}
