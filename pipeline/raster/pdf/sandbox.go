package pdf

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"sync"

	"github.com/klippa-app/go-pdfium"
	"github.com/klippa-app/go-pdfium/webassembly"
	"github.com/tetratelabs/wazero"
	"github.com/tetratelabs/wazero/api"
	"github.com/tetratelabs/wazero/experimental"

	"cutpoint/pipeline/raster/pdf/fonts"
)

// MaxMemory is what the sandbox of a document may take at most.
const MaxMemory = 512 << 20

// wasmPage is WebAssembly's unit of memory.
const wasmPage = 64 << 10

// maxInstances is more than there are readers; they bound themselves.
const maxInstances = 1024

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
		WithMemoryLimitPages(MaxMemory / wasmPage).
		WithCloseOnContextDone(true)
	if cache := compilationCache(); cache != nil {
		config = config.WithCompilationCache(cache)
	}
	pool, err := webassembly.Init(webassembly.Config{
		MaxTotal: maxInstances, FSConfig: wazero.NewFSConfig().WithFSMount(files, "/"), RuntimeConfig: config, Stdout: io.Discard, Stderr: io.Discard,
	})
	if err != nil {
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

// instance is a sandbox of its own for a document.
type instance struct {
	pdfium.Pdfium
	once sync.Once // it ends by close or by kill
}

func newInstance(ctx context.Context, with fonts.Set) (*instance, error) {
	pool, err := sandbox(with)
	if err != nil {
		return nil, err
	}
	p, err := pool.GetInstanceWithContext(ctx)
	if err != nil {
		return nil, fmt.Errorf("start pdfium: %w", err)
	}
	return &instance{Pdfium: p}, nil
}

// errStopped is returned for a document whose sandbox was ended.
var errStopped = errors.New("pdfium was stopped")

// run calls into the sandbox, which is killed when ctx is done: nothing else stops a page
// that takes for ever.
func (i *instance) run(ctx context.Context, call func() error) (err error) {
	if err := ctx.Err(); err != nil {
		return err
	}
	killed := make(chan struct{})
	stop := context.AfterFunc(ctx, func() {
		defer close(killed)
		i.once.Do(func() { _ = i.Kill() })
	})
	defer func() {
		if r := recover(); r != nil { // of the bindings, when the module is gone
			err = fmt.Errorf("%w: %v", errStopped, r)
		}
		if !stop() {
			<-killed
			err = ctx.Err()
		}
	}()
	return call()
}

// close ends the sandbox unless it was killed.
func (i *instance) close() {
	i.once.Do(func() {
		defer func() { _ = recover() }() // the bindings, after a crash of the module
		_ = i.Close()
	})
}
