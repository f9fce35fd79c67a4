// Package head holds the small models that sit on a cut of the frozen trunk: what
// they compute, and the files that they are kept in. They are trained in
// cutpoint/model/head/train.
//
// Every recipe of training ends as the same thing: a per-feature standardisation,
// hidden layers with ReLU (often none), and an affine map to log probabilities. In
// inference BatchNorm is exactly an affine map and joins the layer after it,
// Dropout is nothing, and the distance to a class's mean is affine too, so that
// one Head and one file layout serve all recipes but the vote of neighbours,
// which keeps pages in place of layers.
//
// Shapes: N pages, D features (the cut's length), H values of a hidden layer, K
// classes.
package head
