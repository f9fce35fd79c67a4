package store

import (
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

const foreignTable = `{"commitInfo":{"engineInfo":"Other/1.0"}}
{"protocol":{"minReaderVersion":1,"minWriterVersion":2}}
{"metaData":{"id":"x","format":{"provider":"parquet","options":{}},"schemaString":"{}","partitionColumns":[],"configuration":{}}}
{"domainMetadata":{"domain":"unknown to us"}}
{"add":{"path":"a%20b.parquet","partitionValues":{},"size":9,"modificationTime":1,"dataChange":true}}`

func TestForeignLog(t *testing.T) {
	for name, c := range map[string]struct {
		log  string
		want string // in the error; "" if it is read
		is   error
	}{
		"whole":          {foreignTable, "", nil},
		"reader version": {strings.Replace(foreignTable, `Reader":1`, `ReaderVersion":1`, 1), "", nil},
		"too new":        {strings.Replace(foreignTable, `minReaderVersion":1`, `minReaderVersion":3`, 1), "reader version 3", ErrUnsupported},
		"partitioned":    {strings.Replace(foreignTable, `"partitionColumns":[]`, `"partitionColumns":["p"]`, 1), "partitioned by p", ErrUnsupported},
		"orc":            {strings.Replace(foreignTable, `"provider":"parquet"`, `"provider":"orc"`, 1), `"orc"`, ErrUnsupported},
		"escape":         {strings.Replace(foreignTable, `a%20b`, `..%2fb`, 1), "leaves the table", ErrUnsupported},
		"absolute":       {strings.Replace(foreignTable, `a%20b`, `s3://b/c`, 1), "leaves the table", ErrUnsupported},
		"negative":       {strings.Replace(foreignTable, `"size":9`, `"size":-9`, 1), "negative", ErrDamaged},
		"no commitInfo":  {foreignTable[strings.Index(foreignTable, "\n"):], "cut short", ErrDamaged},
		"no metadata":    {foreignTable[:strings.Index(foreignTable, "\n")], "no metaData", ErrDamaged},
		"empty":          {"", "cut short", ErrDamaged},
	} {
		dir := t.TempDir()
		if err := os.MkdirAll(filepath.Join(dir, "t", logFolder), 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(filepath.Join(dir, "t", logFolder, "00000000000000000000.json"), []byte(c.log), 0o644); err != nil {
			t.Fatal(err)
		}
		root, err := os.OpenRoot(dir)
		if err != nil {
			t.Fatal(err)
		}
		defer root.Close()
		log := newTableLog(rootFiles{root}, "t")
		err = log.refresh()
		if c.want == "" {
			if err != nil || log.parts.len() != 1 || log.parts.list()[0].Path != "a b.parquet" || log.parts.list()[0].Rows != -1 {
				t.Errorf("%s: %+v, %v", name, log.parts.list(), err)
			}
		} else if !errors.Is(err, c.is) || !strings.Contains(err.Error(), c.want) {
			t.Errorf("%s: got %v, want %q", name, err, c.want)
		}
	}
}
