package schemas

// Names of the two tables that every store has. All other tables are cut
// tables and carry the cut's canonical name ("pool5", "pool5-avg", "fc2", …).
const (
	DocumentsTable = "documents"
	FailuresTable  = "failures"
)

// Keys of a Delta table's metaData.configuration. The same keys and values are
// repeated in the footer of every Parquet part, so that a part that was copied
// away still says what it holds.
const (
	KeyDescription = "cutpoint.description" // JSON of Description
	KeyCut         = "cutpoint.cut"         // JSON of CutInfo; cut tables only
	KeyFingerprint = "cutpoint.fingerprint" // Description.Fingerprint()
	// KeyTool names the program and version that made the table, and in a footer the
	// part. It does not affect the numbers: parts of one table may differ in it, and
	// those written before it have none.
	KeyTool = "cutpoint.tool"
)

// Files that may lie next to the tables and describe the store to others: a
// Hugging Face dataset card and Croissant metadata.
const (
	CardFile      = "README.md"
	CroissantFile = "croissant.json"
)

// TagSHA256 is the key in a Delta add action's tags that holds the SHA-256 of
// the part file's bytes, in lower-case hexadecimal.
const TagSHA256 = "cutpoint.sha256"
