package labels

import (
	"cmp"
	"math/bits"
	"slices"

	"edged/capture"
	"edged/nn"
	"edged/storage/picture"
)

// alike is how many of the 64 bits of their hashes two pictures differ in that
// show the same.
const alike = 2

// blurred is the share of the sharpest picture's sharpness below which a picture
// is kept only for want of better ones.
const blurred = 0.25

// choose returns at most n of the frames, the sharpest first and none that looks
// like one already taken: fewer than n of a scene that stands still.
func choose(frames []capture.Frame, n int) []capture.Frame {
	type candidate struct {
		frame     int
		sharpness float64
		hash      uint64
	}
	candidates := make([]candidate, len(frames))
	for i, f := range frames {
		m := nn.Image{Width: f.Width, Height: f.Height, Pixels: f.Pixels}
		candidates[i] = candidate{i, picture.Sharpness(m), picture.Hash(m)}
	}
	slices.SortStableFunc(candidates, func(a, b candidate) int { return cmp.Compare(b.sharpness, a.sharpness) })
	taken := candidates[:1]
	for _, c := range candidates[1:] {
		like := slices.ContainsFunc(taken, func(t candidate) bool { return bits.OnesCount64(t.hash^c.hash) <= alike })
		if len(taken) < n && !like && c.sharpness >= blurred*candidates[0].sharpness {
			taken = append(taken[:len(taken):len(taken)], c)
		}
	}
	chosen := make([]capture.Frame, len(taken))
	for i, t := range taken {
		chosen[i] = frames[t.frame]
	}
	return chosen
}
