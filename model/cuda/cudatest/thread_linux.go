package cudatest

import "syscall"

// thread is the calling thread: a context is current in one thread, not in a goroutine.
func thread() int { return syscall.Gettid() }
