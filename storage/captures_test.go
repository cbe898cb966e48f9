package storage

import (
	"bufio"
	"encoding/json"
	"errors"
	"fmt"
	"math/rand/v2"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"edged/nn"
	"edged/processtest"
	"edged/storage/picture"

	"github.com/google/go-cmp/cmp"
)

// shot is a picture of noise.
func shot(seed uint64) Shot {
	r := rand.New(rand.NewPCG(seed, 1))
	m := nn.Image{Width: 40, Height: 30, Pixels: make([]byte, 40*30*3)}
	for i := range m.Pixels {
		m.Pixels[i] = byte(r.Uint32())
	}
	return Shot{
		Image: m, Time: time.Date(2026, 11, 24, 10, 15, 0, int(seed)*1e6, time.UTC), Source: "/dev/video0",
		Model: "digits@3f9a01c2", Scores: []LabelScore{{"nut", 0.75}, {"M4-screw", 0.25}},
	}
}

func openCaptures(t *testing.T, o CapturesOptions) *Captures {
	t.Helper()
	c, err := OpenCaptures(o)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { c.Close() })
	return c
}

func put(t *testing.T, c *Captures, label string, seeds ...uint64) []Capture {
	t.Helper()
	var shots []Shot
	for _, seed := range seeds {
		shots = append(shots, shot(seed))
	}
	captures, err := c.Put(label, "serial:/dev/ttyUSB0", shots...)
	if err != nil {
		t.Fatal(err)
	}
	return captures
}

func TestCapturesAreKept(t *testing.T) {
	folder := filepath.Join(t.TempDir(), "captures")
	c := openCaptures(t, CapturesOptions{Folder: folder})
	kept := slices.Concat(put(t, c, "M4-screw", 1, 2), put(t, c, "Mütter ✓", 3))
	for i, p := range kept {
		m, err := picture.Read(filepath.Join(folder, filepath.FromSlash(p.Path())))
		if err != nil || m.Width != 40 || m.Height != 30 {
			t.Errorf("%s: %v", p.Path(), err)
		}
		want := shot(uint64(i + 1))
		if !p.Time.Equal(want.Time) || p.Model != want.Model || p.Port != "serial:/dev/ttyUSB0" || len(p.Scores) != 2 {
			t.Errorf("%+v", p)
		}
	}
	if _, err := OpenCaptures(CapturesOptions{Folder: folder}); !errors.Is(err, ErrLocked) {
		t.Errorf("a second owner: %v", err)
	}
	if err := c.Close(); err != nil {
		t.Fatal(err)
	}
	again := openCaptures(t, CapturesOptions{Folder: folder})
	if diff := cmp.Diff(kept, again.List()); diff != "" {
		t.Error(diff)
	}
	s := again.Status()
	if s.Count != 3 || s.Labels["M4-screw"] != 2 || s.Bytes < 3000 || s.Free <= 0 || again.Count("Mütter ✓") != 1 {
		t.Errorf("%+v", s)
	}
}

func TestCapturesRefuseLabels(t *testing.T) {
	root := t.TempDir()
	c := openCaptures(t, CapturesOptions{Folder: filepath.Join(root, "captures")})
	for _, label := range []string{"", ".", "..", "../up", "a/b", `a\b`, "nul\x00", "tab\t", " space", "dot.\n", ".hidden", "\xff", strings.Repeat("x", 65), strings.Repeat("😀", 64)} {
		if _, err := c.Put(label, "", shot(1)); err == nil {
			t.Errorf("%q is taken for a label", label)
		}
		if p := put(t, c, "good", 1)[0]; true {
			if _, err := c.Relabel(p.Path(), label); err == nil {
				t.Errorf("%s was given the label %q", p.Path(), label)
			}
		}
	}
	if entries, err := os.ReadDir(root); err != nil || len(entries) != 1 {
		t.Errorf("%v %v", entries, err)
	}
	if n := c.Status().Count; n != c.Count("good") {
		t.Errorf("%d captures", n)
	}
}

func TestCapturesMove(t *testing.T) {
	folder := filepath.Join(t.TempDir(), "captures")
	c := openCaptures(t, CapturesOptions{Folder: folder})
	a, b := put(t, c, "nut", 1)[0], put(t, c, "nut", 2)[0]
	moved, err := c.Relabel(a.Path(), "bolt")
	if err != nil || moved.Path() != "bolt/"+a.Name || HeldOut(moved.Name) != HeldOut(a.Name) {
		t.Fatalf("%+v %v", moved, err)
	}
	if _, err := c.Remove(b.Name); err != nil {
		t.Fatal(err)
	}
	if _, err := os.Stat(filepath.Join(folder+".removed", "nut", b.Name)); err != nil {
		t.Error(err)
	}
	for _, name := range []string{b.Path(), "nut/" + a.Name, "../" + a.Name, ""} {
		if _, err := c.Remove(name); !errors.Is(err, ErrNoCapture) {
			t.Errorf("removing %q: %v", name, err)
		}
	}
	want := []Capture{moved}
	if diff := cmp.Diff(want, c.List()); diff != "" {
		t.Error(diff)
	}
	c.Close()
	if diff := cmp.Diff(want, openCaptures(t, CapturesOptions{Folder: folder}).List()); diff != "" {
		t.Error("opened again:", diff)
	}
}

func TestCapturesFindWhatIsThere(t *testing.T) {
	folder := t.TempDir()
	c := openCaptures(t, CapturesOptions{Folder: folder})
	a, b := put(t, c, "nut", 1)[0], put(t, c, "nut", 2)[0]
	gone := put(t, c, "nut", 3)[0]
	c.Close()
	picture, err := encodeJPEG(shot(4).Image)
	if err != nil {
		t.Fatal(err)
	}
	moved := a
	moved.Label = "bolt"
	for _, err := range []error{
		os.Remove(filepath.Join(folder, gone.Path())),
		os.Mkdir(filepath.Join(folder, "bolt"), 0o755),
		os.Rename(filepath.Join(folder, a.Path()), filepath.Join(folder, moved.Path())), // as a cut between rename and log
		os.WriteFile(filepath.Join(folder, "bolt", "IMG_1.JPG"), picture, 0o644),        // by a person
		os.WriteFile(filepath.Join(folder, "nut", ".x.jpg.tmp"), picture[:99], 0o644),   // by a power cut
		os.WriteFile(filepath.Join(folder, "nut", "Thumbs.db"), nil, 0o644),
		os.Symlink("/etc", filepath.Join(folder, "link")),
		os.Mkdir(filepath.Join(folder, ".hidden"), 0o755),
		appendTo(filepath.Join(folder, capturesLog), "rubbish\n"+strings.Repeat("x", 2*maxLogLine)+"\n{\"op\":\"put\",\"name\":\"tor"),
	} {
		if err != nil {
			t.Fatal(err)
		}
	}
	c = openCaptures(t, CapturesOptions{Folder: folder})
	var got []string
	for _, p := range c.List() {
		got = append(got, p.Path())
	}
	if diff := cmp.Diff([]string{"bolt/IMG_1.JPG", moved.Path(), b.Path()}, got); diff != "" {
		t.Error(diff)
	}
	if diff := cmp.Diff(moved, c.List()[1]); diff != "" {
		t.Error("what the log knows is lost:", diff)
	}
	if _, err := os.Stat(filepath.Join(folder, "nut", ".x.jpg.tmp")); err == nil {
		t.Error("what a power cut left is still there")
	}
	put(t, c, "nut", 5)
	c.Close()
	if n := openCaptures(t, CapturesOptions{Folder: folder}).Status().Count; n != 4 {
		t.Errorf("%d captures after a torn line, want 4", n)
	}
}

func appendTo(path, text string) error {
	f, err := os.OpenFile(path, os.O_WRONLY|os.O_APPEND, 0)
	if err != nil {
		return err
	}
	defer f.Close()
	_, err = f.WriteString(text)
	return err
}

func TestCapturesGiveWay(t *testing.T) {
	c := openCaptures(t, CapturesOptions{Folder: t.TempDir(), MaxPerLabel: 20, MaxBytes: 60_000})
	size := put(t, c, "size", 99)[0].Bytes
	var newest []Capture
	for seed := range uint64(100) {
		newest = append(newest, put(t, c, "nut", seed)...)
	}
	if n := c.Count("nut"); n != 20 {
		t.Errorf("%d captures of a label, want 20", n)
	}
	held := 0
	for _, p := range c.List() {
		if p.Label == "nut" && HeldOut(p.Name) {
			held++
		}
	}
	if held < 4 || held > 7 {
		t.Errorf("%d of 20 captures are held out", held)
	}
	if last := c.List()[c.Status().Count-1]; !last.same(newest[99]) {
		t.Errorf("the newest is %s", last.Path())
	}
	for label := range 10 {
		for seed := range uint64(6) {
			put(t, c, fmt.Sprint(label), seed)
		}
	}
	s := c.Status()
	if s.Bytes > 60_000 || s.Bytes < 60_000-2*size || s.Labels["size"] != 1 {
		t.Errorf("%+v", s)
	}
	if n := s.Labels["nut"]; n > 5 {
		t.Errorf("the fullest label keeps %d", n)
	}
}

func TestCapturesRefuseWhatDoesNotFit(t *testing.T) {
	folder := t.TempDir()
	c := openCaptures(t, CapturesOptions{Folder: folder, MinFree: 1 << 60})
	if _, err := c.Put("nut", "", shot(1)); !errors.Is(err, ErrFull) || !strings.Contains(err.Error(), "must stay free") {
		t.Errorf("a disk without room: %v", err)
	}
	c.Close()
	c = openCaptures(t, CapturesOptions{Folder: folder, MaxBytes: 100})
	if _, err := c.Put("nut", "", shot(1)); !errors.Is(err, ErrFull) {
		t.Errorf("a quota without room: %v", err)
	}
	if err := os.WriteFile(filepath.Join(folder, "file"), nil, 0o644); err != nil {
		t.Fatal(err)
	}
	c.Close()
	c = openCaptures(t, CapturesOptions{Folder: folder})
	if _, err := c.Put("file", "", shot(1)); err == nil || !strings.Contains(err.Error(), "not a folder") {
		t.Errorf("a file for a folder: %v", err)
	}
	if _, err := c.Put("nut", "", Shot{Image: nn.Image{Width: 2, Height: 2}}); err == nil {
		t.Error("a picture without pixels is kept")
	}
	if _, err := c.Put("nut", ""); err == nil {
		t.Error("no picture is kept")
	}
	if s := c.Status(); s.Count != 0 || s.Bytes != 0 {
		t.Errorf("%+v", s)
	}
}

func TestCapturesCountWhatLooksTheSame(t *testing.T) {
	c := openCaptures(t, CapturesOptions{Folder: t.TempDir()})
	put(t, c, "nut", 1, 2, 1)
	same := put(t, c, "bolt", 2)[0]
	if n := c.Status().Similar; n != 2 {
		t.Errorf("%d look like another, want 2", n)
	}
	if _, err := c.Remove(same.Path()); err != nil {
		t.Fatal(err)
	}
	if n := c.Status().Similar; n != 1 {
		t.Errorf("%d look like another, want 1", n)
	}
}

func TestCapturesTakeFiles(t *testing.T) {
	folder := t.TempDir()
	c := openCaptures(t, CapturesOptions{Folder: folder})
	one, err := encodeJPEG(shot(1).Image)
	if err != nil {
		t.Fatal(err)
	}
	two, err := encodeJPEG(shot(2).Image)
	if err != nil {
		t.Fatal(err)
	}
	for _, test := range []struct {
		label, name string
		data        []byte
		want        string
	}{
		{"nut", "IMG_1.JPG", one, "nut/IMG_1.JPG"},
		{"nut", "IMG_1.JPG", one, "nut/IMG_1.JPG"}, // again
		{"nut", "IMG_1.JPG", two, "nut/IMG_1-2.JPG"},
		{"bolt", "IMG_1.JPG", one, "bolt/IMG_1.JPG"},
		{"nut", "x.jpg", one[:200], ""},
		{"nut", "../x.jpg", one, ""},
		{"nut", ".x.jpg", one, ""},
		{"nut", "x.txt", one, ""},
		{"nut", "", one, ""},
		{"../nut", "x.jpg", one, ""},
	} {
		p, err := c.Add(test.label, test.name, "import", test.data)
		if got := p.Path(); (err == nil) != (test.want != "") || err == nil && got != test.want {
			t.Errorf("%s/%s: got %s, %v, want %s", test.label, test.name, got, err, test.want)
		}
	}
	list := c.List()
	c.Close()
	if diff := cmp.Diff(list, openCaptures(t, CapturesOptions{Folder: folder}).List()); diff != "" || len(list) != 3 {
		t.Errorf("%d captures: %s", len(list), diff)
	}
}

func TestCapturesShortenTheirLog(t *testing.T) {
	folder := t.TempDir()
	c := openCaptures(t, CapturesOptions{Folder: folder})
	want := put(t, c, "nut", 1)[0]
	for i := range spareLines + 10 {
		if err := c.log.append(logLine{Op: opRelabel, From: fmt.Sprint("l", i), Capture: want}); err != nil {
			t.Fatal(err)
		}
	}
	c.Close()
	for range 2 {
		c = openCaptures(t, CapturesOptions{Folder: folder})
		if diff := cmp.Diff([]Capture{want}, c.List()); diff != "" {
			t.Error(diff)
		}
		if c.log.size > 1000 {
			t.Errorf("the log has %d bytes", c.log.size)
		}
		c.Close()
	}
}

func TestCapturesFromManyHands(t *testing.T) {
	c := openCaptures(t, CapturesOptions{Folder: t.TempDir(), MaxPerLabel: 9})
	var hands sync.WaitGroup
	for hand := range 4 {
		hands.Go(func() {
			label := fmt.Sprint(hand % 2)
			for seed := range uint64(10) {
				p := put(t, c, label, seed)[0]
				switch _, err := c.Relabel(p.Path(), "moved"); {
				case err != nil && !errors.Is(err, ErrNoCapture):
					t.Error(err)
				case seed%3 == 0:
					if _, err := c.Remove("moved/" + p.Name); err != nil && !errors.Is(err, ErrNoCapture) {
						t.Error(err)
					}
				}
				c.Status()
			}
		})
	}
	hands.Wait()
	list, folder := c.List(), c.o.Folder
	c.Close()
	if diff := cmp.Diff(list, openCaptures(t, CapturesOptions{Folder: folder}).List()); diff != "" {
		t.Error(diff)
	}
}

// putVariable makes the test program put captures into that folder and print
// their paths until it is killed.
const putVariable = "EDGED_STORAGE_TEST_PUT"

func TestCapturesSurviveKill(t *testing.T) {
	if folder := os.Getenv(putVariable); folder != "" {
		c := openCaptures(t, CapturesOptions{Folder: folder})
		for seed := uint64(0); ; seed++ {
			for _, p := range put(t, c, fmt.Sprint("label", seed%3), seed, seed+1) {
				fmt.Println(p.Path())
			}
		}
	}
	folder := filepath.Join(t.TempDir(), "captures")
	var acknowledged []string
	for round := range 10 {
		line := append(processtest.Emulator(), os.Args[0], "-test.run=^TestCapturesSurviveKill$", "-test.v")
		command := exec.Command(line[0], line[1:]...)
		command.Env = append(os.Environ(), putVariable+"="+folder)
		out, err := command.StdoutPipe()
		if err != nil {
			t.Fatal(err)
		}
		if err := command.Start(); err != nil {
			t.Fatal(err)
		}
		lines := bufio.NewScanner(out)
		for n := 0; lines.Scan(); {
			if text := lines.Text(); strings.HasSuffix(text, ".jpg") {
				acknowledged = append(acknowledged, text)
				if n++; n == 2+3*round {
					command.Process.Kill()
				}
			}
		}
		command.Wait()
	}
	c := openCaptures(t, CapturesOptions{Folder: folder})
	known := map[string]bool{}
	for _, p := range c.List() {
		known[p.Path()] = true
		if p.Model == "" {
			t.Logf("%s is not in the log", p.Path()) // it was not acknowledged
		}
	}
	for _, path := range acknowledged {
		if _, err := picture.Read(filepath.Join(folder, path)); err != nil || !known[path] {
			t.Errorf("%s was acknowledged: known %v, %v", path, known[path], err)
		}
	}
	if len(acknowledged) < 100 {
		t.Errorf("only %d captures were acknowledged", len(acknowledged))
	}
}

func FuzzCaptureLog(f *testing.F) {
	f.Add([]byte(`{"op":"put","name":"a.jpg","label":"nut","time":"2026-11-24T10:15:00Z","bytes":7}` + "\n" + `{"op":"relabel","from":"nut","name":"a.jpg","label":"bolt"}` + "\n"))
	f.Add([]byte(`{"op":"remove","name":"a.jpg","label":"nut"}` + "\nrubbish\n{\"op\":"))
	f.Fuzz(func(t *testing.T, data []byte) {
		var known journal
		size, err := readLog(strings.NewReader(string(data)), known.replay)
		if err != nil || size > int64(len(data)) || size > 0 && data[size-1] != '\n' || strings.Contains(string(data[size:]), "\n") {
			t.Errorf("%d of %d bytes: %v", size, len(data), err)
		}
		p := Capture{Name: "a.jpg", Label: "nut", Bytes: 9}
		known.describe(&p)
		if p.Label != "nut" || p.Bytes != 9 {
			t.Errorf("the log decides what there is: %+v", p)
		}
		if text, err := encodeLines([]logLine{{Op: opPut, Capture: p}}); err != nil || !json.Valid(text) {
			t.Errorf("%s: %v", text, err)
		}
	})
}
