package cpu

// CheckNetwork is for the tests that read documents, outside the package.
var CheckNetwork = checkNetwork
