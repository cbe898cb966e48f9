package main

import (
	"encoding/json"
	"strings"
	"testing"

	"edged/cmd/edged/doctor"
)

func TestDoctor(t *testing.T) {
	state := t.TempDir()
	got := edged(t, "doctor", "--json", "--state", state)
	var findings []doctor.Finding
	if err := json.Unmarshal([]byte(got.output), &findings); err != nil {
		t.Fatalf("%v: %s", err, got.output)
	}
	failed := false
	table := edged(t, "doctor", "--state", state)
	for _, f := range findings {
		failed = failed || f.Level == doctor.Fail
		if !strings.Contains(table.output, f.Name) || !strings.Contains(table.output, f.Advice) {
			t.Errorf("the table lacks %+v:\n%s", f, table.output)
		}
	}
	if failed != (got.status == 1) || got.status != table.status {
		t.Errorf("got statuses %d and %d with failure %v", got.status, table.status, failed)
	}
}
