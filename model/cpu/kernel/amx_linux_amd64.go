//go:build !purego

package kernel

import "syscall"

// permitTiles asks Linux, 5.16 or later, for the tiles' data: arch_prctl(2) with
// ARCH_REQ_XCOMP_PERM and XFEATURE_XTILEDATA, for all threads of the process.
func permitTiles() bool {
	const requestPermission, tileData = 0x1023, 18
	_, _, errno := syscall.RawSyscall(syscall.SYS_ARCH_PRCTL, requestPermission, tileData, 0)
	return errno == 0
}
