// Package head trains the small models that sit on a cut of the frozen trunk,
// and keeps them in files.
//
// Every recipe ends as the same thing, an affine map after a per-feature
// standardisation: log p = log softmax(((x − Mean)·Scale)·Kernel + Bias). In
// inference BatchNorm is exactly such a standardisation and Dropout is nothing,
// so one Head and one file layout serve all recipes.
//
// Shapes: N pages, D features (the cut's length), K classes.
package head
