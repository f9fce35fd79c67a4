package vgg19

// Categories of flags are the topics of featurize's help that teach them.
const (
	PrecisionTopic   = "precision"
	devicesTopic     = "devices"
	preparationTopic = "preparation"
)
