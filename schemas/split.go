package schemas

import (
	"slices"
	"strings"
)

// Names of splits that a corpus may give, in any case.
var (
	trainSplits      = []string{"train", "training"}
	validationSplits = []string{"validation", "valid", "val", "dev"}
	testSplits       = []string{"test", "testing"}
)

// IsTrain reports whether pages of the split are for training.
func IsTrain(split string) bool { return isOneOf(trainSplits, split) }

// IsValidation reports whether pages of the split are for validation.
func IsValidation(split string) bool { return isOneOf(validationSplits, split) }

// IsTest reports whether pages of the split are for testing.
func IsTest(split string) bool { return isOneOf(testSplits, split) }

// IsSplit reports whether the name is that of a split.
func IsSplit(name string) bool { return IsTrain(name) || IsValidation(name) || IsTest(name) }

func isOneOf(names []string, split string) bool {
	return slices.Contains(names, strings.ToLower(split))
}
