package schemas

// Prediction is a row of a predictions file: what a head says of one page, or of
// one document by all its pages.
type Prediction struct {
	DocumentID    string    `parquet:"document_id"`
	Page          int32     `parquet:"page"` // WholeDocument (-1) for a document
	Path          string    `parquet:"path"`
	Label         *string   `parquet:"label,optional"`     // as the corpus or the store has it
	Predicted     string    `parquet:"predicted"`          // the class with the largest probability
	Probability   float32   `parquet:"probability"`        // of that class
	Probabilities []float32 `parquet:"probabilities,list"` // (K) in the order of KeyClasses
}

// Keys of a predictions file's metadata, beside KeyFingerprint and KeyTool.
const (
	KeyClasses = "cutpoint.classes" // JSON list of the classes' names
	KeyHead    = "cutpoint.head"    // the head's recipe, such as "softmax"
)
