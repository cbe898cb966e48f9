package fitting

import (
	"context"
	"log/slog"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"edged/processtest"
	"edged/publish"
	"edged/storage"

	"go.uber.org/goleak"
)

// script writes a program.
func script(t *testing.T, text string) string {
	t.Helper()
	path := filepath.Join(t.TempDir(), "edged")
	if err := os.WriteFile(path, []byte("#!/bin/sh\n"+text), 0o755); err != nil {
		t.Fatal(err)
	}
	return path
}

func TestOutcomes(t *testing.T) {
	accepted := `echo '{"event":"head","head":{"accepted":true,"method":"fit","reason":"it is better"}}'` + "\n"
	for name, test := range map[string]struct {
		text string
		want outcome
	}{
		"better":        {"echo rubbish\n" + accepted + "printf '{\"ev'", outcome{committed, "fit: it is better"}},
		"worse":         {strings.Replace(accepted, "true", "false", 1) + "exit 1", outcome{refused, "fit: it is better"}},
		"a full disk":   {accepted + "echo 'edged: no space left' >&2; exit 1", outcome{failed, "no space left"}},
		"a crash":       {"printf 'panic: index out of range\\n\\ngoroutine 1 [running]:\\nmain.main()\\n' >&2; exit 2", outcome{failed, "index out of range"}},
		"no words":      {"exit 3", outcome{failed, "exit status 3"}},
		"nothing said":  {"true", outcome{failed, "it said nothing of a model"}},
		"killed":        {"echo 'edged: fine so far' >&2; kill -9 $$", outcome{failed, "signal: killed"}},
		"a line for MB": {"head -c 5000000 /dev/zero; " + accepted, outcome{failed, ""}},
	} {
		t.Run(name, func(t *testing.T) {
			got := run(t.Context(), command{program: script(t, test.text)})
			if got.result != test.want.result || test.want.reason != "" && got.reason != test.want.reason {
				t.Errorf("got %+v, want %+v", got, test.want)
			}
		})
	}
	if got := run(t.Context(), command{program: "/nowhere/edged"}); got.result != failed || !strings.Contains(got.reason, "no such file") {
		t.Errorf("no program: %+v", got)
	}
}

// TestChildYields looks at what the child may claim.
func TestChildYields(t *testing.T) {
	out := filepath.Join(t.TempDir(), "out")
	text := "while [ \"$(cat /proc/self/oom_score_adj)\" = 0 ]; do :; done\nnice > " + out + "\ncat /proc/self/oom_score_adj >> " + out + "\nulimit -d >> " + out + "\n"
	run(t.Context(), command{program: script(t, text), memory: 512 << 20})
	memory := "524288"
	if processtest.Emulator() != nil {
		memory = "unlimited" // QEMU, which the limit would hit, ignores it
	}
	got, err := os.ReadFile(out)
	if want := "19\n800\n" + memory + "\n"; err != nil || string(got) != want {
		t.Errorf("got %q, want %q, %v", got, want, err)
	}
}

// eats has the child of TestChildKeepsToItsMemory take more than it may have.
const eats = "EDGED_TEST_EATS"

func TestChildKeepsToItsMemory(t *testing.T) {
	if processtest.Emulator() != nil {
		return // QEMU ignores the limit
	}
	if os.Getenv(eats) != "" {
		var all [][]byte
		for range 1000 {
			all = append(all, make([]byte, 10<<20))
		}
		t.Fatal(len(all))
	}
	self, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	got := run(t.Context(), command{program: script(t, eats+"=1 exec "+self+" -test.run '^TestChildKeepsToItsMemory$'"), memory: 512 << 20})
	if got.result != failed || !strings.Contains(got.reason, ": raise fit.memory") {
		t.Errorf("got %+v", got)
	}
}

func TestFitEndsInTime(t *testing.T) {
	defer goleak.VerifyNone(t)
	events := make(chan *publish.FitChange, 10)
	w := New(Options{
		Program: script(t, "sleep 3600 & wait"), Active: func() *storage.Version { return &storage.Version{Path: "m"} },
		Models: t.TempDir(), Limit: 100 * time.Millisecond, Log: slog.New(slog.DiscardHandler),
		Publish: func(e publish.Event) { events <- e.(*publish.FitChange) },
	})
	ctx, cancel := context.WithCancel(t.Context())
	done := make(chan error)
	go func() { done <- w.Run(ctx) }()
	w.Labelled(2) // which no failure makes it forget
	if err := w.Request(); err != nil {
		t.Fatal(err)
	}
	if e := <-events; e.State != "started" {
		t.Errorf("%+v", e)
	}
	if e := <-events; e.State != failed || !strings.Contains(e.Reason, "longer than 100ms") {
		t.Errorf("%+v", e)
	}
	w.o.Active = func() *storage.Version { return nil }
	if err := w.Request(); err != nil {
		t.Fatal(err)
	}
	<-events
	if e := <-events; e.State != failed || !strings.Contains(e.Reason, "no model serves") {
		t.Errorf("%+v", e)
	}
	cancel()
	if err := <-done; err != nil {
		t.Error(err)
	}
	if s := w.Status(); s.State != Idle || s.Result != failed || s.New != 2 {
		t.Errorf("%+v", s)
	}
}

func FuzzTail(f *testing.F) {
	f.Add([]byte(`{"event":"progress","progress":{"stage":"features","done":3,"all":3}}`+"\n"), 5)
	f.Add([]byte(`{"event":"head","head":{"accepted":true,"method":"fit","reason":"it is better"}}`+"\n{"), 40)
	f.Add([]byte("\n\n{}\n[]\nnull\n\xff"), 1)
	f.Fuzz(func(t *testing.T, text []byte, cut int) {
		whole := tail{progress: func(string) {}}
		if _, err := whole.Write(text); err != nil {
			return // longer than any line may be
		}
		pieces := tail{progress: func(string) {}}
		cut = min(max(cut, 0), len(text))
		for _, part := range [][]byte{text[:cut], text[cut:]} {
			if n, err := pieces.Write(part); n != len(part) || err != nil {
				t.Fatal(n, err)
			}
		}
		if whole.reason != pieces.reason || whole.accepted != pieces.accepted {
			t.Errorf("in pieces %q %v, whole %q %v", pieces.reason, pieces.accepted, whole.reason, whole.accepted)
		}
	})
}
