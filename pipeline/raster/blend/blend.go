// Package blend puts transparent pixels on white.
package blend

// OverWhite blends a colour with alpha over white, rounding to nearest.
func OverWhite(c, alpha uint8) uint8 {
	return uint8((int(c)*int(alpha) + 255*(255-int(alpha)) + 127) / 255)
}
