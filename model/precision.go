package model

import "fmt"

// The precisions of the trunk's arithmetic.
const (
	Float32  = "float32"
	BFloat16 = "bfloat16" // what is multiplied is rounded to 8 significant bits; sums are float32
)

// Precisions lists them, the default first.
func Precisions() []string { return []string{Float32, BFloat16} }

// ParsePrecision returns the precision of that name; "" is Float32.
func ParsePrecision(name string) (string, error) {
	switch name {
	case "", Float32:
		return Float32, nil
	case BFloat16:
		return BFloat16, nil
	}
	return "", fmt.Errorf("precision %q is not known: choose %s or %s", name, Float32, BFloat16)
}
