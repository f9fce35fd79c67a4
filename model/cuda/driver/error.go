package driver

import (
	"errors"
	"fmt"
	"unsafe"
)

// Errors that callers distinguish with errors.Is.
var (
	ErrNoDriver    = errors.New("no NVIDIA driver")              // from Load: there is no library, or the build has no GPU support
	ErrNoDevice    = errors.New("no GPU")                        // the driver sees none
	ErrOutOfMemory = errors.New("out of memory on the GPU")      // the context is as it was
	ErrLost        = errors.New("the GPU's context is unusable") // for as long as the process lives
)

// kinds has the results that are one of these. Lost are those after which cuda.h wants the
// process ended or the context destroyed, those of a context or device that has gone, and
// Unknown, which promises nothing.
var kinds = map[Result]error{
	OutOfMemory: ErrOutOfMemory,
	NoDevice:    ErrNoDevice,

	4:                ErrLost, // the driver is shutting down
	46:               ErrLost, // the device is unavailable
	ECCUncorrectable: ErrLost,
	220:              ErrLost, // NVLink
	226:              ErrLost, // a contained fault
	IllegalAddress:   ErrLost,
	LaunchTimeout:    ErrLost,
	709:              ErrLost, // the context is destroyed
	710:              ErrLost, // assertion
	714:              ErrLost, // hardware stack
	715:              ErrLost, // illegal instruction
	716:              ErrLost, // misaligned address
	717:              ErrLost, // address space
	718:              ErrLost, // program counter
	LaunchFailed:     ErrLost,
	721:              ErrLost, // tensor memory leaked
	810:              ErrLost, // MPS ended this client
	911:              ErrLost, // an external device
	Unknown:          ErrLost,
}

// Error is a call that failed, or that met the fault of an earlier one. It wraps ErrNoDevice,
// ErrOutOfMemory or ErrLost if its result is one of these.
type Error struct {
	Call   string // the C function
	Result Result
	Name   string // the result's name in cuda.h; "" if the driver has none
	Text   string // the driver's explanation
	Device string // "" if none is concerned
}

func (e *Error) Error() string {
	where := e.Call
	if e.Device != "" {
		where += " on " + e.Device
	}
	if e.Name == "" {
		return fmt.Sprintf("%s: CUDA error %d", where, e.Result)
	}
	return fmt.Sprintf("%s: %s (%d): %s", where, e.Name, e.Result, e.Text)
}

func (e *Error) Unwrap() error { return kinds[e.Result] }

// Check returns nil for Success and an *Error for any other result of a call.
func (a *API) Check(call, device string, r Result) error {
	if r == Success {
		return nil
	}
	return &Error{Call: call, Result: r, Name: explain(a.GetErrorName, r), Text: explain(a.GetErrorString, r), Device: device}
}

func explain(get func(Result, **byte) Result, r Result) string {
	var text *byte
	if get == nil || get(r, &text) != Success || text == nil {
		return ""
	}
	return cString(text, 256)
}

// cString reads a string that ends with a zero, or after limit bytes.
func cString(p *byte, limit int) string {
	n := 0
	for n < limit && *(*byte)(unsafe.Add(unsafe.Pointer(p), n)) != 0 {
		n++
	}
	return string(unsafe.Slice(p, n))
}
