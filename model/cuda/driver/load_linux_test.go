//go:build (amd64 || arm64) && !nocuda

package driver

import (
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"reflect"
	"runtime"
	"strings"
	"testing"
	"unsafe"

	"golang.org/x/sync/errgroup"
)

// What testdata/libcuda.c does is tested in separate processes, each of which runs one of these
// and print what is compared.
var children = map[string]func(){"devices": printDevices, "calls": printCalls, "threads": useThreads}

func TestMain(m *testing.M) {
	if run := children[os.Getenv("DRIVER_TEST_CHILD")]; run != nil {
		run()
		return
	}
	os.Exit(m.Run())
}

// child returns what the child prints.
func child(t *testing.T, name, folder string, environment ...string) string {
	t.Helper()
	program, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	c := exec.Command(program)
	c.Dir = folder
	c.Env = append(append(os.Environ(), "DRIVER_TEST_CHILD="+name), environment...)
	out, err := c.CombinedOutput()
	if err != nil {
		t.Fatalf("child %s: %v\n%s", name, err, out)
	}
	return string(out)
}

// fakeDriver compiles the fake and returns its path.
func fakeDriver(t *testing.T, flags ...string) string {
	t.Helper()
	compiler, err := exec.LookPath("cc")
	if err != nil {
		t.Skip("cc: there is no C compiler for the fake driver")
	}
	library := filepath.Join(t.TempDir(), "libcuda.so.1")
	c := exec.Command(compiler, append(flags, "-shared", "-fPIC", "-o", library, "testdata/libcuda.c")...)
	if out, err := c.CombinedOutput(); err != nil {
		t.Fatalf("compile the fake driver (%v): %v\n%s", c, err, out)
	}
	return library
}

func printDevices() {
	api, err := Load()
	var devices []DeviceInfo
	if err == nil {
		fmt.Println("tensor maps:", api.TensorMapEncodeTiled != nil)
		devices, err = Devices(api)
	}
	if err == nil {
		var p DevicePtr
		fmt.Println(devices)
		err = api.Check("cuMemAlloc", devices[0].String(), api.MemAlloc(&p, 64))
	}
	fmt.Println("error:", err)
	fmt.Println("kind:", errors.Is(err, ErrNoDriver), errors.Is(err, ErrNoDevice), errors.Is(err, ErrOutOfMemory), errors.Is(err, ErrLost))
}

func TestLoad(t *testing.T) {
	fake := fakeDriver(t)
	file := func(content string) string {
		name := filepath.Join(t.TempDir(), "libcuda.so.1")
		if err := os.WriteFile(name, []byte(content), 0o600); err != nil {
			t.Fatal(err)
		}
		return name
	}
	whole, err := os.ReadFile(fake)
	if err != nil {
		t.Fatal(err)
	}
	const none, noDriver, noDevice, noMemory, lost = "kind: false false false false", "kind: true false false false", "kind: false true false false", "kind: false false true false", "kind: false false false true"
	for _, c := range []struct{ library, environment, want, kind string }{
		{fake, "", "tensor maps: true\n[GPU 0 (Fake)]\nerror: <nil>", none},
		{"/nowhere/libcuda.so.1", "", "no NVIDIA driver: there is no /nowhere/libcuda.so.1; install NVIDIA's driver", noDriver},
		{"libcuda.so.1", "", "has to be an absolute path", none},
		{file(""), "", "NVIDIA's driver cannot be loaded: ", none},
		{file("#!/bin/sh\n" + strings.Repeat("#", 1000)), "", "invalid ELF header; reinstall it", none},
		{file(string(whole[:40])), "", "file too short", none},
		{fakeDriver(t, "-DcuMemGetInfo_v2=cuMemGetInfo"), "", "NVIDIA's driver is too old: it has no cuMemGetInfo_v2;", none},
		{fakeDriver(t, "-DcuTensorMapEncodeTiled=other"), "", "tensor maps: false\n[GPU 0 (Fake)]\nerror: <nil>", none},
		{fake, "FAKE_FAIL=cuInit=100", "cuInit: CUDA_ERROR_NO_DEVICE (100): no CUDA-capable device is detected; see whether", noDevice},
		{fake, "FAKE_FAIL=cuInit=803", "cuInit: CUDA error 803; the library and the kernel's module are of different versions", none},
		{fake, "FAKE_FAIL=cuInit=999", "cuInit: CUDA error 999; see what nvidia-smi says", lost},
		{fake, "FAKE_VERSION=11080", "NVIDIA's driver is of CUDA 11.8, and 12.2 is needed: install driver 535 or newer", none},
		{fake, "FAKE_COUNT=-1", "counts -1 GPUs", none},
		{fake, "FAKE_FAIL=cuMemAlloc_v2=2", "cuMemAlloc on GPU 0 (Fake): CUDA_ERROR_OUT_OF_MEMORY (2): out of memory", noMemory},
		{fake, "FAKE_FAIL=cuMemAlloc_v2=719", "cuMemAlloc on GPU 0 (Fake): CUDA error 719", lost},
	} {
		got := child(t, "devices", t.TempDir(), "CUTPOINT_LIBCUDA="+c.library, c.environment)
		if !strings.Contains(got, c.want) || !strings.Contains(got, c.kind) {
			t.Errorf("%s %s: %s\nwant %q, %q", c.library, c.environment, got, c.want, c.kind)
		}
	}
}

func TestCurrentFolderIsNotSearched(t *testing.T) {
	folder := filepath.Dir(fakeDriver(t))
	if got := child(t, "devices", folder, "CUTPOINT_LIBCUDA=", "LD_LIBRARY_PATH="); strings.Contains(got, "Fake") {
		t.Errorf("a driver in the current folder was loaded: %q", got)
	}
}

// printCalls calls every function with arguments that are all different, and prints what the
// fake should record: the function's name in API and the arguments as 64-bit numbers.
func printCalls() {
	api, err := Load()
	if err != nil {
		fmt.Println(err)
		return
	}
	functions := reflect.ValueOf(api).Elem()
	memory := make([]TensorMap, 16)
	for i := range functions.NumField() {
		function := functions.Field(i)
		line := functions.Type().Field(i).Name
		arguments := make([]reflect.Value, function.Type().NumIn())
		for k := range arguments {
			var number uint64
			arguments[k], number = distinct(function.Type().In(k), k, unsafe.Pointer(&memory[k]))
			line += fmt.Sprintf(" %x", number)
		}
		if r := function.Call(arguments)[0].Int(); r != -7 {
			line += fmt.Sprintf(" and returned %d", r)
		}
		fmt.Println(line)
	}
}

// distinct returns argument k of a type, and what C receives: numbers that need all bits of
// their type, negative ones where it has them, and addresses.
func distinct(of reflect.Type, k int, memory unsafe.Pointer) (reflect.Value, uint64) {
	v := reflect.New(of).Elem()
	switch of.Kind() {
	case reflect.Pointer:
		return reflect.NewAt(of.Elem(), memory).Convert(of), uint64(uintptr(memory))
	case reflect.UnsafePointer:
		v.SetPointer(memory)
		return v, uint64(uintptr(memory))
	case reflect.Int32:
		v.SetInt(int64(-1000 - k))
		return v, uint64(v.Int())
	default:
		v.SetUint(0xfedcba9876543210>>(64-of.Bits()) + uint64(k))
		return v, v.Uint()
	}
}

func TestArgumentsArrive(t *testing.T) {
	log := filepath.Join(t.TempDir(), "log")
	want := child(t, "calls", t.TempDir(), "CUTPOINT_LIBCUDA="+fakeDriver(t), "FAKE_LOG="+log, "FAKE_FAIL=*=-7")
	recorded, err := os.ReadFile(log)
	if err != nil {
		t.Fatal(err)
	}
	calls, fields := strings.Split(string(recorded), "\n"), strings.Split(want, "\n")
	if len(calls) != len(fields) || len(calls)-1 != reflect.TypeFor[API]().NumField() {
		t.Fatalf("recorded\n%s\nwant\n%s", recorded, want)
	}
	for i, call := range calls {
		name, arguments, _ := strings.Cut(call, " ")
		field, wantArguments, _ := strings.Cut(fields[i], " ")
		if !strings.HasSuffix(strings.TrimSuffix(name, "_v2"), field) || arguments != wantArguments {
			t.Errorf("call %s\nwant %s", call, fields[i])
		}
	}
}

// useThreads works in eight threads while the collector runs.
func useThreads() {
	api, err := Load()
	if err != nil {
		fmt.Println(err)
		return
	}
	var group errgroup.Group
	for i := range 8 {
		group.Go(func() error {
			runtime.LockOSThread()
			for range 50 {
				if err := useThread(api, uint64(i+1)); err != nil {
					return err
				}
			}
			return nil
		})
	}
	done := make(chan error)
	go func() { done <- group.Wait() }()
	for {
		select {
		case err := <-done:
			fmt.Println("threads:", err)
			return
		default:
			runtime.GC()
		}
	}
}

// useThread sends an array to the fake, has add added to it and fetches it.
func useThread(api *API, add uint64) error {
	var stream Stream
	var module Module
	var p DevicePtr
	const count = 1000
	host := make([]uint64, count)
	for i := range host {
		host[i] = uint64(i)
	}
	array := &struct {
		words DevicePtr
		count uint64
	}{count: count}
	r := []Result{
		api.CtxSetCurrent(Context(add)),
		api.StreamCreate(&stream, StreamNonBlocking),
		api.ModuleLoadDataEx(&module, unsafe.Pointer(&host[0]), 0, nil, nil),
		api.MemAlloc(&p, count*8),
		api.MemcpyHtoDAsync(p, unsafe.Pointer(&host[0]), count*8, stream),
	}
	array.words = p
	params := []unsafe.Pointer{unsafe.Pointer(array), unsafe.Pointer(&add)}
	r = append(r, api.LaunchKernel(1, 1, 1, 1, 1, 1, 1, 0, stream, &params[0], nil),
		api.StreamSynchronize(stream),
		api.MemcpyDtoHAsync(unsafe.Pointer(&host[0]), p, count*8, stream),
		api.MemFree(p))
	for i, v := range r {
		if v != Success {
			return fmt.Errorf("call %d: %d", i, v)
		}
	}
	if stream != Stream(add) {
		return fmt.Errorf("context %d was current, not %d", stream, add)
	}
	for i, v := range host {
		if v != uint64(i)+add {
			return fmt.Errorf("word %d is %d, not %d", i, v, uint64(i)+add)
		}
	}
	return nil
}

func TestThreads(t *testing.T) {
	if got := child(t, "threads", t.TempDir(), "CUTPOINT_LIBCUDA="+fakeDriver(t)); got != "threads: <nil>\n" {
		t.Errorf("threads in the child: %q, want no error", got)
	}
}
