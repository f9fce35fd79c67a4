package head

// Recipes with hidden layers.
const (
	// DenseDropoutBNSoftmaxName: Dense 4096 ReLU, Dropout, BatchNorm, Dense softmax.
	DenseDropoutBNSoftmaxName = "dense-dropout-bn-softmax"
	// VGGTopName: the trunk's own fc1 and fc2, trained on, and a Dense softmax.
	VGGTopName = "vgg-top"
)
