package pdf

import (
	"bytes"
	"context"
	"errors"
	"runtime"
	"testing"
	"time"

	"github.com/tetratelabs/wazero"
	"github.com/tetratelabs/wazero/experimental"
)

// looping is a module with a function spin that never ends and a function grow that asks
// for 4 GiB. The operand of spin's first instruction looks like the start of a loop.
var looping = []byte("\x00asm\x01\x00\x00\x00" +
	"\x01\x04\x01\x60\x00\x00" + // type: ()
	"\x03\x03\x02\x00\x00" + // functions 0 and 1
	"\x05\x03\x01\x00\x01" + // a memory
	"\x06\x06\x01\x7f\x01\x41\x00\x0b" + // a global variable
	"\x07\x0f\x02\x04spin\x00\x00\x04grow\x00\x01" + // exports
	"\x0a\x1e\x02" + // code
	"\x11\x01\x03\x7f" + // spin has three variables
	"\x41\x83\x03\x21\x02" + // i32.const, local.set 2
	"\x03\x40\x20\x02\x1a\x0c\x00\x0b\x0b" + // loop: local.get 2, drop, br 0
	"\x0a\x00" + // grow
	"\x41\xff\xff\x03\x40\x00\x1a\x01\x0b") // i32.const, memory.grow, drop, nop

func TestGuard(t *testing.T) {
	module, listeners, err := guarded(looping)
	if err != nil {
		t.Fatal(err)
	}
	ctx := experimental.WithFunctionListenerFactory(context.Background(), listeners)
	r := wazero.NewRuntimeWithConfig(ctx, wazero.NewRuntimeConfig().WithMemoryLimitPages(10))
	defer r.Close(ctx)
	for name, want := range map[string]error{"spin": errStopped, "grow": errFull} {
		m, err := r.InstantiateWithConfig(ctx, module, wazero.NewModuleConfig().WithName(""))
		if err != nil {
			t.Fatal(err)
		}
		ctx, cancel := context.WithTimeout(ctx, 20*time.Millisecond)
		if _, err := m.ExportedFunction(name).Call(ctx); !errors.Is(err, want) {
			t.Errorf("%s: %v, want %v", name, err, want)
		}
		cancel()
	}
}

// moving is a module whose functions fill and copy do so with 64 MiB, without end.
var moving = []byte("\x00asm\x01\x00\x00\x00" +
	"\x01\x04\x01\x60\x00\x00" + // type: ()
	"\x03\x03\x02\x00\x00" + // functions 0 and 1
	"\x05\x04\x01\x00\x80\x08" + // a memory of 1024 pages
	"\x06\x06\x01\x7f\x01\x41\x00\x0b" + // a global variable
	"\x07\x0f\x02\x04fill\x00\x00\x04copy\x00\x01" + // exports
	"\x0a\x2a\x02" + // code
	"\x13\x00\x03\x40\x41\x00\x41\x00\x41\x80\x80\x80\x20\xfc\x0b\x00\x0c\x00\x0b\x0b" +
	"\x14\x00\x03\x40\x41\x00\x41\x00\x41\x80\x80\x80\x20\xfc\x0a\x00\x00\x0c\x00\x0b\x0b")

// TestMovingCounts: 65536 rounds of a loop are nothing unless each moves much.
func TestMovingCounts(t *testing.T) {
	module, listeners, err := guarded(moving)
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
	for _, name := range []string{"fill", "copy"} {
		ctx, cancel := context.WithTimeout(ctx, 20*time.Millisecond)
		start := time.Now()
		if _, err := m.ExportedFunction(name).Call(ctx); !errors.Is(err, errStopped) || time.Since(start) > 10*time.Second {
			t.Errorf("%s: %v after %s, want that it is stopped at once", name, err, time.Since(start))
		}
		cancel()
	}
}

// TestFormsHaveNoFunctions: go-pdfium's functions of a form would be called in the sandbox
// of another document.
func TestFormsHaveNoFunctions(t *testing.T) {
	out, _, err := guarded(module)
	if start := formInfo(0)[:8]; err != nil || bytes.Contains(module, start) || !bytes.Contains(out, start) {
		t.Errorf("%v, or go-pdfium makes forms in another way than it did", err)
	}
}

func TestWhatIsNoModuleIsRefused(t *testing.T) {
	for n := range looping {
		guarded(looping[:n])
	}
	unknown := append([]byte{}, looping...)
	unknown[len(unknown)-9] = 0xff
	if _, _, err := guarded(unknown); err == nil {
		t.Error("an unknown instruction was passed over")
	}
	if _, _, err := guarded(looping[:len(looping)-1]); err == nil {
		t.Error("a module that is cut short was accepted")
	}
}

// TestNobodyIsHeldUp by a page that is being drawn. All goroutines stop for the collector,
// and for statistics, which compiled code would not do by itself.
func TestNobodyIsHeldUp(t *testing.T) {
	f := open(t, testdata(t, "endless.pdf"), 0)
	ctx, cancel := context.WithCancel(context.Background())
	done := make(chan error)
	go func() {
		_, err := f.Decode(ctx, 0, 1000, 1000)
		done <- err
	}()
	for range 5 {
		time.Sleep(10 * time.Millisecond)
		runtime.ReadMemStats(new(runtime.MemStats))
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
