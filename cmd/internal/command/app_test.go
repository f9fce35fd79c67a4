package command

import (
	"bufio"
	"os"
	"os/exec"
	"os/signal"
	"syscall"
	"testing"
	"time"
)

// TestHangup: a terminal that closes, which may say so more than once, ends a run gently.
func TestHangup(t *testing.T) {
	calls := make(chan bool, 9)
	defer OnInterrupt(func() { calls <- true })()
	for range 3 {
		if err := syscall.Kill(os.Getpid(), syscall.SIGHUP); err != nil {
			t.Fatal(err)
		}
		time.Sleep(50 * time.Millisecond)
	}
	if len(calls) != 1 {
		t.Errorf("after three hangups the run was asked %d times to end, want once", len(calls))
	}
}

// TestSignals: the second Ctrl-C ends the program at once, whether or not the terminal was
// closed in between, and under nohup a closed terminal is nothing.
func TestSignals(t *testing.T) {
	const mode = "CUTPOINT_TEST_SIGNALS"
	if os.Getenv(mode) != "" {
		if os.Getenv(mode) == "nohup" {
			signal.Ignore(syscall.SIGHUP)
		}
		defer OnInterrupt(func() { os.Stdout.WriteString("gently\n") })()
		os.Stdout.WriteString("ready\n")
		time.Sleep(time.Minute)
		return
	}
	const hup, term, interrupt = syscall.SIGHUP, syscall.SIGTERM, syscall.SIGINT
	for _, c := range []struct {
		mode    string
		signals []syscall.Signal
	}{
		{"plain", []syscall.Signal{interrupt, term}},
		{"plain", []syscall.Signal{hup, hup, term, hup, interrupt}},
		{"nohup", []syscall.Signal{hup, term, interrupt}},
	} {
		child := exec.Command(os.Args[0], "-test.run=^TestSignals$")
		child.Env = append(os.Environ(), mode+"="+c.mode)
		out, err := child.StdoutPipe()
		if err != nil {
			t.Fatal(err)
		}
		if err := child.Start(); err != nil {
			t.Fatal(err)
		}
		lines := bufio.NewScanner(out)
		lines.Scan() // ready
		for _, s := range c.signals {
			if err := child.Process.Signal(s); err != nil {
				t.Errorf("%s, %v: %v ended it", c.mode, c.signals, s)
			}
			time.Sleep(100 * time.Millisecond)
		}
		gently := 0
		for lines.Scan() {
			gently++
		}
		child.Wait()
		if code := child.ProcessState.ExitCode(); code != Interrupted || gently != 1 {
			t.Errorf("%s, %v: exit code %d, asked %d times; want %d, once", c.mode, c.signals, code, gently, Interrupted)
		}
	}
}
