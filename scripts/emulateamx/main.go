//go:build linux && amd64

// Command emulateamx runs a program on a processor without AMX as if it had the
// instructions of AMX-TILE and AMX-BF16, so that kernels in them are tested everywhere:
//
//	go test -ldflags '-X cutpoint/model/cpu/kernel.emulated=amx' -exec bin/emulateamx ./model/cpu/kernel
//
// The processor refuses such an instruction with SIGILL. Under ptrace the program stops
// there; the instruction is computed on tiles kept here, one set for each thread,
// and the program goes on behind it. Everything else is left to the processor. CPUID is
// not emulated: the program must be told that it has AMX.
package main

import (
	"errors"
	"fmt"
	"os"
	"os/exec"
	"runtime"

	"golang.org/x/sys/unix"
)

func main() {
	if len(os.Args) < 2 {
		fmt.Fprintln(os.Stderr, "usage: emulateamx PROGRAM [ARGUMENT…]")
		os.Exit(64)
	}
	runtime.LockOSThread() // ptrace belongs to a thread
	code, err := run(os.Args[1:])
	if err != nil {
		fmt.Fprintln(os.Stderr, "emulateamx:", err)
		os.Exit(125)
	}
	os.Exit(code)
}

// run starts the program and traces it to its end.
func run(args []string) (code int, err error) {
	c := exec.Command(args[0], args[1:]...)
	c.Stdin, c.Stdout, c.Stderr = os.Stdin, os.Stdout, os.Stderr
	c.SysProcAttr = &unix.SysProcAttr{Ptrace: true}
	if err := c.Start(); err != nil {
		return 0, fmt.Errorf("start %s under ptrace: %w", args[0], err)
	}
	pid := c.Process.Pid
	var status unix.WaitStatus
	if _, err := unix.Wait4(pid, &status, unix.WALL, nil); err != nil {
		return 0, fmt.Errorf("wait for %s: %w", args[0], err)
	}
	if err := unix.PtraceSetOptions(pid, unix.PTRACE_O_TRACECLONE|unix.PTRACE_O_EXITKILL); err != nil {
		return 0, fmt.Errorf("trace the threads of %s: %w", args[0], err)
	}
	t := tracer{pid: pid, tiles: map[int]*unit{pid: {}}}
	return t.follow()
}

// tracer follows a program's threads.
type tracer struct {
	pid   int
	tiles map[int]*unit // by thread
}

// follow lets the threads run, and emulates where they stop, until the program ends.
func (t *tracer) follow() (code int, err error) {
	id, signal := t.pid, unix.Signal(0)
	for {
		// A thread that is gone in the meantime is reported by Wait4.
		if err := unix.PtraceCont(id, int(signal)); err != nil && !errors.Is(err, unix.ESRCH) {
			return 0, fmt.Errorf("let thread %d go on: %w", id, err)
		}
		var status unix.WaitStatus
		for {
			if id, err = unix.Wait4(-1, &status, unix.WALL, nil); errors.Is(err, unix.EINTR) {
				continue
			} else if err != nil {
				return 0, fmt.Errorf("wait for a thread: %w", err)
			}
			if status.Stopped() {
				break
			}
			delete(t.tiles, id)
			if id == t.pid && status.Exited() {
				return status.ExitStatus(), nil
			} else if id == t.pid {
				return 128 + int(status.Signal()), nil
			}
		}
		signal = t.stopped(id, status)
	}
}

// stopped handles the reason that a thread stopped for, and returns the signal to go on with.
func (t *tracer) stopped(id int, status unix.WaitStatus) unix.Signal {
	signal := status.StopSignal()
	u, known := t.tiles[id]
	switch {
	case !known: // a new thread's first stop
		t.tiles[id] = &unit{}
		return 0
	case signal == unix.SIGTRAP && status.TrapCause() > 0: // an event: it has a new thread
		return 0
	case signal == unix.SIGILL && emulate(id, u) == nil:
		return 0
	}
	return signal
}

// emulate computes the instructions of AMX that thread id stopped at: one, and those that
// follow. An error means that there is none, or that it faults: the program gets its
// signal.
func emulate(id int, u *unit) error {
	var r unix.PtraceRegs
	if err := unix.PtraceGetRegs(id, &r); err != nil {
		return err
	}
	general, m := registers(&r), memory(id)
	start := r.Rip
	for {
		var code [maxLength]byte
		if err := m.read(uintptr(r.Rip), 0, [][]byte{code[:]}); err != nil && r.Rip == start {
			return err
		}
		in, err := decode(code[:])
		if err != nil && r.Rip > start {
			return unix.PtraceSetRegs(id, &r)
		} else if err != nil {
			return err
		}
		if err := u.execute(in, general, m); err != nil {
			fmt.Fprintf(os.Stderr, "emulateamx: at %#x: %v\n", r.Rip, err)
			return errors.Join(err, unix.PtraceSetRegs(id, &r)) // so that the signal is that instruction's
		}
		r.Rip += uint64(in.length)
	}
}

// registers lists the general registers by their numbers in instructions.
func registers(r *unix.PtraceRegs) *[16]uint64 {
	return &[16]uint64{r.Rax, r.Rcx, r.Rdx, r.Rbx, r.Rsp, r.Rbp, r.Rsi, r.Rdi, r.R8, r.R9, r.R10, r.R11, r.R12, r.R13, r.R14, r.R15}
}

// memory is that of the process that a thread belongs to.
type memory int

func (m memory) read(at, stride uintptr, to [][]byte) error {
	local, remote, size := vectors(at, stride, to)
	n, err := unix.ProcessVMReadv(int(m), local, remote, 0)
	return all(n, size, err)
}

func (m memory) write(at, stride uintptr, from [][]byte) error {
	local, remote, size := vectors(at, stride, from)
	n, err := unix.ProcessVMWritev(int(m), local, remote, 0)
	return all(n, size, err)
}

func vectors(at, stride uintptr, rows [][]byte) (local []unix.Iovec, remote []unix.RemoteIovec, size int) {
	for i, row := range rows {
		v := unix.Iovec{Base: &row[0]}
		v.SetLen(len(row))
		local, remote = append(local, v), append(remote, unix.RemoteIovec{Base: at + uintptr(i)*stride, Len: len(row)})
		size += len(row)
	}
	return local, remote, size
}

func all(n, want int, err error) error {
	if err == nil && n != want {
		err = unix.EFAULT
	}
	return err
}
