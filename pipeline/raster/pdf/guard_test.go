package pdf

import (
	"context"
	"errors"
	"runtime"
	"testing"
	"time"

	"github.com/tetratelabs/wazero"
	"github.com/tetratelabs/wazero/experimental"
)

// spinning is a module whose function spin never ends. The operand of its first
// instruction looks like the start of a loop.
var spinning = []byte("\x00asm\x01\x00\x00\x00" +
	"\x01\x04\x01\x60\x00\x00" + // type: ()
	"\x03\x02\x01\x00" + // function 0
	"\x05\x03\x01\x00\x01" + // a memory
	"\x06\x06\x01\x7f\x01\x41\x00\x0b" + // a global variable
	"\x07\x08\x01\x04spin\x00\x00" + // export
	"\x0a\x13\x01\x11\x01\x03\x7f" + // code: three variables
	"\x41\x83\x03\x21\x02" + // i32.const, local.set 2
	"\x03\x40\x20\x02\x1a\x0c\x00\x0b" + // loop: local.get 2, drop, br 0
	"\x0b")

func TestLoopsAreStopped(t *testing.T) {
	module, listeners, err := guarded(spinning)
	if err != nil {
		t.Fatal(err)
	}
	ctx := experimental.WithFunctionListenerFactory(context.Background(), listeners)
	r := wazero.NewRuntime(ctx)
	defer r.Close(ctx)
	m, err := r.Instantiate(ctx, module)
	if err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithTimeout(ctx, 20*time.Millisecond)
	defer cancel()
	if _, err := m.ExportedFunction("spin").Call(ctx); !errors.Is(err, errStopped) {
		t.Errorf("%v, want that it was stopped", err)
	}
}

func TestWhatIsNoModuleIsRefused(t *testing.T) {
	for n := range spinning {
		guarded(spinning[:n])
	}
	unknown := append([]byte{}, spinning...)
	unknown[len(unknown)-9] = 0xff
	if _, _, err := guarded(unknown); err == nil {
		t.Error("an unknown instruction was passed over")
	}
	if _, _, err := guarded(spinning[:len(spinning)-1]); err == nil {
		t.Error("a module that is cut short was accepted")
	}
}

// TestGarbageIsCollectedMeanwhile: a page that is being drawn holds nobody up. All
// processors stop for the collector, which compiled code would not do by itself.
func TestGarbageIsCollectedMeanwhile(t *testing.T) {
	f := open(t, laughs(12), 0)
	ctx, cancel := context.WithCancel(context.Background())
	done := make(chan error)
	go func() {
		_, err := f.Decode(ctx, 0, 1000, 1000)
		done <- err
	}()
	for range 5 {
		time.Sleep(10 * time.Millisecond)
		runtime.GC()
	}
	cancel()
	if err := <-done; !errors.Is(err, context.Canceled) {
		t.Errorf("%v, want that it was stopped", err)
	}
}

// TestCrashIsOneSentence: wazero tells of a crash in many lines.
func TestCrashIsOneSentence(t *testing.T) {
	f := open(t, drawn("", nil, page{100, 100, 0, quarters}), 0)
	err := f.call(context.Background(), func() error {
		return errors.New("wasm error: unreachable\nwasm stack trace:\n\t.$87(i32,i32) i32")
	})
	if !errors.Is(err, errCrashed) || !f.stale {
		t.Errorf("%v, want one sentence and a sandbox that is given up", err)
	}
	decode(t, f, 0)
}
