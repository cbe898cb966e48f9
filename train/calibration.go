package train

import "math"

// calibrate adds one number to the biases of all new units of the candidates:
// a few captures are answered surely by a head that has seen them and less so
// by others, which leaves new labels too small a share. The number is the one
// that gives new labels, over captures that their candidate has not seen, the
// mean probability that is theirs where every label has the same weight, which
// is that of the least cross-entropy. It is halved until known labels keep
// their recall but for half of mayForget.
func (g *gate) calibrate(candidates []*candidate, rows []int, answer func(row int) []float32) {
	shift := g.shift(rows, answer)
	least := g.incumbent().Known - mayForget/2
	add := func(by float64) {
		for _, c := range candidates {
			for j := g.known; j < g.labels; j++ {
				c.solution.bias[j] += by
			}
		}
	}
	add(shift)
	for range 4 {
		if shift <= 0 || g.score("", rows, answer).Known >= least {
			return
		}
		add(-shift / 2)
		shift /= 2
	}
	if g.score("", rows, answer).Known < least {
		add(-shift)
	}
}

// maxShift bounds what is added.
const maxShift = 4

// shift is what to add to the logits of new labels.
func (g *gate) shift(rows []int, answer func(row int) []float32) float64 {
	counts := make([]float64, g.labels)
	for _, row := range rows {
		counts[g.d.classes[row]]++
	}
	share := make([]float64, len(rows)) // of new labels
	wanted := 0.0
	for i, row := range rows {
		for _, p := range answer(row)[g.known:] {
			share[i] += float64(p)
		}
		if g.d.classes[row] >= g.known {
			wanted += 1 / counts[g.d.classes[row]]
		}
	}
	low, high := -float64(maxShift), float64(maxShift)
	for range 40 {
		middle := (low + high) / 2
		by, got := math.Exp(middle), 0.0
		for i, row := range rows {
			got += share[i] * by / (1 - share[i] + share[i]*by) / counts[g.d.classes[row]]
		}
		if got < wanted {
			low = middle
		} else {
			high = middle
		}
	}
	return (low + high) / 2
}
