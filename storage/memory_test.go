package storage

import (
	"encoding/binary"
	"fmt"
	"math/rand/v2"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"runtime/debug"
	"strings"
	"syscall"
	"testing"
	"time"
)

// What reading a file may allocate in all, and how long it may compute.
const (
	memoryFactor = 4
	memoryFloor  = 64 << 20
	maxReading   = time.Second // of the processor's time
)

// TestMemoryLimit reads damaged files of every single-file form in a process
// whose memory is limited: none makes it allocate more than four times the file
// and 64 MB, take longer than a second, or die.
func TestMemoryLimit(t *testing.T) {
	if emulator() != nil {
		return // the memory would be the emulator's
	}
	if os.Getenv("EDGED_TEST_LIMITED") == "" {
		command := exec.Command(os.Args[0], "-test.run=^TestMemoryLimit$", "-test.v")
		command.Env = append(os.Environ(), "EDGED_TEST_LIMITED=1")
		out, err := command.CombinedOutput()
		if err != nil || !strings.Contains(string(out), "files were read") {
			t.Errorf("%v\n%s", err, out[max(0, len(out)-4000):])
		}
		return
	}
	limitMemory(t)
	count := 0
	for _, name := range []string{"keras2.h5", "keras3.h5", "keras3.keras", "float32.tflite"} {
		data, err := os.ReadFile(reference + "/mlp/" + name)
		if err != nil {
			t.Fatal(err)
		}
		path := filepath.Join(t.TempDir(), name)
		for what, spoilt := range spoil(data) {
			if err := os.WriteFile(path, spoilt, 0o666); err != nil {
				t.Fatal(err)
			}
			readLimited(t, path, what, int64(len(spoilt)))
			count++
		}
	}
	t.Logf("%d files were read", count)
}

// limitMemory bounds the address space of this process to what it has and what
// a reader may take. The runtime reserves 64 MB at a time.
func limitMemory(t *testing.T) {
	t.Helper()
	text, err := os.ReadFile("/proc/self/statm")
	if err != nil {
		t.Fatal(err)
	}
	var pages uint64
	if _, err := fmt.Sscan(string(text), &pages); err != nil {
		t.Fatal(err)
	}
	limit := pages*uint64(os.Getpagesize()) + 2*memoryFloor + 64<<20
	if err := syscall.Setrlimit(syscall.RLIMIT_AS, &syscall.Rlimit{Cur: limit, Max: limit}); err != nil {
		t.Fatal(err)
	}
	debug.SetMemoryLimit(2 * memoryFloor)
}

func readLimited(t *testing.T, path, what string, size int64) {
	t.Helper()
	var before, after runtime.MemStats
	runtime.ReadMemStats(&before)
	start := computed(t)
	_, _ = Load(path, LoadOptions{})
	took := computed(t) - start
	runtime.ReadMemStats(&after)
	if n := int64(after.TotalAlloc - before.TotalAlloc); n > memoryFactor*size+memoryFloor {
		t.Errorf("%s, %s: %d bytes were allocated for %d", filepath.Base(path), what, n, size)
	}
	if took > maxReading {
		t.Errorf("%s, %s: it took %v", filepath.Base(path), what, took)
	}
}

// computed is how long this process has computed.
func computed(t *testing.T) time.Duration {
	t.Helper()
	var use syscall.Rusage
	if err := syscall.Getrusage(syscall.RUSAGE_SELF, &use); err != nil {
		t.Fatal(err)
	}
	return time.Duration(use.Utime.Nano() + use.Stime.Nano())
}

// spoil changes a file in many ways, the same each time.
func spoil(data []byte) map[string][]byte {
	random := rand.New(rand.NewPCG(uint64(len(data)), 3))
	all := map[string][]byte{}
	change := func(name string, do func(b []byte)) {
		b := append([]byte(nil), data...)
		do(b)
		all[name] = b
	}
	for range 150 {
		at := random.IntN(len(data) - 8)
		change(fmt.Sprint("bit in byte ", at), func(b []byte) { b[at] ^= 1 << (at % 8) })
		change(fmt.Sprint("huge number at ", at), func(b []byte) { binary.LittleEndian.PutUint64(b[at:], 1<<40) })
		change(fmt.Sprint("all ones at ", at&^7), func(b []byte) { binary.LittleEndian.PutUint64(b[at&^7:], 1<<64-1) })
		change(fmt.Sprint("another address at ", at&^7), func(b []byte) { binary.LittleEndian.PutUint64(b[at&^7:], uint64(random.IntN(len(data)))) })
	}
	for at := 8; at < 96; at++ {
		change(fmt.Sprint("header byte ", at), func(b []byte) { b[at] ^= 0xff })
	}
	for size := 1; size < len(data); size *= 2 {
		all[fmt.Sprint("cut to ", size)] = data[:size]
	}
	return all
}
