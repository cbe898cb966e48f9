package disk

import (
	"bytes"
	"math/rand/v2"
	"testing"
)

// sectors are n sectors of one byte.
func sectors(n int, b byte) []byte { return bytes.Repeat([]byte{b}, n*sector) }

func TestCutKeepsWhatWasFlushed(t *testing.T) {
	d := New(sectors(8, 0))
	d.write(sectors(2, 1), 0, false)
	d.flush()
	d.write(sectors(2, 2), 2*sector, false)
	d.write(sectors(1, 3), 7*sector, true)
	if d.Position() != 4 {
		t.Fatalf("the position is %d", d.Position())
	}
	states := map[byte]bool{}
	for seed := range uint64(100) {
		left := d.Cut(4, rand.New(rand.NewPCG(seed, 0)))
		if !bytes.Equal(left[:2*sector], sectors(2, 1)) {
			t.Fatal("what was flushed is lost")
		}
		if !bytes.Equal(left[7*sector:], sectors(1, 3)) {
			t.Fatal("what was forced is lost")
		}
		first, second := left[2*sector], left[3*sector]
		if first == 0 && second != 0 || !bytes.Equal(left[2*sector:3*sector], sectors(1, first)) {
			t.Fatal("sectors are torn, or don't survive from the first on")
		}
		states[first+second] = true
	}
	if !states[0] || !states[2] || !states[4] {
		t.Errorf("of a write that was not flushed there is all, half or nothing: %v", states)
	}
	if left := d.Cut(1, rand.New(rand.NewPCG(0, 0))); left[7*sector] != 0 {
		t.Error("there is what came after the cut")
	}
	if left := d.Cut(2, rand.New(rand.NewPCG(0, 0))); !bytes.Equal(left, append(sectors(2, 1), sectors(6, 0)...)) {
		t.Error("a cut right after a flush is not exact")
	}
}
