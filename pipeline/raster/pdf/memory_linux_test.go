package pdf

import (
	"context"
	"testing"
	"time"

	"cutpoint/pipeline/raster/pdf/fonts"
)

func mappedSandboxes() int {
	mapped.mutex.Lock()
	defer mapped.mutex.Unlock()
	return len(mapped.all)
}

// TestMemoryIsGivenBack: not before the sandbox has stopped, or the process would end.
func TestMemoryIsGivenBack(t *testing.T) {
	before := mappedSandboxes()
	f, err := Open(context.Background(), laughs(12), manyPages, 0, fonts.Set{})
	if err != nil {
		t.Fatal(err)
	}
	done := make(chan error)
	go func() {
		_, err := f.Decode(context.Background(), 0, 100, 100)
		done <- err
	}()
	time.Sleep(50 * time.Millisecond)
	if f.instance.memory == nil || mappedSandboxes() != before+1 {
		t.Fatalf("%d sandboxes, want one more than %d", mappedSandboxes(), before)
	}
	f.instance.close()
	if err := <-done; err == nil {
		t.Error("an endless page was drawn")
	}
	f.Close()
	if got := mappedSandboxes(); got != before {
		t.Errorf("%d sandboxes stayed", got-before)
	}
}

func TestMemoryGrowsWithoutMoving(t *testing.T) {
	m := new(memories)
	m.all = map[*memory]bool{}
	memory := m.Allocate(0, 8<<20).(*memory)
	defer memory.release()
	first := memory.Reallocate(64 << 10)
	first[0] = 7
	second := memory.Reallocate(7 << 20)
	second[len(second)-1] = 1
	if second[0] != 7 || m.of(second[5<<20:]) != memory || m.of(make([]byte, 1)) != nil {
		t.Error("the memory moved, or is not found")
	}
}
