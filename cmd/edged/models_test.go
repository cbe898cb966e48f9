package main

import (
	"encoding/json"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"edged/storage"
)

// stateWith makes a state folder with copies of the digits model.
func stateWith(t *testing.T, names ...string) string {
	t.Helper()
	state := t.TempDir()
	for _, name := range names {
		if err := os.CopyFS(filepath.Join(state, "models", name), os.DirFS(filepath.Join(digits, "model"))); err != nil {
			t.Fatal(err)
		}
	}
	return state
}

func list(t *testing.T, state string) map[string]storage.Status {
	t.Helper()
	got := edged(t, "models", "list", "--json", "--state", state)
	var all []storage.Status
	if err := json.Unmarshal([]byte(got.output), &all); err != nil {
		t.Fatalf("%v: %+v", err, got)
	}
	byName := map[string]storage.Status{}
	for _, s := range all {
		byName[s.Name] = s
	}
	return byName
}

func TestModelsWithoutADaemon(t *testing.T) {
	state := stateWith(t, "a", "b", "broken")
	if err := os.Truncate(filepath.Join(state, "models", "broken", "weights.safetensors"), 1000); err != nil {
		t.Fatal(err)
	}
	for _, step := range []struct {
		line   string
		status int
		want   string
	}{
		{"use a", 0, "a@"},
		{"use b", 0, "b@"},
		{"use broken", 1, "weights.safetensors"},
		{"use c", 1, `there is no model "c"; there are a, b, broken`},
		{"rollback", 0, "a@"},
		{"verify b", 0, "b is complete and answers"},
		{"verify broken", 1, "weights.safetensors"},
		{"lits", 2, `did you mean "list"?`},
		{"use", 2, "`edged models use` takes NAME"},
	} {
		got := edged(t, append([]string{"models", "--state", state}, strings.Fields(step.line)...)...)
		if got.status != step.status || !strings.Contains(got.output+got.errors, step.want) {
			t.Errorf("%s: got %+v, want status %d and %q", step.line, got, step.status, step.want)
		}
	}
	models := list(t, state)
	if !models["a"].Chosen || models["broken"].State != storage.Incomplete || models["broken"].File != "weights.safetensors" {
		t.Errorf("got %+v", models)
	}
	table := edged(t, "models", "list", "--state", state)
	if !strings.Contains(table.output, "ready, chosen") || !strings.Contains(table.output, "weights.safetensors: ") {
		t.Errorf("got:\n%s", table.output)
	}
}

func TestStatusWithoutADaemon(t *testing.T) {
	got := edged(t, "status", "--state", t.TempDir())
	if got.status != 1 || !strings.Contains(got.errors, "no daemon answers on") || !strings.Contains(got.errors, "`edged run`") {
		t.Errorf("got %+v", got)
	}
}
