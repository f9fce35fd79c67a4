package delta

import (
	"errors"
	"strings"
	"testing"

	"cutpoint/store/files"
	"cutpoint/store/files/filestest"
)

const foreignTable = `{"commitInfo":{"engineInfo":"Other/1.0"}}
{"protocol":{"minReaderVersion":1,"minWriterVersion":2}}
{"metaData":{"id":"x","format":{"provider":"parquet","options":{}},"schemaString":"{}","partitionColumns":[],"configuration":{}}}
{"domainMetadata":{"domain":"unknown to us"}}
{"add":{"path":"a%20b.parquet","partitionValues":{},"size":9,"modificationTime":1,"dataChange":true}}`

// writeEntries makes a table t whose log has these entries.
func writeEntries(t testing.TB, disk *filestest.Disk, entries ...[]byte) {
	t.Helper()
	err := errors.Join(disk.Mkdir("t"), disk.Mkdir("t/"+LogFolder))
	for v, b := range entries {
		err = errors.Join(err, disk.WriteFile(New(files.Folder{}, "t").EntryName(int64(v)), b))
	}
	if err != nil {
		t.Fatal(err)
	}
}

func TestForeignLog(t *testing.T) {
	for name, c := range map[string]struct {
		log  string
		want string // in the error; "" if it is read
		is   error
	}{
		"whole":          {foreignTable, "", nil},
		"reader version": {strings.Replace(foreignTable, `Reader":1`, `ReaderVersion":1`, 1), "", nil},
		"too new":        {strings.Replace(foreignTable, `minReaderVersion":1`, `minReaderVersion":3`, 1), "reader version 3", files.ErrUnsupported},
		"partitioned":    {strings.Replace(foreignTable, `"partitionColumns":[]`, `"partitionColumns":["p"]`, 1), "partitioned by p", files.ErrUnsupported},
		"orc":            {strings.Replace(foreignTable, `"provider":"parquet"`, `"provider":"orc"`, 1), `"orc"`, files.ErrUnsupported},
		"escape":         {strings.Replace(foreignTable, `a%20b`, `..%2fb`, 1), "leaves the table", files.ErrUnsupported},
		"absolute":       {strings.Replace(foreignTable, `a%20b`, `s3://b/c`, 1), "leaves the table", files.ErrUnsupported},
		"negative":       {strings.Replace(foreignTable, `"size":9`, `"size":-9`, 1), "negative", files.ErrDamaged},
		"no commitInfo":  {foreignTable[strings.Index(foreignTable, "\n"):], "cut short", files.ErrDamaged},
		"no metadata":    {foreignTable[:strings.Index(foreignTable, "\n")], "no metaData", files.ErrDamaged},
		"empty":          {"", "cut short", files.ErrDamaged},
	} {
		disk := filestest.NewDisk()
		writeEntries(t, disk, []byte(c.log))
		log := New(files.On(disk), "t")
		err := log.Refresh()
		if c.want == "" {
			if parts := log.Parts(); err != nil || len(parts) != 1 || parts[0].Path != "a b.parquet" || parts[0].Rows != -1 {
				t.Errorf("%s: parts %+v, error %v; want a b.parquet alone, with unknown rows", name, parts, err)
			}
		} else if !errors.Is(err, c.is) || !strings.Contains(err.Error(), c.want) {
			t.Errorf("%s: got %v, want %q", name, err, c.want)
		}
	}
}
