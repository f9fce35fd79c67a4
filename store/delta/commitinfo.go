package delta

import (
	"strconv"
	"time"
)

// CommitInfo says why a table changed; it stands in the table's history.
type CommitInfo struct {
	Operation string    // "WRITE" if empty
	Run       string    // identifies the run; may be empty
	Started   time.Time // when the run began; zero if unknown
	Time      time.Time // of the commit; now if zero

	// App names a writer that numbers its commits: the commit records a
	// transaction of it (Delta's txn), one higher than its last in this table. A
	// shard that is run again after a crash is recognised by it: rows that are
	// there are not committed again, and its number stays. Empty: none.
	App string

	began time.Time // when the work on the commit began; see Begin
}

// Begin returns c with its defaults, for a commit on which work begins now: the
// entry says how long that took. Commit calls it if nobody did.
func (c CommitInfo) Begin() CommitInfo {
	if c.Operation == "" {
		c.Operation = "WRITE"
	}
	if c.Time.IsZero() {
		c.Time = time.Now()
	}
	c.began = time.Now()
	return c
}

// commitFields are those of a commitInfo action; the protocol lets a writer add its own.
type commitFields struct {
	Timestamp  int64             `json:"timestamp"` // ms since 1970
	Operation  string            `json:"operation"`
	Parameters map[string]string `json:"operationParameters"`
	Metrics    map[string]string `json:"operationMetrics"`
	Engine     string            `json:"engineInfo"`
	Run        string            `json:"cutpoint.run,omitempty"`
	Started    int64             `json:"cutpoint.run_started,omitempty"` // ms since 1970
	Version    int64             `json:"cutpoint.version"`               // of the entry
}

func (c CommitInfo) fields(version int64, actions []Action) commitFields {
	f := commitFields{
		Timestamp: c.Time.UnixMilli(), Operation: c.Operation, Parameters: map[string]string{},
		Metrics: metrics(actions), Engine: engine, Run: c.Run, Version: version,
	}
	if !c.Started.IsZero() {
		f.Started = c.Started.UnixMilli()
	}
	if !c.began.IsZero() {
		f.Metrics["executionTimeMs"] = strconv.FormatInt(time.Since(c.began).Milliseconds(), 10)
	}
	return f
}

// metrics counts what a commit writes, under the names that Delta's writers use.
func metrics(actions []Action) map[string]string {
	var added, removed, rows, bytes int64
	for _, a := range actions {
		switch {
		case a.Add != nil:
			added++
			bytes += a.Add.Size
			if p, err := partOf(*a.Add); err == nil && p.Rows > 0 {
				rows += p.Rows
			}
		case a.Remove != nil:
			removed++
		}
	}
	out := map[string]string{}
	for name, n := range map[string]int64{
		"numAddedFiles": added, "numRemovedFiles": removed, "numOutputRows": rows, "numOutputBytes": bytes,
	} {
		out[name] = strconv.FormatInt(n, 10)
	}
	return out
}
