// A CUDA driver that has one GPU in host memory; made by: cc -shared -fPIC -o libcuda.so.1 libcuda.c
//
// FAKE_LOG    a file that gets a line for each call: its name and its arguments in hexadecimal
// FAKE_FAIL   "cuMemAlloc_v2=2 cuInit=100": what calls return instead of doing anything; "*=5" is all calls
// FAKE_VERSION, FAKE_COUNT   what cuDriverGetVersion and cuDeviceGetCount report
#include <fcntl.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

typedef uint32_t u32;
typedef uint64_t u64;

static int failure(const char *name) {
  const char *all = getenv("FAKE_FAIL");
  for (const char *p = all; p && *p; p = strchr(p, ' ') ? strchr(p, ' ') + 1 : NULL) {
    size_t n = strcspn(p, "=");
    if ((n == 1 && *p == '*') || (n == strlen(name) && !strncmp(p, name, n))) return atoi(p + n + 1);
  }
  return 0;
}

static int call(const char *name, int n, const u64 *arguments) {
  const char *file = getenv("FAKE_LOG");
  if (file) {
    char line[512];
    int used = snprintf(line, sizeof line, "%s", name);
    for (int i = 0; i < n; i++) used += snprintf(line + used, sizeof line - used, " %llx", (unsigned long long)arguments[i]);
    line[used++] = '\n';
    int f = open(file, O_WRONLY | O_APPEND | O_CREAT, 0600);
    if (write(f, line, used) != used) abort();
    close(f);
  }
  return failure(name);
}

// CALL records the call and returns its failure, if it was told one.
#define CALL(...)                                                                            \
  do {                                                                                       \
    u64 arguments[] = {0, ##__VA_ARGS__};                                                    \
    int r = call(__func__, sizeof arguments / sizeof *arguments - 1, arguments + 1);         \
    if (r) return r;                                                                         \
  } while (0)
#define P(pointer) ((u64)(uintptr_t)(pointer))

static int number(const char *name, int otherwise) { return getenv(name) ? atoi(getenv(name)) : otherwise; }

int cuInit(u32 flags) { CALL(flags); return 0; }
int cuDriverGetVersion(int *version) { CALL(P(version)); *version = number("FAKE_VERSION", 12020); return 0; }

static int explain(int r, const char **text, const char *none, const char *memory) {
  *text = r == 100 ? none : r == 2 ? memory : NULL;
  return *text ? 0 : 1;
}
int cuGetErrorName(int r, const char **text) { CALL(r, P(text)); return explain(r, text, "CUDA_ERROR_NO_DEVICE", "CUDA_ERROR_OUT_OF_MEMORY"); }
int cuGetErrorString(int r, const char **text) { CALL(r, P(text)); return explain(r, text, "no CUDA-capable device is detected", "out of memory"); }

int cuDeviceGetCount(int *count) { CALL(P(count)); *count = number("FAKE_COUNT", 1); return 0; }
int cuDeviceGet(int *device, int ordinal) { CALL(P(device), ordinal); *device = ordinal; return 0; }
int cuDeviceGetName(char *name, int length, int device) { CALL(P(name), length, device); strncpy(name, "Fake", length); return 0; }
int cuDeviceGetAttribute(int *value, int attribute, int device) { CALL(P(value), attribute, device); *value = attribute; return 0; }
int cuDeviceTotalMem_v2(u64 *bytes, int device) { CALL(P(bytes), device); *bytes = 80ull << 30; return 0; }

// A context is a number, current to a thread; streams are named after theirs.
static __thread u64 current;
int cuDevicePrimaryCtxRetain(u64 *context, int device) { CALL(P(context), device); *context = 1; return 0; }
int cuDevicePrimaryCtxRelease_v2(int device) { CALL(device); return 0; }
int cuCtxSetCurrent(u64 context) { CALL(context); current = context; return 0; }
int cuCtxSynchronize(void) { CALL(); return 0; }

// The real driver compiles here, and takes as much of the stack.
int cuModuleLoadDataEx(u64 *module, const void *image, u32 options, int *names, u64 *values) {
  CALL(P(module), P(image), options, P(names), P(values));
  volatile char stack[1 << 20];
  for (size_t i = 0; i < sizeof stack; i += 4096) stack[i] = 1;
  *module = stack[0];
  return 0;
}
int cuModuleUnload(u64 module) { CALL(module); return 0; }
int cuModuleGetFunction(u64 *function, u64 module, const char *name) { CALL(P(function), module, P(name)); *function = 1; return 0; }
int cuFuncSetAttribute(u64 function, int attribute, int value) { CALL(function, attribute, value); return 0; }

int cuMemGetInfo_v2(u64 *free, u64 *total) { CALL(P(free), P(total)); *free = *total = 80ull << 30; return 0; }
int cuMemAlloc_v2(u64 *p, u64 bytes) { CALL(P(p), bytes); *p = P(malloc(bytes)); return 0; }
int cuMemFree_v2(u64 p) { CALL(p); free((void *)p); return 0; }
int cuMemHostAlloc(void **p, u64 bytes, u32 flags) { CALL(P(p), bytes, flags); *p = malloc(bytes); return 0; }
int cuMemFreeHost(void *p) { CALL(P(p)); free(p); return 0; }

int cuMemcpyHtoDAsync_v2(u64 to, const void *from, u64 bytes, u64 stream) { CALL(to, P(from), bytes, stream); memcpy((void *)to, from, bytes); return 0; }
int cuMemcpyDtoHAsync_v2(void *to, u64 from, u64 bytes, u64 stream) { CALL(P(to), from, bytes, stream); memcpy(to, (void *)from, bytes); return 0; }
int cuMemsetD8Async(u64 to, unsigned char value, u64 bytes, u64 stream) { CALL(to, value, bytes, stream); memset((void *)to, value, bytes); return 0; }

int cuStreamCreate(u64 *stream, u32 flags) { CALL(P(stream), flags); *stream = current; return 0; }
int cuStreamDestroy_v2(u64 stream) { CALL(stream); return 0; }
int cuStreamSynchronize(u64 stream) { CALL(stream); usleep(100); return 0; }
int cuStreamWaitEvent(u64 stream, u64 event, u32 flags) { CALL(stream, event, flags); return 0; }
int cuEventCreate(u64 *event, u32 flags) { CALL(P(event), flags); *event = 1; return 0; }
int cuEventDestroy_v2(u64 event) { CALL(event); return 0; }
int cuEventRecord(u64 event, u64 stream) { CALL(event, stream); return 0; }
int cuEventSynchronize(u64 event) { CALL(event); return 0; }
int cuEventElapsedTime(float *milliseconds, u64 start, u64 end) { CALL(P(milliseconds), start, end); *milliseconds = 1.5f; return 0; }

// The only kernel adds a number to the words of an array.
int cuLaunchKernel(u64 f, u32 gx, u32 gy, u32 gz, u32 bx, u32 by, u32 bz, u32 shared, u64 stream, void **params, void **extra) {
  CALL(f, gx, gy, gz, bx, by, bz, shared, stream, P(params), P(extra));
  struct { u64 *words, count; } *array = params[0];
  for (u64 i = 0; i < array->count; i++) array->words[i] += *(u64 *)params[1];
  return 0;
}

int cuTensorMapEncodeTiled(void *map, u32 type, u32 rank, void *address, const u64 *dims, const u64 *strides, const u32 *box,
                           const u32 *steps, int interleave, int swizzle, int promotion, int fill) {
  CALL(P(map), type, rank, P(address), P(dims), P(strides), P(box), P(steps), interleave, swizzle, promotion, fill);
  return 0;
}
