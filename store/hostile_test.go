package store

import (
	"context"
	"encoding/binary"
	"strings"
	"testing"

	"github.com/parquet-go/parquet-go/encoding/thrift"
	"github.com/parquet-go/parquet-go/format"

	"cutpoint/store/delta"
	"cutpoint/store/files"
	"cutpoint/store/files/filestest"
)

// TestHostileEntry commits, with a right checksum, what no writer should.
func TestHostileEntry(t *testing.T) {
	add := func(change func(*delta.AddFile)) []delta.Action {
		a := delta.AddPart(Part{Path: "part-a.parquet", Bytes: 9, Modified: 1, Rows: 1, SHA256: strings.Repeat("0", 64)})
		change(a.Add)
		return []delta.Action{a}
	}
	const entry = "00000000000000000003.json"
	for name, c := range map[string]struct {
		actions []delta.Action
		named   string // by Verify
	}{
		"a part that is not there":    {add(func(*delta.AddFile) {}), "part-a.parquet"},
		"a huge part":                 {add(func(a *delta.AddFile) { a.Size = 1 << 62 }), "part-a.parquet"},
		"a part of huge row count":    {add(func(a *delta.AddFile) { a.Stats = `{"numRecords":4611686018427387904}` }), "part-a.parquet"},
		"a row count out of range":    {add(func(a *delta.AddFile) { a.Stats = `{"numRecords":1e99}` }), entry},
		"statistics that are no JSON": {add(func(a *delta.AddFile) { a.Stats = `{` }), entry},
		"a negative row count":        {add(func(a *delta.AddFile) { a.Stats = `{"numRecords":-1}` }), entry},
		"a negative size":             {add(func(a *delta.AddFile) { a.Size = -1 }), entry},
		"a path out of the table":     {add(func(a *delta.AddFile) { a.Path = "../documents/part-a.parquet" }), entry},
		"an encoded path out of it":   {add(func(a *delta.AddFile) { a.Path = "..%2F..%2Fetc%2Fpasswd" }), entry},
		"an absolute path":            {add(func(a *delta.AddFile) { a.Path = "/etc/passwd" }), entry},
		"a bucket":                    {add(func(a *delta.AddFile) { a.Path = "s3://bucket/part" }), entry},
		"a path of nothing":           {add(func(a *delta.AddFile) { a.Path = "" }), entry},
		"a path that does not decode": {add(func(a *delta.AddFile) { a.Path = "%zz" }), entry},
		"the folder itself":           {add(func(a *delta.AddFile) { a.Path = "." }), entry},
		"the log as a part":           {add(func(a *delta.AddFile) { a.Path = "_delta_log/00000000000000000000.json" }), "00000000000000000000.json"},
		"the log's folder as a part":  {add(func(a *delta.AddFile) { a.Path = delta.LogFolder }), delta.LogFolder},
		"a name with a null byte":     {add(func(a *delta.AddFile) { a.Path = "a%00b" }), "fc2"},
		"a newer protocol":            {[]delta.Action{{Protocol: &delta.Protocol{MinReaderVersion: 3, MinWriterVersion: 7}}}, entry},
		"other files than Parquet":    {[]delta.Action{{MetaData: &delta.MetaData{Format: delta.FileFormat{Provider: "orc"}}}}, entry},
		"partitions":                  {[]delta.Action{{MetaData: &delta.MetaData{Format: delta.FileFormat{Provider: "parquet"}, PartitionColumns: []string{"page"}}}}, entry},
	} {
		d := newDamaged(t)
		log := delta.New(files.On(d.disk), "fc2")
		if err := log.Commit(3, c.actions, CommitInfo{}.Begin()); err != nil {
			t.Fatal(err)
		}
		d.mustName(t, "fc2/"+c.named, name)
		d.useAll(t)
	}
}

// TestUnknownAction: what the protocol says to ignore is no damage.
func TestUnknownAction(t *testing.T) {
	d := newDamaged(t)
	d.put(entryOf(3), []byte(`{"txn":{"appId":"a","version":1}}`+"\n"+`{"cdc":{"path":"x"}}`+"\n"+`{"mystery":[1,{"a":{}}]}`+"\n"+`{"commitInfo":{"engineInfo":"Other/1.0"}}`))
	if problems := d.check("fc2"); len(problems) > 0 {
		t.Errorf("verify says %v", problems)
	}
	for name, text := range map[string]string{
		"no JSON":        "}{",
		"deep nesting":   strings.Repeat(`{"add":`, 1<<20),
		"a number":       "7",
		"wrong types":    `{"add":{"size":"nine"}}`,
		"a huge number":  `{"add":{"path":"a","size":1e400}}`,
		"a list":         `[{"add":{}}]`,
		"no UTF-8":       "\xff\xfe{}",
		"an object only": "{}",
	} {
		d.put(entryOf(3), []byte(text+"\n"))
		d.mustName(t, entryOf(3), name)
		d.useAll(t)
	}
}

// useAll does everything that a program may do with a damaged store. It may
// fail, but not panic.
func (d *damaged) useAll(t testing.TB) {
	t.Helper()
	if err := d.read(true); err != nil {
		t.Fatal(err)
	}
	s, err := openIn(files.On(d.disk), d.dir)
	if err != nil {
		return
	}
	ctx := context.Background()
	s.Verify(ctx)
	s.Recover(ctx)
	if table, _, err := s.Cut("fc2"); err == nil {
		table.Append(ctx, testFeatures(100, 2, damageDim), CommitInfo{})
		table.Upsert(ctx, testFeatures(0, 2, damageDim), nil, CommitInfo{})
	}
}

// TestHostileFooter changes the numbers of a part's footer, all in agreement.
func TestHostileFooter(t *testing.T) {
	everyChunk := func(m *format.FileMetaData, change func(*format.ColumnMetaData)) {
		for i := range m.RowGroups {
			for j := range m.RowGroups[i].Columns {
				change(&m.RowGroups[i].Columns[j].MetaData)
			}
		}
	}
	for name, change := range map[string]func(m *format.FileMetaData){
		"rows without end": func(m *format.FileMetaData) {
			m.NumRows, m.RowGroups[0].NumRows = 1<<50, 1<<50
			everyChunk(m, func(c *format.ColumnMetaData) { c.NumValues = 1 << 50 })
		},
		"values without end": func(m *format.FileMetaData) {
			everyChunk(m, func(c *format.ColumnMetaData) { c.NumValues = 1 << 50 })
		},
		"negative rows": func(m *format.FileMetaData) { m.NumRows, m.RowGroups[0].NumRows = -4, -4 },
		"many groups": func(m *format.FileMetaData) {
			for range 100 {
				m.RowGroups = append(m.RowGroups, m.RowGroups[0])
				m.NumRows += m.RowGroups[0].NumRows
			}
		},
		"no groups":  func(m *format.FileMetaData) { m.RowGroups = nil },
		"no columns": func(m *format.FileMetaData) { m.RowGroups[0].Columns = nil },
		"no schema":  func(m *format.FileMetaData) { m.Schema = m.Schema[:1] },
		"pages before the file": func(m *format.FileMetaData) {
			everyChunk(m, func(c *format.ColumnMetaData) { c.DataPageOffset = -1 << 40 })
		},
		"pages after the file": func(m *format.FileMetaData) {
			everyChunk(m, func(c *format.ColumnMetaData) { c.DataPageOffset = 1 << 40 })
		},
		"all pages in one place": func(m *format.FileMetaData) {
			everyChunk(m, func(c *format.ColumnMetaData) { c.DataPageOffset = 4 })
		},
		"other compression": func(m *format.FileMetaData) {
			everyChunk(m, func(c *format.ColumnMetaData) { c.Codec = format.Gzip })
		},
	} {
		d := newDamaged(t)
		_, parts := d.names(t, "fc2")
		d.put(parts[0], withFooter(t, d.get(t, parts[0]), change))
		d.mustName(t, parts[0], name)
		d.useAll(t)
	}
}

// withFooter changes the footer of a Parquet file.
func withFooter(t *testing.T, part []byte, change func(m *format.FileMetaData)) []byte {
	t.Helper()
	n := int(binary.LittleEndian.Uint32(part[len(part)-8:]))
	var m format.FileMetaData
	if err := thrift.Unmarshal(new(thrift.CompactProtocol), part[len(part)-8-n:len(part)-8], &m); err != nil {
		t.Fatal(err)
	}
	change(&m)
	footer, err := thrift.Marshal(new(thrift.CompactProtocol), &m)
	if err != nil {
		t.Fatal(err)
	}
	return asPart(part[:len(part)-8-n], footer)
}

// asPart is a file of pages and a footer.
func asPart(pages, footer []byte) []byte {
	part := append(append([]byte(nil), pages...), footer...)
	part = binary.LittleEndian.AppendUint32(part, uint32(len(footer)))
	return append(part, "PAR1"...)
}

// TestThriftBounds gives footers whose lengths are not covered by bytes. To
// decode one of them without a check takes hundreds of gigabytes.
func TestThriftBounds(t *testing.T) {
	huge := string([]byte{0xff, 0xff, 0xff, 0xff, 0x07}) // 2³¹-1
	for name, footer := range map[string]string{
		"row groups":    "\x15\x02\x19\x0c\x16\x08\x19\xfc" + huge,
		"schema":        "\x15\x02\x19\xfc" + huge,
		"a string":      "\x15\x02\x19\x1c\x48" + huge,
		"a map":         "\x1b" + huge + "\x11",
		"nesting":       strings.Repeat("\x1c", 1000),
		"nothing":       "",
		"a long number": "\x16" + strings.Repeat("\xff", 11),
	} {
		disk := filestest.NewDisk()
		w, err := disk.Create("part")
		if err != nil {
			t.Fatal(err)
		}
		w.Write(asPart([]byte("PAR1"), []byte(footer)))
		if p, err := openPart(files.On(disk), "part"); err == nil {
			p.Close()
			t.Errorf("%s: the hostile part was opened", name)
		}
	}
}

// TestNotRegular puts folders where files should be.
func TestNotRegular(t *testing.T) {
	for _, part := range []bool{false, true} {
		d := newDamaged(t)
		entries, parts := d.names(t, "fc2")
		name := entries[2]
		if part {
			name = parts[0]
		}
		d.disk.Remove(name)
		if err := d.disk.Mkdir(name); err != nil {
			t.Fatal(err)
		}
		d.mustName(t, name, "folder")
		d.useAll(t)
	}
}
