//go:build !linux || !amd64

// Command emulateamx needs Linux on amd64.
package main

import (
	"fmt"
	"os"
)

func main() {
	fmt.Fprintln(os.Stderr, "emulateamx: needs Linux on amd64")
	os.Exit(125)
}
