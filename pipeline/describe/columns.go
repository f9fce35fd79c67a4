package describe

import "cutpoint/schemas"

// kind is a column's type on disk.
type kind int

const (
	utf8s kind = iota // UTF-8
	int32s
	int64s
	instant // microseconds since 1970 in UTC
	vector  // list of float32
)

// column is one of a table's columns, as package schemas has them.
type column struct {
	name  string
	kind  kind
	about string
}

// key are the columns that identify a row.
var key = []string{"document_id", "page"}

// columns lists a table's columns in their order on disk.
func (t Table) columns() []column {
	id := column{"document_id", utf8s, "SHA-256 of the document's bytes in hexadecimal digits; a renamed file keeps it"}
	page := column{"page", int32s, "number of the page in its document, from 0"}
	path := column{"path", utf8s, "where the document was found"}
	label := column{"label", utf8s, "class of the document; null if it has none"}
	split := column{"split", utf8s, "part of the corpus that the document is for, such as train or test; null if none was given"}
	switch t.Name {
	case schemas.DocumentsTable:
		return []column{id, page, path, label, split,
			{"format", utf8s, "file format, such as tiff"},
			{"width", int32s, "of the page in pixels, after orientation; 0 if it could not be decoded"},
			{"height", int32s, "of the page in pixels, after orientation; 0 if it could not be decoded"},
			{"pages", int32s, "number of pages in the document"},
			{"bytes", int64s, "size of the document's file"},
			{"modified", instant, "when the file was changed"},
			{"first_seen", instant, "when the page was first read"},
		}
	case schemas.FailuresTable:
		id.about += "; path: and a hash of the path for a file that could not be opened"
		page.about += "; -1 means the whole document"
		return []column{id, page, path,
			{"bytes", int64s, "size of the document's file"},
			{"modified", instant, "when the file was changed"},
			{"stage", utf8s, "where it failed, such as decode"},
			{"class", utf8s, "kind of failure, such as corrupt"},
			{"message", utf8s, "what is wrong"},
			{"attempts", int32s, "how often it was tried"},
			{"failed_at", instant, "when it was tried last"},
		}
	}
	return []column{id, page, path, label, split,
		{"featurized_at", instant, "when the page was computed"},
		{"embedding", vector, "the features; every row has the same number of values"},
	}
}
