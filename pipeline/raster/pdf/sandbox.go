package pdf

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"
	"sync"
	_ "unsafe" // for go:linkname

	"github.com/klippa-app/go-pdfium"
	"github.com/klippa-app/go-pdfium/enums"
	"github.com/klippa-app/go-pdfium/requests"
	"github.com/klippa-app/go-pdfium/webassembly"
	"github.com/tetratelabs/wazero"
	"github.com/tetratelabs/wazero/api"
	"github.com/tetratelabs/wazero/experimental"
	"github.com/tetratelabs/wazero/sys"

	"cutpoint/pipeline/raster/pdf/fonts"
)

// MaxMemory is what the sandbox of a document may take at most.
const MaxMemory = 512 << 20

// wasmPage is WebAssembly's unit of memory.
const wasmPage = 64 << 10

// maxInstances is more than there are readers; they bound themselves.
const maxInstances = 1024

// module is pdfium as go-pdfium brings it, which hands it out to its own packages only.
//
//go:linkname module github.com/klippa-app/go-pdfium/internal/pdfium_wasm.Module
var module []byte

// sandboxes are by the hash of the fonts in them: nearly always one for the process.
var sandboxes sync.Map // string → func() (pdfium.Pool, error)

// sandbox compiles pdfium when the first document needs it, once for the process: that
// takes seconds unless a cache has it.
func sandbox(with fonts.Set) (pdfium.Pool, error) {
	start, _ := sandboxes.LoadOrStore(with.SHA256, sync.OnceValues(func() (pdfium.Pool, error) { return startSandbox(with) }))
	return start.(func() (pdfium.Pool, error))()
}

func startSandbox(with fonts.Set) (pdfium.Pool, error) {
	files, err := with.FS()
	if err != nil {
		return nil, err
	}
	config := wazero.NewRuntimeConfig().
		WithCoreFeatures(api.CoreFeaturesV2 | experimental.CoreFeaturesExceptionHandling).
		WithMemoryLimitPages(MaxMemory / wasmPage)
	if cache := compilationCache(); cache != nil {
		config = config.WithCompilationCache(cache)
	}
	wasm, listeners, err := guarded(module)
	if err != nil {
		return nil, fmt.Errorf("start pdfium: %w", err)
	}
	var pool pdfium.Pool
	compiled := make(chan struct{})
	go func() { // apart, since it is no work of the document that came first
		defer close(compiled)
		pool, err = webassembly.InitWithWASM(webassembly.Config{
			Context: withMemories(experimental.WithFunctionListenerFactory(context.Background(), listeners)), WASM: wasm,
			MaxTotal: maxInstances, FSConfig: wazero.NewFSConfig().WithFSMount(files, "/"), RuntimeConfig: config, Stdout: io.Discard, Stderr: io.Discard,
		})
	}()
	if <-compiled; err != nil {
		return nil, fmt.Errorf("start pdfium: %w", err)
	}
	return pool, nil
}

// compilationCache keeps compiled code in the user's cache folder; nil if there is none
// to be had, which costs time and nothing else.
func compilationCache() wazero.CompilationCache {
	folder, err := os.UserCacheDir()
	if err != nil {
		return nil
	}
	folder = filepath.Join(folder, "cutpoint", "wazero")
	if err := os.MkdirAll(folder, 0o700); err != nil {
		return nil
	}
	cache, err := wazero.NewCompilationCacheWithDir(folder)
	if err != nil {
		return nil
	}
	return cache
}

// instance is a sandbox of its own for a document. Its memory is touched, by compiled code
// and through slices that the bindings return, between begin and finish alone: once it is
// made, only run calls into it, and what it returns is copied there. So close gives the
// memory back if nothing runs, and otherwise finish does; nothing can begin any more then.
// To kill a sandbox makes its compiled code return, and touches no memory either.
type instance struct {
	pdfium.Pdfium
	memory *memory // nil if it is Go's

	once          sync.Once // for its end
	mutex         sync.Mutex
	running, dead bool
}

func newInstance(ctx context.Context, with fonts.Set) (*instance, error) {
	pool, err := sandbox(with)
	if err == nil {
		err = ctx.Err() // whoever asked may have gone, and with them who would close it
	}
	if err != nil {
		return nil, err
	}
	p, err := pool.GetInstanceWithContext(ctx)
	if err != nil {
		return nil, fmt.Errorf("start pdfium: %w", brief(err))
	}
	i := &instance{Pdfium: p}
	if i.memory, err = memoryOf(p); err != nil {
		i.close()
		return nil, fmt.Errorf("start pdfium: %w", brief(err))
	}
	return i, nil
}

// memoryOf finds a sandbox's memory by a bitmap in it, of which go-pdfium gives a view.
func memoryOf(p pdfium.Pdfium) (*memory, error) {
	created, err := p.FPDFBitmap_CreateEx(&requests.FPDFBitmap_CreateEx{Width: 1, Height: 1, Format: enums.FPDF_BITMAP_FORMAT_BGR, Pointer: uint64(0)})
	if err != nil {
		return nil, err
	}
	buffer, err := p.FPDFBitmap_GetBuffer(&requests.FPDFBitmap_GetBuffer{Bitmap: created.Bitmap})
	if err != nil {
		return nil, err
	}
	memory := mapped.of(buffer.Buffer)
	_, err = p.FPDFBitmap_Destroy(&requests.FPDFBitmap_Destroy{Bitmap: created.Bitmap})
	return memory, err
}

// How a call into a sandbox ends that does not return.
var (
	errStopped = errors.New("pdfium was stopped")
	errFull    = fmt.Errorf("%w: pdfium needs more than %d MiB for it", ErrTooLarge, MaxMemory>>20)
	errCrashed = errors.New("pdfium gave up on it: the file is damaged")
)

// run calls into the sandbox, which is killed when ctx is done. Its error is ctx's, one of
// the above, or one that left the sandbox in order.
func (i *instance) run(ctx context.Context, call func() error) (err error) {
	if err := ctx.Err(); err != nil {
		return err
	}
	if !i.begin() {
		return errStopped
	}
	defer i.finish()
	killed := make(chan struct{})
	stop := context.AfterFunc(ctx, func() {
		defer close(killed)
		i.close()
	})
	defer func() {
		if r := recover(); r != nil { // of the bindings, when the module is gone
			err = errCrashed
		}
		if !stop() {
			<-killed
			err = ctx.Err()
		}
	}()
	return brief(call())
}

// brief returns one sentence for a crash, which wazero and go-pdfium report with the
// stack.
func brief(err error) error {
	switch {
	case err == nil:
		return nil
	case errors.Is(err, errFull):
		return errFull
	case strings.Contains(err.Error(), "instance is closed"):
		return errStopped
	case strings.Contains(err.Error(), "wasm stack trace"), strings.Contains(err.Error(), "stack overflow"),
		strings.Contains(err.Error(), "panic occurred"), errors.As(err, new(*sys.ExitError)):
		return errCrashed
	}
	return err
}

// ended reports whether the sandbox is of no more use after an error.
func ended(err error) bool {
	return errors.Is(err, errCrashed) || errors.Is(err, errFull) || errors.Is(err, errStopped)
}

// begin reports whether the sandbox can still be called into.
func (i *instance) begin() bool {
	i.mutex.Lock()
	defer i.mutex.Unlock()
	i.running = !i.dead
	return i.running
}

// finish ends what begin began.
func (i *instance) finish() {
	i.mutex.Lock()
	defer i.mutex.Unlock()
	if i.running = false; i.dead {
		i.memory.release()
	}
}

// close ends the sandbox, whether it runs or not. What is in it is not taken apart first.
func (i *instance) close() {
	i.once.Do(func() {
		_ = i.Kill()
		i.mutex.Lock()
		defer i.mutex.Unlock()
		if i.dead = true; !i.running {
			i.memory.release()
		}
	})
}
