package cpu

// For the tests that read documents, outside the package.
var (
	CheckNetwork   = checkNetwork
	WaysInBFloat16 = waysInBFloat16
)
