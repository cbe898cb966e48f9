package storage

import (
	"fmt"
	"testing"
)

func TestOneOfFiveIsHeldOut(t *testing.T) {
	held := 0
	for i := range 10_000 {
		if HeldOut(fmt.Sprintf("%d.jpg", i)) {
			held++
		}
	}
	if held < 1900 || held > 2100 {
		t.Errorf("%d of 10000 are held out", held)
	}
	for name, want := range map[string]bool{"20261124T101500123Z-a1b2c3d4e5f6.jpg": false, "20261124T101500123Z-000000000002.jpg": true} {
		if got := HeldOut(name); got != want {
			t.Errorf("%s changed sides: %v", name, got)
		}
	}
}
