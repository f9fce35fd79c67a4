//go:build !unix

package main

func peakMemory() int64 { return 0 }
