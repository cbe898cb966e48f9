package main

import (
	"errors"
	testflag "flag"
	"fmt"
	"math/rand/v2"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"syscall"
	"testing"
	"time"

	"edged/capture/capturetest"
	"edged/processtest"
	"edged/storage"
	"edged/storage/picture"
)

// How long the tests of endurance go on; more by a flag.
var (
	endure = testflag.Duration("endure", 6*time.Second, "how long TestEndurance and TestWritesLittle go on")
	flood  = testflag.Int("flood", 300, "how many labels TestFlood sends, a thousand a second")
	noise  = testflag.Int("noise", 200_000, "how many bytes of noise TestFlood sends before")
	kills  = testflag.Int("kills", 3, "how many fits TestKilledFits kills")
)

// slow is the limit after which a camera counts as stalled where its labels must be
// taken, however busy the machine is.
const slow = "30s"

// hostile are names that a label may not have, as an attacker or a broken scanner
// sends them, and some that only look bad.
var hostile = []string{
	"../up", "..", ".", "/etc/passwd", "a/b", `a\b`, ".hidden", "log.jsonl/x", "\x00", "a\x00b", "\x1b[2J", "\xff\xfe", "a\u2028b",
	strings.Repeat("x", 65), strings.Repeat("é", 64), strings.Repeat("x", 290), "$(reboot)", "`id`", "; rm -rf *", "%s%n", "-rf", "~root", "*", "|", "\"'",
	"CON", "nul.jpg", "log.jsonl", "NaN", "null", "ok", "error", "\U0001F600", "\u202eexe", "e\u0301",
}

// tree lists all that is below a folder but not in one of the folders left out.
func tree(t *testing.T, root string, except ...string) string {
	t.Helper()
	var out strings.Builder
	err := filepath.WalkDir(root, func(path string, d os.DirEntry, err error) error {
		if err != nil {
			return err
		}
		if slices.Contains(except, path) {
			return filepath.SkipDir
		}
		info, err := d.Info()
		if err == nil && !d.IsDir() && d.Type().IsRegular() {
			fmt.Fprintln(&out, path, info.Size())
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return out.String()
}

// TestFlood sends noise, then a thousand labels a second as far as the port takes
// them, good names and hostile ones. What was acknowledged is there, nothing else was touched, and
// predictions went on.
func TestFlood(t *testing.T) {
	root := t.TempDir()
	state, captures := filepath.Join(root, "state"), filepath.Join(root, "captures")
	if err := os.MkdirAll(filepath.Join(state, "models"), 0o755); err != nil {
		t.Fatal(err)
	}
	copyModel(t, state, "digits")
	link := filepath.Join(t.TempDir(), "scanner")
	far := capturetest.Plug(t, link)
	d := startDaemon(t, slow, fmt.Sprintf("[captures]\nfolder = %q\nmin_free = \"1MB\"\n[labels]\nframes = 1\ndelay = \"0s\"\nwindow = \"10s\"\ndebounce = \"0s\"\n[fit]\nafter = 0\n[[labels.port]]\npath = %q\n", captures, link), state, camera(t, showLoop))
	d.until("the port", inState("port", "open"))
	d.until("prediction", predicted)
	before := tree(t, root, captures)
	first := d.status().Frames

	names, number, least := *flood, *noise, 5
	if processtest.Emulator() != nil { // most labels are too late for their frames
		names, number, least = min(names, 30), min(number, 10_000), 1
	}
	sent, answered := make(chan error, 1), make(chan struct{})
	go func() {
		random := rand.New(rand.NewPCG(1, 2))
		bytes := make([]byte, number)
		for i := range bytes {
			bytes[i] = byte(random.Uint32())
		}
		if _, err := far.Write(append(bytes, '\n')); err != nil {
			sent <- err
			return
		}
		tick := time.NewTicker(time.Millisecond)
		defer tick.Stop()
		for i := range names {
			name := fmt.Sprintf("part-%d", random.IntN(40))
			if i%4 == 3 {
				name = hostile[i/4%len(hostile)]
			}
			<-tick.C
			if _, err := far.WriteString("label:" + name + "\n"); err != nil {
				sent <- err
				return
			}
		}
		again := time.NewTicker(time.Second)
		defer again.Stop()
		for { // answers are dropped that the port does not take
			if _, err := far.WriteString("status\n"); err != nil {
				sent <- err
				return
			}
			select {
			case <-answered:
				sent <- nil
				return
			case <-again.C:
			}
		}
	}()
	begin, acknowledged := time.Now(), map[string]int{}
	for answer := ""; !strings.HasPrefix(answer, "ok status"); answer = far.Answer(t) {
		if words := strings.Fields(answer); len(words) > 2 && words[0] == "ok" {
			label := strings.TrimSuffix(strings.TrimPrefix(answer, "ok "), " "+words[len(words)-1])
			acknowledged[label]++
		}
	}
	close(answered)
	if err := <-sent; err != nil {
		t.Fatal(err)
	}
	last := d.status().Frames
	t.Logf("%d bytes of noise and %d labels took %v; %d frames came meanwhile, %d were predicted", number, names, time.Since(begin), last.Received-first.Received, last.Predicted-first.Predicted)
	if last.Predicted == first.Predicted {
		t.Error("no frame was predicted meanwhile")
	}
	if after := tree(t, root, captures); after != before {
		t.Errorf("outside the captures there was\n%s\nand is\n%s", before, after)
	}
	d.stop()
	kept := map[string]int{}
	for _, p := range capturesIn(t, captures) {
		kept[p.Label]++
		if _, err := os.Stat(filepath.Join(captures, p.Path())); err != nil {
			t.Error(err)
		}
	}
	for label, n := range acknowledged {
		if kept[label] < n {
			t.Errorf("%d captures of %q were acknowledged and %d are there", n, label, kept[label])
		}
	}
	if len(acknowledged) < least {
		t.Errorf("only %v were acknowledged", acknowledged)
	}
}

// capturesIn lists captures in a folder of their own.
func capturesIn(t *testing.T, folder string) []storage.Capture {
	t.Helper()
	c, err := storage.OpenCaptures(storage.CapturesOptions{Folder: folder})
	if err != nil {
		t.Fatal(err)
	}
	defer c.Close()
	return c.List()
}

// disk makes a small file system and returns where it is mounted.
func disk(t *testing.T, size string) string {
	t.Helper()
	image, folder := filepath.Join(t.TempDir(), "disk"), filepath.Join(t.TempDir(), "mounted")
	if err := os.Mkdir(folder, 0o755); err != nil {
		t.Fatal(err)
	}
	for _, line := range []string{"truncate -s " + size + " " + image, "mkfs.ext4 -q -m 0 " + image, "mount -o loop,errors=remount-ro " + image + " " + folder} {
		words := strings.Fields(line)
		if out, err := exec.Command(words[0], words[1:]...).CombinedOutput(); err != nil {
			t.Fatalf("%s: %v: %s (this test needs root, loop devices and the package e2fsprogs)", line, err, out)
		}
	}
	t.Cleanup(func() {
		if out, err := exec.Command("umount", folder).CombinedOutput(); err != nil {
			t.Errorf("umount: %v: %s", err, out)
		}
	})
	return folder
}

// fill writes a file until its disk has no room for a block, also when all that
// waits to be written has found its place.
func fill(t *testing.T, path string) {
	t.Helper()
	f, err := os.Create(path)
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	for block := make([]byte, 1<<20); len(block) > 0; {
		if _, err = f.Write(block); err == nil {
			continue
		}
		if !errors.Is(err, syscall.ENOSPC) {
			t.Fatalf("the disk is not full: %v", err)
		}
		if err := f.Sync(); err != nil {
			t.Fatal(err)
		}
		block = block[:len(block)/16]
	}
}

// TestDiskThatFillsAndFails fills the captures' disk, makes room, and turns the
// disk read-only as an error of the disk does. Labels are refused with the reason,
// what was acknowledged is there, and predictions go on.
func TestDiskThatFillsAndFails(t *testing.T) {
	mounted := disk(t, "8M")
	captures, filler := filepath.Join(mounted, "captures"), filepath.Join(mounted, "filler")
	state := stateWith(t, "digits")
	d := startDaemon(t, slow, fmt.Sprintf("[captures]\nfolder = %q\nmin_free = \"0B\"\n[labels]\nframes = 1\ndelay = \"0s\"\nwindow = \"10s\"\ndebounce = \"0s\"\n[events]\noutput = %q\n[fit]\nafter = 0\n",
		captures, filepath.Join(mounted, "events.jsonl")), state, camera(t, showLoop))
	acknowledged := 0
	label := func() error {
		_, err := d.client().Carry(t.Context(), "label:nut")
		if err == nil {
			acknowledged++
		}
		return err
	}
	goesOn := func() {
		t.Helper()
		first := d.status().Frames.Predicted
		eventually(t, "predictions go on", func() bool { return d.status().Frames.Predicted > first+3 })
	}
	eventually(t, "labels are taken", func() bool { return label() == nil })
	fill(t, filler)
	var err error
	eventually(t, "a label is refused", func() bool { err = label(); return err != nil })
	if !strings.Contains(err.Error(), "there is no room for captures") || !strings.Contains(err.Error(), "remove captures") {
		t.Errorf("got %v", err)
	}
	goesOn()
	eventually(t, "events that find no room are counted", func() bool { return d.status().Sinks[0].Failed > 0 })
	if err := os.Remove(filler); err != nil {
		t.Fatal(err)
	}
	if err := label(); err != nil {
		t.Errorf("with room again: %v", err)
	}
	if out, err := exec.Command("mount", "-o", "remount,abort", mounted).CombinedOutput(); err != nil {
		t.Fatalf("%v: %s", err, out)
	}
	if err := label(); err == nil || !strings.Contains(err.Error(), "read-only file system") {
		t.Errorf("on a disk that is read-only: got %v", err)
	}
	goesOn()
	d.stop()
	pictures, err := filepath.Glob(filepath.Join(captures, "nut", "*.jpg"))
	if err != nil {
		t.Fatal(err)
	}
	lines := strings.Count(read(t, filepath.Join(captures, "log.jsonl")), "\n")
	if len(pictures) < acknowledged || lines < acknowledged {
		t.Errorf("%d captures were acknowledged; %d pictures and %d lines are there", acknowledged, len(pictures), lines)
	}
	for _, path := range pictures {
		if _, err := picture.Read(path); err != nil {
			t.Error(err)
		}
	}
}

// TestKilledFits kills fits at random moments. Each is told as failed with the
// reason, unless it was done already; nothing is left of it, predictions go on, and the
// next fit works.
func TestKilledFits(t *testing.T) {
	state := taught(t)
	more := fmt.Sprintf("[fit]\nafter = 0\nprogram = %q\nthreads = 1\nshadow = \"0s\"\n", fitter(t))
	d := runDaemonConfigured(t, more, state, camera(t, showLoop))
	d.until("prediction", by("first"))
	ended := func() event {
		t.Helper()
		events := d.until("the end of the fit", func(e event) bool {
			return e.Event == "fit" && e.State != "started" && e.State != "running"
		})
		return events[len(events)-1]
	}
	d.carry("fit")
	begin := time.Now()
	if end := ended(); end.State != "committed" {
		t.Fatalf("got %+v", end)
	}
	takes := time.Since(begin)
	random := rand.New(rand.NewPCG(3, 4))
	failed := 0
	number := *kills
	if processtest.Emulator() != nil {
		number = 1
	}
	for range number {
		camera := d.children()
		d.carry("fit")
		d.until("the start of the fit", inState("fit", "started"))
		begin := time.Now()
		<-time.After(time.Duration(random.Int64N(int64(takes)))) // the random moment
		for _, pid := range d.children() {
			if !slices.Contains(camera, pid) {
				_ = syscall.Kill(-pid, syscall.SIGKILL) // it may be done already
			}
		}
		switch end := ended(); {
		case end.State == "failed" && strings.Contains(end.Reason, "killed"):
			failed++
		case end.State == "failed":
			t.Errorf("got %+v", end)
		default:
			takes = min(takes, time.Since(begin))
		}
		d.until("prediction", predicted)
		left, err := filepath.Glob(filepath.Join(state, "models", ".*"))
		if err != nil || len(left) > 0 {
			t.Errorf("%v were left, %v", left, err)
		}
	}
	t.Logf("%d of %d fits were killed before they were done", failed, number)
	d.carry("fit")
	if end := ended(); end.State == "failed" {
		t.Errorf("after all the kills: got %+v", end)
	}
	d.stop()
}

// taught is a state with a model "first" that knows stripes, and captures of
// spots besides.
func taught(t *testing.T) string {
	t.Helper()
	state, lessons, captures := t.TempDir(), t.TempDir(), t.TempDir()
	config := filepath.Join(t.TempDir(), "config.json")
	if err := os.WriteFile(config, []byte(smallNetwork), 0o644); err != nil {
		t.Fatal(err)
	}
	patterns(t, lessons, 16, 0)
	first := filepath.Join(state, "models", "first")
	if got := edged(t, "fit", "--train", lessons, "--arch", config, "--epochs", "8", "--batch-size", "8", "--learning-rate", "0.01", "--out", first); got.status != 0 {
		t.Fatal(got)
	}
	patterns(t, captures, 30, 20)
	if got := edged(t, "captures", "import", captures, "--state", state); got.status != 0 {
		t.Fatal(got)
	}
	return state
}

// use is what a daemon takes of its machine.
type use struct {
	resident               int64
	goroutines, files, fds int
}

func (d *running) use() use {
	d.t.Helper()
	s := d.status()
	fds, err := os.ReadDir(fmt.Sprintf("/proc/%d/fd", s.PID))
	if err != nil {
		d.t.Fatal(err)
	}
	entries, err := os.ReadDir(filepath.Join(d.state, "models"))
	if err != nil {
		d.t.Fatal(err)
	}
	return use{s.RSS, s.Goroutines, len(entries), len(fds)}
}

// awaitPredictions waits for a daemon whose events go to a file.
func (d *running) awaitPredictions(n uint64) {
	d.t.Helper()
	eventually(d.t, "predictions", func() bool {
		s, err := d.client().Status(d.t.Context())
		return err == nil && s.Frames.Predicted >= n
	})
}

// TestEndurance runs frames ten times as fast, labels, fits and swaps as fast as
// they come. What the daemon takes of its machine after a third of the time is
// what it takes in the end.
func TestEndurance(t *testing.T) {
	if processtest.Emulator() != nil {
		return // memory and descriptors would be the emulator's
	}
	state := taught(t)
	more := fmt.Sprintf("keep = 3\n[captures]\nmax_per_label = 60\n[labels]\nframes = 1\ndelay = \"0s\"\nwindow = \"10s\"\ndebounce = \"0s\"\n"+
		"[events]\noutput = %q\nlimit = \"200kB\"\nkeep = 2\n[fit]\nafter = 0\nprogram = %q\nthreads = 1\nshadow = \"1s\"\n",
		filepath.Join(t.TempDir(), "events.jsonl"), fitter(t))
	d := startDaemon(t, slow, more, state, camera(t, showFast))
	d.awaitPredictions(1)
	names := []string{"across", "along", "spots"}
	var third use
	begin := time.Now()
	labels, copies, orders := 0, 0, 0
	for time.Since(begin) < *endure {
		for range 20 {
			if _, err := d.client().Carry(t.Context(), "label:"+names[labels%3]); err != nil {
				t.Fatal(err)
			}
			labels++
		}
		if _, err := d.client().Carry(t.Context(), "fit"); err == nil {
			orders++
		}
		name := storage.VersionName(time.Now())
		copyModelAs(t, filepath.Join(state, "models", "first"), state, name)
		copies++
		eventually(t, "the copy serves", func() bool {
			for _, m := range d.status().Models {
				if m.Name == name && m.Arrived != nil {
					return true
				}
			}
			return false
		})
		if third == (use{}) && time.Since(begin) > *endure/3 {
			third = d.use()
		}
	}
	last, status := d.use(), d.status()
	t.Logf("%d frames, %d labels, %d fits, %d copies in %v: %+v after a third, %+v in the end", status.Frames.Predicted, labels, orders, copies, time.Since(begin).Round(time.Second), third, last)
	if last.resident > third.resident+third.resident/4+(8<<20) {
		t.Errorf("memory grew from %d to %d", third.resident, last.resident)
	}
	for what, grew := range map[string]int{"goroutines": last.goroutines - third.goroutines, "models": last.files - third.files, "descriptors": last.fds - third.fds} {
		if grew > 6 { // a fit, a copy and a request may be under way
			t.Errorf("%d more %s: %+v, %+v", grew, what, third, last)
		}
	}
	if n := status.Captures.Count; n > 3*60+70 { // what was imported is more than the limit until its label comes
		t.Errorf("%d captures are kept", n)
	}
	d.stop()
}

func copyModelAs(t *testing.T, from, state, name string) {
	t.Helper()
	if out, err := exec.Command("cp", "-r", from, filepath.Join(state, "models", name)).CombinedOutput(); err != nil {
		t.Fatalf("%v: %s", err, out)
	}
}

// maxWritten is how much of the card a day without labels may write, in bytes.
const maxWritten = 5_000_000

// TestWritesLittle counts what a daemon writes whose camera shows one scene, with
// changes of the result told to a file.
func TestWritesLittle(t *testing.T) {
	if processtest.Emulator() != nil {
		return // the emulator writes, too
	}
	d := runDaemonConfigured(t, fmt.Sprintf("[events]\nmode = \"changes\"\noutput = %q\n", filepath.Join(t.TempDir(), "events.jsonl")), stateWith(t, "digits"), camera(t, showStill))
	d.awaitPredictions(30)
	written := func() int {
		for line := range strings.Lines(read(t, fmt.Sprintf("/proc/%d/io", d.command.Process.Pid))) {
			if number, ok := strings.CutPrefix(line, "wchar: "); ok {
				n, err := strconv.Atoi(strings.TrimSpace(number))
				if err != nil {
					t.Fatal(err)
				}
				return n
			}
		}
		t.Fatal("the kernel does not tell what is written")
		return 0
	}
	begin, first := time.Now(), written()
	<-time.After(*endure)
	bytes := written() - first // with what goes to sockets: an upper bound
	day := float64(bytes) * float64(24*time.Hour) / float64(time.Since(begin))
	t.Logf("%d bytes in %v: %.2f MB a day", bytes, time.Since(begin).Round(time.Second), day/1e6)
	if day > maxWritten {
		t.Errorf("%.2f MB a day, want at most %.0f", day/1e6, maxWritten/1e6)
	}
	d.stop()
}
