package schemas

import (
	"slices"
	"strings"
)

// Names of splits that a corpus may give, in any case. Pages for validation are trained
// on: recipes hold out what they need themselves.
var (
	trainSplits = []string{"train", "training", "validation", "valid", "val", "dev"}
	testSplits  = []string{"test", "testing"}
)

// IsTrain reports whether pages of the split are trained on.
func IsTrain(split string) bool { return slices.Contains(trainSplits, strings.ToLower(split)) }

// IsTest reports whether pages of the split are tested on.
func IsTest(split string) bool { return slices.Contains(testSplits, strings.ToLower(split)) }

// IsSplit reports whether the name is that of a split.
func IsSplit(name string) bool { return IsTrain(name) || IsTest(name) }
