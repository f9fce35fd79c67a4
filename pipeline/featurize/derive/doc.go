// Package derive computes cuts from the stored features of another cut, without
// pixels: what comes after pool5 is a function of pool5.
package derive
