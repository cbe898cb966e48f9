package storage

import (
	"crypto/sha256"
	"encoding/binary"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"io/fs"
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

	"edged/processtest"
)

// What reading a file may allocate in all, and how long it may compute.
const (
	memoryFactor = 4
	memoryFloor  = 64 << 20
	maxReading   = time.Second // of the processor's time
)

// TestMemoryLimit reads damaged models of every form in a process whose memory
// is limited: none makes it allocate more than four times the model and 64 MB,
// take longer than a second, or die.
func TestMemoryLimit(t *testing.T) {
	if processtest.Emulator() != nil {
		return // the memory would be the emulator's
	}
	if os.Getenv("EDGED_TEST_LIMITED") == "" {
		command := exec.Command(os.Args[0], "-test.run=^TestMemoryLimit$", "-test.v")
		command.Env = append(os.Environ(), "EDGED_TEST_LIMITED=1")
		out, err := command.CombinedOutput()
		if err != nil || !strings.Contains(string(out), "models were read") {
			t.Errorf("%v\n%s", err, out[max(0, len(out)-4000):])
		}
		return
	}
	limitMemory(t)
	count, folder := 0, t.TempDir()
	for _, form := range forms(t) {
		for _, file := range form.files {
			data, err := os.ReadFile(filepath.Join(form.path, file))
			if err != nil {
				t.Fatal(err)
			}
			for what, spoilt := range spoil(data, 150/len(form.files)) {
				count++
				path := filepath.Join(folder, filepath.Base(form.path))
				form.place(t, path, file, spoilt)
				readLimited(t, path, form.name+", "+file+", "+what, form.size+int64(len(spoilt)-len(data)))
				if err := os.RemoveAll(path); err != nil {
					t.Fatal(err)
				}
			}
		}
	}
	t.Logf("%d models were read", count)
}

// form is a model in one of the forms that are read.
type form struct {
	name, path string
	files      []string // that are spoilt, in the directory; "" is the model itself
	size       int64
}

// forms are the models that are spoilt.
func forms(t *testing.T) []form {
	t.Helper()
	own := filepath.Join(t.TempDir(), "own")
	m, err := Load(reference+"/mlp/keras3.keras", LoadOptions{})
	if err != nil {
		t.Fatal(err)
	}
	if err := Commit(own, m, CommitOptions{}); err != nil {
		t.Fatal(err)
	}
	list := []form{
		{path: reference + "/mlp/savedmodel", files: []string{"keras_metadata.pb", "saved_model.pb", "variables/variables.index", "variables/variables.data-00000-of-00001"}},
		{path: own, files: []string{"model.json", "weights.safetensors", "MANIFEST.json", "labels.txt"}},
	}
	for _, name := range []string{"keras2.h5", "keras3.h5", "keras3.keras", "float32.tflite", "model.onnx"} {
		list = append(list, form{path: reference + "/mlp/" + name, files: []string{""}})
	}
	for i := range list {
		f := &list[i]
		f.name = filepath.Base(f.path)
		err := filepath.WalkDir(f.path, func(path string, entry fs.DirEntry, err error) error {
			if err != nil || entry.IsDir() {
				return err
			}
			info, err := entry.Info()
			f.size += info.Size()
			return err
		})
		if err != nil {
			t.Fatal(err)
		}
	}
	return list
}

// place writes the model to path with one file spoilt. A manifest is made to
// agree, as who means harm would.
func (f form) place(t *testing.T, path, file string, spoilt []byte) {
	t.Helper()
	if file == "" {
		if err := os.WriteFile(path, spoilt, 0o666); err != nil {
			t.Fatal(err)
		}
		return
	}
	if err := os.CopyFS(path, os.DirFS(f.path)); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(filepath.Join(path, file), spoilt, 0o666); err != nil {
		t.Fatal(err)
	}
	listing := filepath.Join(path, manifestName)
	data, err := os.ReadFile(listing)
	if err != nil || file == manifestName {
		return
	}
	var all manifest
	if err := json.Unmarshal(data, &all); err != nil {
		t.Fatal(err)
	}
	for i := range all.Files {
		if all.Files[i].Name == file {
			sum := sha256.Sum256(spoilt)
			all.Files[i].Size, all.Files[i].SHA256 = int64(len(spoilt)), hex.EncodeToString(sum[:])
		}
	}
	if data, err = json.Marshal(all); err == nil {
		err = os.WriteFile(listing, data, 0o666)
	}
	if err != nil {
		t.Fatal(err)
	}
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
		t.Errorf("%s: %d bytes were allocated for %d", what, n, size)
	}
	if took > maxReading {
		t.Errorf("%s: it took %v", what, took)
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
func spoil(data []byte, times int) map[string][]byte {
	random := rand.New(rand.NewPCG(uint64(len(data)), 3))
	all := map[string][]byte{}
	change := func(name string, do func(b []byte)) {
		b := append([]byte(nil), data...)
		do(b)
		all[name] = b
	}
	for range min(times, len(data)/4) {
		at := random.IntN(max(1, len(data)-8))
		if len(data) < 16 {
			break
		}
		change(fmt.Sprint("bit in byte ", at), func(b []byte) { b[at] ^= 1 << (at % 8) })
		change(fmt.Sprint("huge number at ", at), func(b []byte) { binary.LittleEndian.PutUint64(b[at:], 1<<40) })
		change(fmt.Sprint("all ones at ", at&^7), func(b []byte) { binary.LittleEndian.PutUint64(b[at&^7:], 1<<64-1) })
		change(fmt.Sprint("another address at ", at&^7), func(b []byte) { binary.LittleEndian.PutUint64(b[at&^7:], uint64(random.IntN(len(data)))) })
	}
	for at := 8; at < min(96, len(data)); at++ {
		change(fmt.Sprint("header byte ", at), func(b []byte) { b[at] ^= 0xff })
	}
	for size := 1; size < len(data); size *= 2 {
		all[fmt.Sprint("cut to ", size)] = data[:size]
	}
	return all
}
