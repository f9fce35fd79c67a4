// Package describe says in words, and in the formats by which others find and load
// data sets, what the numbers of a store are: as text for people, as JSON, as
// Croissant metadata (https://docs.mlcommons.org/croissant/docs/croissant-spec-1.0.html)
// and as a Hugging Face dataset card (https://huggingface.co/docs/hub/datasets-cards).
// It takes plain values and makes text; cmd reads them from the store.
package describe
