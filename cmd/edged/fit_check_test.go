package main

import (
	"errors"
	"fmt"
	"strings"
	"syscall"
	"testing"
)

// TestFullDiskSaysWhatHelps tells of a checkpoint where there is one.
func TestFullDiskSaysWhatHelps(t *testing.T) {
	full, other := fmt.Errorf("write out: %w", syscall.ENOSPC), errors.New("other")
	for _, test := range []struct {
		f    fitFlags
		want string
	}{
		{fitFlags{}, "with --checkpoint"},
		{fitFlags{headOnly: true}, "make room"},
		{fitFlags{checkpoint: "here"}, "goes on from here"},
	} {
		if err := test.f.roomFor(full); !errors.Is(err, syscall.ENOSPC) || !strings.Contains(err.Error(), test.want) {
			t.Errorf("got %v, want %q", err, test.want)
		}
		if err := test.f.roomFor(other); !errors.Is(err, other) || err.Error() != "other" {
			t.Errorf("got %v", err)
		}
	}
}
