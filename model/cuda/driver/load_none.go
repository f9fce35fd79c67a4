//go:build !linux || (!amd64 && !arm64) || nocuda

package driver

import "fmt"

// Load returns ErrNoDriver in this build.
func Load() (*API, error) {
	return nil, fmt.Errorf("%w: this build has no GPU support; take a build for Linux without the tag nocuda", ErrNoDriver)
}
