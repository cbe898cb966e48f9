package daemon

import "edged/publish"

// best fills top with the highest scores, highest first and the first label of
// equals first, and returns as much of it as there are scores.
func best(top []publish.Score, scores []float32, labels []string) []publish.Score {
	top = top[:0]
	for i, score := range scores {
		at := len(top)
		for at > 0 && score > top[at-1].Score {
			at--
		}
		if at == cap(top) {
			continue
		}
		if len(top) < cap(top) {
			top = top[:len(top)+1]
		}
		copy(top[at+1:], top[at:])
		top[at] = publish.Score{Label: labels[i], Score: score}
	}
	return top
}
