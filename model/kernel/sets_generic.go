//go:build !amd64 || purego

package kernel

func sets() []Float32 { return []Float32{generic()} }
