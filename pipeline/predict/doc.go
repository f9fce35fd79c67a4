// Package predict gives pages to a trained head and writes what it says as a
// table: from vectors that are stored, row by row as they are read, or straight
// from documents, through the stages of package featurize.
package predict
