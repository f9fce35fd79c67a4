// Package featurize runs the trunk over a corpus and hands every page's
// embeddings to a sink, the tables of a store as a rule. One run is a chain of stages, goroutines that are
// joined by bounded channels under one errgroup:
//
//	plan ─▶ read (hash, decode, prepare) ─▶ batch ─▶ compute ─▶ collect a part ─▶ write it
//	        N workers, order kept                    as many workers as the engine
//	                                                 takes, order kept
//
// What is done is what is stored: the plan is the corpus minus the (document,
// page) keys already present at every cut. Rows reach the sink in corpus order
// and a part at a time; a part is the unit of resumption. In the tables a part's
// documents are written before the features, so that no feature row is ever
// without its document.
package featurize
