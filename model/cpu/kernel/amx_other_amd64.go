//go:build !linux && !purego

package kernel

func permitTiles() bool { return false }
