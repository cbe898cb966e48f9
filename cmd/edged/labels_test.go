package main

import (
	"archive/tar"
	"bytes"
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"edged/capture/capturetest"
	"edged/storage"
)

// captured lists the captures as a person would.
func captured(t *testing.T, state string) []storage.Capture {
	t.Helper()
	got := edged(t, "captures", "list", "--json", "--state", state)
	var list []storage.Capture
	if err := json.Unmarshal([]byte(got.output), &list); err != nil || got.status != 0 {
		t.Fatalf("%v: %+v", err, got)
	}
	return list
}

func TestLabelsComeBySerialPort(t *testing.T) {
	state := stateWith(t, "digits")
	link := filepath.Join(t.TempDir(), "scanner")
	far := capturetest.Plug(t, link)
	labels := fmt.Sprintf("[labels]\nframes = 1\ndelay = \"0s\"\ndebounce = \"0s\"\ncodes = { 4006381333931 = \"M4-screw\" }\n[[labels.port]]\npath = %q\n", link)
	d := runDaemonConfigured(t, labels, state, camera(t, showLoop))
	d.until("the port", inState("port", "open"))
	d.until("prediction", by("digits"))
	for _, test := range []struct{ line, want string }{
		{"label:nut\n", "ok nut 1"},
		{"4006381333931\r\n", "ok M4-screw 1"},
		{"label\n", "ok M4-screw 2"},
		{"undo\n", "ok undo M4-screw 1"},
		{"label:../../etc\n", `error the label "../../etc" starts with a dot`},
		{"hello\n", `error "hello" is no order: send label:NAME, undo, fit or status`},
	} {
		if got := far.Ask(t, test.line); got != test.want {
			t.Errorf("%q: got %q, want %q", test.line, got, test.want)
		}
	}
	if got := far.Ask(t, "status\n"); !strings.Contains(got, "camera=streaming captures=2 labels=2") {
		t.Errorf("got %q", got)
	}
	if got := edged(t, "label", "bolt", "--state", state); got.status != 0 || got.output != "bolt 1\n" {
		t.Errorf("got %+v", got)
	}
	list := captured(t, state)
	if len(list) != 3 {
		t.Fatalf("%d captures, want 3", len(list))
	}
	for _, p := range list {
		if !strings.HasPrefix(p.Model, "digits@") || len(p.Scores) != 5 || p.Source == "" {
			t.Errorf("%+v", p)
		}
		if _, err := os.Stat(filepath.Join(state, "captures", p.Path())); err != nil {
			t.Error(err)
		}
	}
	d.until("the event", func(e event) bool { return e.Event == "label" && e.Label == "bolt" })
	table := edged(t, "status", "--state", state)
	for _, want := range []string{link + ": open, 5 orders, 2 lines refused", "3 of 3 labels"} {
		if !strings.Contains(table.output, want) {
			t.Errorf("the status lacks %q:\n%s", want, table.output)
		}
	}
	far.Unplug(t)
	d.until("the end of the port", inState("port", "absent"))
	again := capturetest.Plug(t, link)
	d.until("the port again", inState("port", "open"))
	if got := again.Ask(t, "label:nut\n"); got != "ok nut 2" {
		t.Errorf("got %q", got)
	}
	d.stop()
	if n := len(captured(t, state)); n != 4 {
		t.Errorf("%d captures without the daemon, want 4", n)
	}
}

func TestLabelsNeedACamera(t *testing.T) {
	state := stateWith(t, "digits")
	d := runDaemonConfigured(t, "", state, filepath.Join(t.TempDir(), "no-camera"))
	d.until("the camera's state", inState("camera", "waiting"))
	if got := edged(t, "label", "nut", "--state", state); got.status != 1 || !strings.Contains(got.errors, "the camera is waiting") {
		t.Errorf("got %+v", got)
	}
}

func TestCapturesCommands(t *testing.T) {
	state := t.TempDir()
	in := t.TempDir()
	for _, file := range []string{"7", "3"} {
		pictures, err := filepath.Glob(filepath.Join(digits, "valid", file, "*.png"))
		if err != nil || len(pictures) < 2 {
			t.Fatalf("%d pictures, %v", len(pictures), err)
		}
		for _, p := range pictures[:2] {
			data, err := os.ReadFile(p)
			if err != nil {
				t.Fatal(err)
			}
			to := filepath.Join(in, file, filepath.Base(p))
			if err := os.MkdirAll(filepath.Dir(to), 0o755); err != nil {
				t.Fatal(err)
			}
			if err := os.WriteFile(to, data, 0o644); err != nil {
				t.Fatal(err)
			}
		}
	}
	if err := os.WriteFile(filepath.Join(in, "7", "torn.png"), []byte("\x89PNG"), 0o644); err != nil {
		t.Fatal(err)
	}
	run := func(want string, arguments ...string) string {
		t.Helper()
		got := edged(t, append(arguments, "--state", state)...)
		if got.status != 0 || !strings.Contains(got.output+got.errors, want) {
			t.Errorf("%v: got %+v, want %q", arguments, got, want)
		}
		return got.output
	}
	for range 2 { // what is there is not added again
		run("4 pictures are kept, 1 were left out", "captures", "import", in)
	}
	list := captured(t, state)
	if len(list) != 4 {
		t.Fatalf("%d captures, want 4", len(list))
	}
	run("eight/"+list[0].Name, "captures", "relabel", list[0].Path(), "eight")
	run(list[1].Path(), "captures", "delete", list[1].Path())
	run("CAPTURE", "captures", "list")
	out := filepath.Join(t.TempDir(), "out")
	run("3 captures are in", "captures", "export", out)
	if _, err := os.Stat(filepath.Join(out, "eight", list[0].Name)); err != nil {
		t.Error(err)
	}
	run("3 captures are in", "captures", "export", out+".tar")
	archive, err := os.ReadFile(out + ".tar")
	if err != nil {
		t.Fatal(err)
	}
	if header, err := tar.NewReader(bytes.NewReader(archive)).Next(); err != nil || header.Name != "eight/"+list[0].Name {
		t.Errorf("%+v %v", header, err)
	}
	state = t.TempDir()
	run("3 pictures are kept, 0 were left out", "captures", "import", out+".tar")
	for _, test := range []struct {
		want      string
		arguments []string
	}{
		{"no such capture", []string{"delete", "x.jpg"}},
		{"no such capture", []string{"relabel", "x.jpg", "nut"}},
		{"starts with a dot", []string{"relabel", "eight/" + list[0].Name, "../nut"}},
		{"file exists", []string{"export", out}},
		{"no such file", []string{"import", "/nowhere"}},
		{"no pictures in folders", []string{"import", t.TempDir()}},
	} {
		got := edged(t, append(append([]string{"captures"}, test.arguments...), "--state", state)...)
		if got.status != 1 || !strings.Contains(got.errors, test.want) {
			t.Errorf("%v: got %+v, want %q", test.arguments, got, test.want)
		}
	}
}
