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
		image     nn.Image
		sharpness float64
	}
	candidates := make([]candidate, len(frames))
	for i, f := range frames {
		m := nn.Image{Width: f.Width, Height: f.Height, Pixels: f.Pixels}
		candidates[i] = candidate{i, m, picture.Sharpness(m)}
	}
	slices.SortStableFunc(candidates, func(a, b candidate) int { return cmp.Compare(b.sharpness, a.sharpness) })
	var chosen []capture.Frame
	var hashes []uint64
	for _, c := range candidates {
		if len(chosen) == n || c.sharpness < blurred*candidates[0].sharpness {
			break
		}
		hash := picture.Hash(c.image)
		if slices.ContainsFunc(hashes, func(taken uint64) bool { return bits.OnesCount64(taken^hash) <= alike }) {
			continue
		}
		chosen, hashes = append(chosen, frames[c.frame]), append(hashes, hash)
	}
	return chosen
}
