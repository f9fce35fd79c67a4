// Package featurize runs the trunk over a corpus and hands every page's
// embeddings to the tables. One run is a chain of stages, goroutines that are
// joined by bounded channels under one errgroup:
//
//	plan ─▶ read (hash, decode, prepare) ─▶ batch ─▶ compute ─▶ collect a part ─▶ write it
//	        N workers, order kept                    as many workers as the engine
//	                                                 takes, order kept
//
// What is done is what the tables say: the plan is the corpus minus the (document,
// page) keys already present at every cut. Rows reach the tables in corpus order
// and a part at a time; a part is the unit of resumption. For each part the
// documents are written before the features, so that no feature row is ever
// without its document.
package featurize
