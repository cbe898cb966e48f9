//go:build board

package boardtest

import (
	"archive/tar"
	"bytes"
	"fmt"
	"io/fs"
	"maps"
	"math/rand/v2"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
	"testing"
	"time"

	"edged/boardtest/disk"
	"edged/storage"
)

// The pictures that the camera can show, numbered as vivid does, by the label that
// they get.
var (
	labels   = []string{"red", "green", "checkers"}
	patterns = map[string]int{"red": 7, "green": 8, "checkers": 10}
)

// TestStory is the daemon's life on a board: it is installed, sees, is taught,
// learns, loses its camera, its scanner and its power, and goes on.
func TestStory(t *testing.T) {
	h := hardware{root: overlay(t), state: disk.New(formatted(t, stateSize)), media: media(t, trained(t))}
	m := powerOn(t, "cortex-a72", h)
	s := newStory(m, h.state)
	for _, chapter := range []struct {
		name string
		play func(*testing.T)
	}{
		{"installed", s.installed},
		{"predicts", s.predicts},
		{"hardened", s.hardened},
		{"labelled by serial port", s.labelled},
		{"learns", s.learns},
		{"switches a GPIO line", s.output},
		{"takes a copied model", s.copied},
		{"camera unbound and bound", s.camera},
		{"scanner pulled and put back", s.scannerPulled},
		{"the clock jumps", s.clock},
	} {
		if !t.Run(chapter.name, chapter.play) {
			t.Fatalf("the story ends at %q", chapter.name)
		}
	}

	// Power goes away while a label is being kept.
	if _, err := fmt.Fprintln(m.scanner.conn, "label:red"); err != nil {
		t.Fatal(err)
	}
	m.powerOff()
	s.powered = h.state.Position()
	h.state = disk.New(s.disk.Cut(s.powered, rand.New(rand.NewPCG(1, 2))))
	m = powerOn(t, "cortex-a76", h)
	t.Run("goes on after a power cut", func(t *testing.T) { s.goesOn(t, m) })
	m.powerOff()
	t.Run("survives every other power cut", s.cuts)
}

// story is what the board has been told and has answered so far.
type story struct {
	*machine
	disk    *disk.Disk
	acks    []ack
	model   string   // that serves
	learned string   // that was fitted
	durable int      // the moment from which one of served must serve
	served  []string // learned, and what served since
	windows []window
	powered int
	fitAt   time.Time // when fits are set for, today or tomorrow
}

// newStory begins one. Fits are set for a time that comes only if the clock is set
// to it.
func newStory(m *machine, d *disk.Disk) *story {
	return &story{machine: m, disk: d, fitAt: time.Now().UTC().Add(12 * time.Hour).Truncate(time.Minute)}
}

// ack is a label that the board says it has kept, at that moment of the disk's
// life.
type ack struct {
	position int
	captures []string
}

// window is a part of the disk's life.
type window struct {
	what       string
	begin, end int
}

// during notes what happened to the disk while do ran.
func (s *story) during(what string, do func()) {
	w := window{what: what, begin: s.disk.Position()}
	do()
	w.end = s.disk.Position()
	s.windows = append(s.windows, w)
}

const configuration = `
[camera]
fps = 2
stall = "1m"
[predict]
threads = 1
[labels]
delay = "0s"
window = "2s"
debounce = "10ms"
[[labels.port]]
path = "usb:0403:6001"
[[outputs]]
kind = "gpio"
chip = "gpiochip0"
line = 1
labels = ["red"]
[captures]
min_free = "16MB"
[fit]
after = 0
shadow = "0s"
at = [%q]
`

// installed has dpkg install the packages, configures them and plugs the devices
// in.
func (s *story) installed(t *testing.T) {
	s.run(t, "mkdir /run/media && tar -xf /dev/vdc -C /run/media")
	s.run(t, "dpkg --force-depends -i /run/media/*.deb")
	seen := s.journal.mark()
	s.run(t, "cat >/etc/edged/edged.toml <<'TOML'"+fmt.Sprintf(configuration, s.fitAt.Format("15:04"))+"TOML\n"+
		"echo vivid >/etc/modules-load.d/vivid.conf; sync; systemctl restart edged")
	s.journal.await(t, seen, func(e event) bool { return strings.Contains(e.text, "serving without a model") })
	seen = s.journal.mark()
	s.run(t, "modprobe vivid")
	s.journal.await(t, seen, event{Event: "camera", State: "streaming"}.is)
	s.plug(t)
	if got := s.scanner.ask(t, "status"); !strings.HasPrefix(got, "ok status model=none camera=streaming captures=0") {
		t.Errorf("status: %q", got)
	}
}

// predicts copies a first model in.
func (s *story) predicts(t *testing.T) {
	s.take(t, "first", "first")
	first := s.journal.await(t, s.journal.mark(), event{Event: "prediction", Model: "first"}.is)
	s.journal.await(t, s.journal.mark(), event{Event: "prediction", Model: "first"}.is)
	if first.Score <= 0 || first.Score > 1 {
		t.Errorf("%s", first.text)
	}
}

// take copies a model of the media in under a name.
func (s *story) take(t *testing.T, model, name string) {
	t.Helper()
	seen := s.journal.mark()
	s.run(t, "cp -r /run/media/"+model+" /var/lib/edged/models/"+name)
	s.journal.await(t, seen, event{Event: "model", State: "active", Model: name}.is)
	s.model = name
}

// exposure is the number that systemd-analyze gives.
var exposure = regexp.MustCompile(`Overall exposure level for edged.service: ([0-9.]+)`)

func (s *story) hardened(t *testing.T) {
	said := s.run(t, "systemd-analyze security --no-pager edged | tail -n 1; systemctl show --property=User,DevicePolicy edged")
	match := exposure.FindStringSubmatch(said)
	if match == nil {
		t.Fatalf("systemd-analyze said %q", said)
	}
	if level, err := strconv.ParseFloat(match[1], 64); err != nil || level > 2 {
		t.Errorf("the exposure level is %v, want at most 2.0", match[1])
	}
	t.Log(match[0])
	if !strings.Contains(said, "User=edged") || !strings.Contains(said, "DevicePolicy=closed") {
		t.Errorf("the service runs as %q", said)
	}
}

// show has the camera show a label's picture and waits until older ones don't
// count any more.
func (s *story) show(t *testing.T, label string) {
	t.Helper()
	said := s.run(t, fmt.Sprintf("v4l2-ctl -d /dev/video0 -c test_pattern=%d && date +%%s%%3N", patterns[label]))
	millis, err := strconv.ParseInt(said, 10, 64)
	if err != nil {
		t.Fatal(err)
	}
	s.predictsAfter(t, time.UnixMilli(millis).Add(2*time.Second))
}

// label sends a label, notes what the board has acknowledged and returns the first
// capture.
func (s *story) label(t *testing.T, label string) string {
	t.Helper()
	seen := s.journal.mark()
	answer := s.scanner.ask(t, "label:"+label)
	position := s.disk.Position()
	kept := s.journal.await(t, seen, event{Event: "label", Label: label}.is)
	if want := fmt.Sprintf("ok %s %d", label, kept.Count); answer != want {
		t.Errorf("got %q, want %q", answer, want)
	}
	s.acks = append(s.acks, ack{position, kept.Captures})
	return kept.Captures[0]
}

// trainable is how many captures of each label are not held out of training.
const trainable = 5

func (s *story) labelled(t *testing.T) {
	s.during("labelling", func() {
		for _, label := range labels {
			s.show(t, label)
			for n := 0; n < trainable; {
				if !storage.HeldOut(filepath.Base(s.label(t, label))) {
					n++
				}
			}
		}
	})
	for _, test := range []struct{ line, want string }{
		{"label:../etc", `error `},
		{"what?", `error "what?" is no order`},
		{"status", "ok status model=first@"},
	} {
		if got := s.scanner.ask(t, test.line); !strings.HasPrefix(got, test.want) {
			t.Errorf("%q: got %q, want %q", test.line, got, test.want)
		}
	}
}

// kept is how many captures were acknowledged.
func (s *story) kept() int {
	n := 0
	for _, a := range s.acks {
		n += len(a.captures)
	}
	return n
}

// fitted waits for the end of a fit, which tells how far it is.
func (s *story) fitted(t *testing.T, seen int) event {
	t.Helper()
	for told := 0; ; told++ {
		n := 0
		e := s.journal.await(t, seen, func(e event) bool {
			if e.Event == "fit" {
				n++
			}
			return n > told
		})
		if e.State != "started" && e.State != "running" {
			return e
		}
	}
}

// watchFit notes, on the board, what a fit may take of it. It holds the fit until
// that is known.
const watchFit = `timeout 300 bash -c '
until pid=$(pgrep -f "^/usr/bin/edged fit") && kill -STOP $pid; do sleep 0.1; done
until grep -qx 800 /proc/$pid/oom_score_adj; do sleep 0.1; done
echo nice $(ps -o nice= -p $pid), disk $(ionice -p $pid), memory $(prlimit --noheadings --output=HARD --data --pid $pid)
kill -CONT $pid' >/run/fit 2>&1 &`

// learns asks for a fit, whose model must serve and tell the labels apart.
func (s *story) learns(t *testing.T) {
	s.run(t, watchFit)
	seen := s.journal.mark()
	s.during("fitting", func() {
		if got := s.scanner.ask(t, "fit"); got != "ok fit" {
			t.Fatalf("fit: %q", got)
		}
		done := s.fitted(t, seen)
		if done.State != "committed" {
			t.Fatalf("%s", done.text)
		}
		s.learned = done.Model
		s.journal.await(t, seen, event{Event: "model", State: "active", Model: s.learned}.is)
	})
	if got, want := s.run(t, "cat /run/fit"), "nice 19, disk idle, memory 1000000000"; got != want {
		t.Errorf("a fit may take %q, want %q", got, want)
	}
	s.durable, s.model, s.served = s.disk.Position(), s.learned, []string{s.learned}
	for _, label := range labels {
		s.show(t, label)
		s.journal.await(t, s.journal.mark(), event{Event: "prediction", Model: s.learned, Label: label}.is)
	}
}

// output looks at the level of the line that follows a label, as the kernel tells it.
func (s *story) output(t *testing.T) {
	for _, step := range []struct{ label, level string }{{"green", "lo"}, {"red", "hi"}, {"checkers", "lo"}} {
		s.show(t, step.label)
		s.run(t, fmt.Sprintf(`timeout 120 bash -c "until grep -q 'edged.* out %s' /sys/kernel/debug/gpio; do sleep 0.2; done"`, step.level))
	}
}

// copied takes a model that a person copies in, and goes back to the learned one.
func (s *story) copied(t *testing.T) {
	s.served = append(s.served, "copied")
	s.during("copying a model", func() {
		s.take(t, "digits", "copied")
		s.journal.await(t, s.journal.mark(), event{Event: "prediction", Model: "copied"}.is)
		seen := s.journal.mark()
		s.run(t, "edged models rollback")
		s.journal.await(t, seen, event{Event: "model", State: "active", Model: s.learned}.is)
	})
	s.model = s.learned
}

// camera takes the camera away and gives it back.
func (s *story) camera(t *testing.T) {
	const driver = "/sys/bus/platform/drivers/vivid/"
	seen := s.journal.mark()
	s.run(t, "echo vivid.0 >"+driver+"unbind")
	s.journal.await(t, seen, func(e event) bool { return e.Event == "camera" && e.State != "streaming" })
	if got := s.scanner.ask(t, "status"); !strings.Contains(got, "camera=") || strings.Contains(got, "camera=streaming") {
		t.Errorf("without a camera: %q", got)
	}
	seen = s.journal.mark()
	s.run(t, "echo vivid.0 >"+driver+"bind")
	s.journal.await(t, seen, event{Event: "camera", State: "streaming"}.is)
	s.journal.await(t, s.journal.mark(), event{Event: "prediction", Model: s.model}.is)
}

func (s *story) scannerPulled(t *testing.T) {
	for range 2 {
		s.pull(t)
		s.run(t, "[ ! -e /dev/edged/scanner ]")
		seen := s.journal.mark()
		s.plug(t)
		if n := s.journal.count(seen, event{Event: "port", State: "failed"}.is); n > 0 {
			t.Error("a port that is only being plugged in is told of as failed")
		}
		s.run(t, "udevadm settle && readlink -e /dev/edged/scanner | grep -x '/dev/ttyUSB[0-9]'")
		s.show(t, "red")
		s.label(t, "red")
	}
}

// goesOn looks at the board that has got its power back.
func (s *story) goesOn(t *testing.T, m *machine) {
	m.journal.await(t, 0, event{Event: "prediction", Model: s.model}.is)
	m.plug(t)
	var model, camera string
	var captures, known int
	got := m.scanner.ask(t, "status")
	if n, _ := fmt.Sscanf(got, "ok status model=%s camera=%s captures=%d labels=%d", &model, &camera, &captures, &known); n != 4 {
		t.Fatalf("status: %q", got)
	}
	if model, _, _ = strings.Cut(model, "@"); model != s.model || captures < s.kept() || known != len(labels) {
		t.Errorf("%d captures were acknowledged and %s served: %q", s.kept(), s.model, got)
	}
	if steps := m.run(t, "edged status"); !strings.Contains(steps, "fp16") && !strings.Contains(steps, "neon") {
		t.Errorf("a Cortex-A76 computes so:\n%s", steps)
	}
}

// overlay is a file for the first disk that leaves the built one as it is.
func overlay(t *testing.T) string {
	t.Helper()
	path := filepath.Join(t.TempDir(), "root.qcow2")
	command(t, "qemu-img", "create", "-q", "-f", "qcow2", "-b", built("root.ext4"), "-F", "raw", path)
	return path
}

// stateSize is that of the daemon's disk.
const stateSize = 96 << 20

// formatted is an empty ext4 of so many bytes.
func formatted(t *testing.T, size int64) []byte {
	t.Helper()
	path := filepath.Join(t.TempDir(), "state")
	if err := os.WriteFile(path, nil, 0o600); err != nil {
		t.Fatal(err)
	}
	if err := os.Truncate(path, size); err != nil {
		t.Fatal(err)
	}
	command(t, "/sbin/mke2fs", "-q", "-t", "ext4", "-E", "lazy_itable_init=0,lazy_journal_init=0", path)
	data, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	return data
}

func command(t *testing.T, name string, arguments ...string) string {
	t.Helper()
	said, err := exec.Command(name, arguments...).CombinedOutput()
	if err != nil {
		t.Fatalf("%s %s: %v\n%s", name, strings.Join(arguments, " "), err, said)
	}
	return string(said)
}

// media is an archive of what a person brings: the packages, a model, and more
// files by their names.
func media(t *testing.T, more map[string][]byte) string {
	t.Helper()
	files := maps.Clone(more)
	if files == nil {
		files = map[string][]byte{}
	}
	add := func(path, name string) {
		data, err := os.ReadFile(path)
		if err != nil {
			t.Fatal(err)
		}
		files[name] = data
	}
	packages, err := filepath.Glob("../build/deb/*_arm64.deb")
	if err != nil || len(packages) != 2 {
		t.Fatalf("the packages are %v, %v: make test-board builds them", packages, err)
	}
	for _, path := range packages {
		add(path, filepath.Base(path))
	}
	const model = "../testdata/digits/model"
	err = filepath.WalkDir(model, func(path string, entry fs.DirEntry, err error) error {
		if err == nil && !entry.IsDir() {
			add(path, "digits"+strings.TrimPrefix(path, model))
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	path := filepath.Join(t.TempDir(), "media.tar")
	if err := os.WriteFile(path, archive(t, files), 0o600); err != nil {
		t.Fatal(err)
	}
	return path
}

// archive is a tar file that fills whole blocks of a disk.
func archive(t *testing.T, files map[string][]byte) []byte {
	t.Helper()
	var out bytes.Buffer
	w := tar.NewWriter(&out)
	for name, data := range files {
		if err := w.WriteHeader(&tar.Header{Name: name, Mode: 0o644, Size: int64(len(data))}); err != nil {
			t.Fatal(err)
		}
		if _, err := w.Write(data); err != nil {
			t.Fatal(err)
		}
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	return append(out.Bytes(), make([]byte, 4096-out.Len()%4096)...)
}
