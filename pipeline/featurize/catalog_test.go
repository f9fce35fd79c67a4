package featurize

import (
	"fmt"
	"math/rand/v2"
	"reflect"
	"strings"
	"testing"
	"time"

	"cutpoint/pipeline/corpus"
	"cutpoint/schemas"
)

// catalogOf makes a catalog of documents with pages each, and one whose id is no
// hash.
func catalogOf(documents, pages int) (*catalog, []schemas.Document) {
	c := newCatalog()
	var rows []schemas.Document
	labels := []string{"letter", "", "invoice"}
	for i := range documents {
		id := fmt.Sprintf("%064x", uint64(i)*0x9e3779b97f4a7c15)
		switch i % 10 {
		case 3:
			id = strings.ToUpper(id)
		case 4:
			id = "path:" + id
		}
		for p := range pages {
			d := schemas.Document{
				DocumentID: id, Page: int32(p), Path: fmt.Sprint("in/", i), Format: "tiff", Width: 3, Height: 4,
				Pages: int32(pages), Bytes: int64(i), Modified: time.UnixMicro(int64(i)).UTC(), FirstSeen: time.UnixMicro(7).UTC(),
			}
			if i%3 > 0 {
				d.Label = &labels[i%3]
			}
			if i%4 == 0 {
				d.Split = &labels[0]
			}
			rows = append(rows, d)
		}
	}
	shuffled := rand.New(rand.NewPCG(1, 1)).Perm(len(rows))
	for _, i := range shuffled {
		c.rows = append(c.rows, c.pack(rows[i]))
	}
	c.index()
	return c, rows
}

func TestCatalogGivesBackItsRows(t *testing.T) {
	c, rows := catalogOf(60, 3)
	for i, d := range rows {
		r := c.row(d.Key())
		if r == nil {
			t.Fatalf("row %v is not found", d.Key())
		}
		if got := c.unpack(r); !reflect.DeepEqual(got, d) {
			t.Fatalf("got %+v, want %+v", got, d)
		}
		pages := c.document(d.DocumentID)
		if len(pages) != 3 || pages[i%3].page != d.Page {
			t.Fatalf("document %s has %d rows", d.DocumentID, len(pages))
		}
		entry := corpus.Entry{Path: d.Path, Size: d.Bytes, Modified: d.Modified}
		if len(c.unchanged(entry)) != 3 {
			t.Fatalf("%s is as recorded, but was not recognised", d.Path)
		}
		entry.Modified = entry.Modified.Add(time.Microsecond)
		if c.unchanged(entry) != nil {
			t.Fatalf("%s changed, and was not noticed", d.Path)
		}
	}
	for _, id := range []string{"", "absent", strings.Repeat("f", 64), strings.Repeat("0", 63) + "1"} {
		if c.document(id) != nil || c.row(schemas.PageKey{DocumentID: id}) != nil {
			t.Errorf("document %q was never seen", id)
		}
	}
}

// The path of a file that was replaced stands for what is there now; a file of
// the old content elsewhere is then no copy.
func TestReplacedFileIsNoCopy(t *testing.T) {
	c := newCatalog()
	for i, id := range []string{"old", "new"} {
		c.rows = append(c.rows, c.pack(schemas.Document{
			DocumentID: id, Path: "a", Pages: 1, Bytes: 5, Modified: time.UnixMicro(int64(i)), FirstSeen: time.UnixMicro(int64(i)),
		}))
	}
	c.index()
	makePlan(c, Job{Entries: []corpus.Entry{{Path: "a", Size: 5, Modified: time.UnixMicro(1)}}}, Options{})
	if !c.document("new")[0].inPlace || c.document("old")[0].inPlace {
		t.Error("only the new document is at its path")
	}
}
