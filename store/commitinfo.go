package store

import "time"

// CommitInfo says why a table changed; it stands in the table's history.
type CommitInfo struct {
	Operation string    // "WRITE" if empty
	Run       string    // identifies the run; may be empty
	Time      time.Time // now if zero
}

func (c CommitInfo) withDefaults() CommitInfo {
	if c.Operation == "" {
		c.Operation = "WRITE"
	}
	if c.Time.IsZero() {
		c.Time = time.Now()
	}
	return c
}

// fields are those of a commitInfo action; the protocol lets a writer add its own.
func (c CommitInfo) fields() any {
	return struct {
		Timestamp  int64             `json:"timestamp"`
		Operation  string            `json:"operation"`
		Parameters map[string]string `json:"operationParameters"`
		Engine     string            `json:"engineInfo"`
		Run        string            `json:"cutpoint.run,omitempty"`
	}{c.Time.UnixMilli(), c.Operation, map[string]string{}, engine, c.Run}
}
