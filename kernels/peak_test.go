package kernels_test

import (
	"testing"
	"time"

	"edged/kernels"
)

func TestPeakOfEveryTable(t *testing.T) {
	for _, name := range kernels.Available() {
		table, err := kernels.Select(name)
		if err != nil {
			t.Fatal(err)
		}
		if got := table.Peak(time.Millisecond); got <= 0 || got > 1e13 {
			t.Errorf("%s: got %g multiply-adds a second", name, got)
		}
	}
}
