package labels

import (
	"testing"

	"edged/capture"
)

// scene is a frame of a bright square at x, more or less sharp.
func scene(sequence uint64, x, contrast int) capture.Frame {
	f := capture.Frame{Sequence: sequence, Width: 64, Height: 48, Pixels: make([]byte, 64*48*3)}
	for y := range 48 {
		for column := range 64 {
			v := 40 + column
			if column >= x && column < x+16 && y > 10 && y < 40 {
				v += contrast
			}
			at := (y*64 + column) * 3
			f.Pixels[at], f.Pixels[at+1], f.Pixels[at+2] = byte(v), byte(v), byte(v)
		}
	}
	return f
}

func TestChooseTakesTheSharpestAndNoCopies(t *testing.T) {
	still := []capture.Frame{scene(1, 8, 60), scene(2, 8, 100), scene(3, 8, 80)}
	if got := choose(still, 3); len(got) != 1 || got[0].Sequence != 2 {
		t.Errorf("a still scene gives %d frames, the first %d", len(got), got[0].Sequence)
	}
	moving := []capture.Frame{scene(1, 2, 90), scene(2, 20, 100), scene(3, 40, 95), scene(4, 41, 20)}
	got := choose(moving, 3)
	var sequences []uint64
	for _, f := range got {
		sequences = append(sequences, f.Sequence)
	}
	if len(got) != 3 || sequences[0] != 2 || sequences[1] != 3 || sequences[2] != 1 {
		t.Errorf("a moving scene gives %v", sequences)
	}
	if got := choose(moving, 1); len(got) != 1 {
		t.Errorf("%d frames where one is wanted", len(got))
	}
}
