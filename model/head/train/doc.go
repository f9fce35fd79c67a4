// Package train makes heads from labelled feature vectors.
//
// Each recipe is a Trainer, a struct whose fields are its options:
//
//   - Softmax: multinomial logistic regression, solved by L-BFGS, on the features
//     or in the span of the pages, with L2 chosen on inner folds;
//   - DropoutBNSoftmax, DenseDropoutBNSoftmax, VGGTop: networks that Gorgonia
//     differentiates and Adam moves, ended early on a validation split;
//   - Centroid and KNN: baselines that train next to nothing.
//
// Equal data and options give equal heads to the last bit, whatever the number of
// cores: work is divided by the data's sizes alone, and partial sums are added in
// one order.
//
// Shapes are those of package head: N pages, D features, H values of a hidden
// layer, K classes.
package train
