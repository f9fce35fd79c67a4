// Package predict applies a trained head to pages, from a store's vectors or
// straight from documents, and writes what it says of each:
//
//	cut table            ─▶ vectors ─▶ head ─▶ predictions (CSV, JSON lines, Parquet)
//	documents ─▶ pages ─▶ trunk ─▶ vectors ─┘
//
// Both ways go through Predictor. The second is a run of package featurize whose
// tables (Tables) keep nothing.
package predict
