package delta

import (
	"bytes"
	"path/filepath"
	"strings"
	"testing"

	"cutpoint/schemas"
	"cutpoint/store/files"
	"cutpoint/store/files/filestest"
)

// FuzzLogEntry puts bytes where a table's second log entry is, and, with a right
// checksum, its first.
func FuzzLogEntry(f *testing.F) {
	f.Add([]byte(foreignTable))
	for version := range int64(2) {
		whole, err := formatEntry(version, []Action{{Add: &AddFile{Path: "p"}}, {Remove: &RemoveFile{Path: "q"}}}, CommitInfo{Run: "r"}.Begin())
		if err != nil {
			f.Fatal(err)
		}
		f.Add(whole)
		f.Add(whole[:len(whole)/2])
	}
	f.Add([]byte(`{"add":null}` + "\n{}"))
	f.Add([]byte(`{"add":{"path":"a","stats":"{\"numRecords\":1e3}","size":1e9}}` + "\n" + `{"commitInfo":{}}`))
	f.Fuzz(func(t *testing.T, b []byte) {
		for _, first := range []string{"", foreignTable} {
			disk := filestest.NewDisk()
			log := New(files.On(disk), "t")
			entries := [][]byte{b}
			if first != "" {
				entries = [][]byte{[]byte(first), b}
			}
			writeEntries(t, disk, entries...)
			if err := log.Refresh(); err == nil && (log.version < 0 || log.meta == nil) {
				t.Error("a log began without metadata")
			} else if err != nil && !strings.Contains(err.Error(), "0000.json") && !strings.Contains(err.Error(), "0001.json") {
				t.Errorf("the entry is not named: %v", err)
			}
			for _, p := range log.Snapshot().Parts {
				if !filepath.IsLocal(p.Path) {
					t.Errorf("path %q leaves the table", p.Path)
				}
			}
		}
	})
}

func FuzzDecodeCheckpoint(f *testing.F) {
	l := New(files.Folder{}, "t")
	l.meta = &MetaData{ID: "1", SchemaString: "{}", Format: FileFormat{Provider: "parquet"}}
	l.reads, l.writes = readerVersion, writerVersion
	l.add(Part{Path: "part-1.parquet", Rows: 3, Bytes: 100, SHA256: "ab"})
	l.apps["shard"] = appVersion{version: 3}
	b, err := encodeCheckpoint(l.checkpointRows(nil))
	if err != nil {
		f.Fatal(err)
	}
	f.Add(b)
	f.Add(bytes.Replace(b, []byte(schemas.TagSHA256), []byte("cutpoint.other1"), 1)) // without its seal
	f.Fuzz(func(t *testing.T, b []byte) {
		if r, err := decodeCheckpoint(b); err == nil && r.meta == nil {
			t.Error("a checkpoint without metadata was read")
		}
	})
}
