package head

// DropoutBNSoftmaxName is the recipe of DropoutBNSoftmax.
const DropoutBNSoftmaxName = "dropout-bn-softmax"
