// Package results makes of the scores of single frames a result that a machine
// can use: smoothed over frames, unknown below a threshold, and steady between
// labels that are close to each other.
package results

// Smoothing says what is made of the scores of several frames.
type Smoothing string

// The ways of smoothing.
const (
	None Smoothing = "none" // each frame for itself
	Mean Smoothing = "mean" // the mean of each label's scores over Frames frames
	Vote Smoothing = "vote" // the label of at least Votes of the last Frames frames
)

// Unknown is the result when no label is sure enough.
const Unknown = "unknown"

// Options say when a label is the result.
type Options struct {
	Smoothing Smoothing
	// Frames is how many frames count; Votes is how many of them must agree.
	Frames, Votes int
	// Threshold is the score from which on a label may become the result. One that
	// is the result stays it while its score is at least Threshold-Hysteresis and
	// no label at or above Threshold leads it by more than Hysteresis.
	Threshold, Hysteresis float32
}

// Result is what the latest frames show.
type Result struct {
	Label string // or Unknown; "" before there is any
	// Score is the label's, smoothed; with Vote the mean score of the frames that
	// voted for it. Of Unknown it is the best label's, or with Vote 0.
	Score float32
}

// none stands for Unknown where a label's number is expected, and before the
// first result.
const none = -1

// Filter smooths scores. It is not safe for concurrent use; Add allocates nothing.
type Filter struct {
	o      Options
	labels []string
	label  int // of the result, or none
	result Result

	window []float32 // Mean: (Frames, labels), a ring
	mean   []float32 // (labels)
	ballot []vote    // Vote: a ring
	counts []int     // of votes for each label, and at the end for none
	count  int       // frames ever added since Adopt
}

// vote is what a frame shows by itself.
type vote struct {
	label int
	score float32
}

// New returns a Filter that Adopt gives labels to.
func New(o Options) *Filter { return &Filter{o: o, label: none} }

// Adopt begins anew with the labels of another model. The result stays until
// frames say otherwise, if the model knows its label.
func (f *Filter) Adopt(labels []string) {
	f.labels, f.label, f.count = labels, none, 0
	for i, label := range labels {
		if label == f.result.Label {
			f.label = i
		}
	}
	switch f.o.Smoothing {
	case Mean:
		f.window, f.mean = make([]float32, f.o.Frames*len(labels)), make([]float32, len(labels))
	case Vote:
		f.ballot, f.counts = make([]vote, f.o.Frames), make([]int, len(labels)+1)
	}
}

// Add takes the scores of a frame, one for each label, and returns the result
// and whether it has another label than before.
func (f *Filter) Add(scores []float32) (r Result, changed bool) {
	switch f.o.Smoothing {
	case Mean:
		scores = f.smooth(scores)
		f.label = f.pick(scores)
	case Vote:
		if !f.elect(f.pick(scores), scores) {
			return f.result, false
		}
	default:
		f.label = f.pick(scores)
	}
	before := f.result.Label
	if f.label == none {
		f.result.Label = Unknown
	} else {
		f.result.Label = f.labels[f.label]
	}
	if f.o.Smoothing != Vote {
		at := f.label
		if at == none {
			at = highest(scores)
		}
		f.result.Score = scores[at]
	}
	return f.result, f.result.Label != before
}

// pick returns the label that scores speak for, given the present one, or none.
func (f *Filter) pick(scores []float32) int {
	best := highest(scores)
	if now := f.label; now != none && scores[now] >= f.o.Threshold-f.o.Hysteresis {
		lead := scores[best] - scores[now]
		if lead <= f.o.Hysteresis || scores[best] < f.o.Threshold {
			return now
		}
	}
	if scores[best] >= f.o.Threshold {
		return best
	}
	return none
}

// highest is the first of the highest scores.
func highest(scores []float32) int {
	best := 0
	for i, score := range scores {
		if score > scores[best] {
			best = i
		}
	}
	return best
}

// smooth returns the means of the latest frames' scores.
func (f *Filter) smooth(scores []float32) []float32 {
	n := len(f.mean)
	at := f.count % f.o.Frames * n
	copy(f.window[at:at+n], scores)
	f.count++
	frames := min(f.count, f.o.Frames)
	clear(f.mean)
	for i, score := range f.window[:frames*n] {
		f.mean[i%n] += score
	}
	for i := range f.mean {
		f.mean[i] /= float32(frames)
	}
	return f.mean
}

// elect counts a frame's vote and makes the label that has enough of them the
// result. It tells whether there is any.
func (f *Filter) elect(label int, scores []float32) bool {
	v := vote{label: label}
	if label != none {
		v.score = scores[label]
	}
	f.ballot[f.count%f.o.Frames] = v
	f.count++
	clear(f.counts)
	votes := f.ballot[:min(f.count, f.o.Frames)]
	at := func(v vote) int { // none comes last
		if v.label == none {
			return len(f.labels)
		}
		return v.label
	}
	most := 0
	for _, v := range votes {
		i := at(v)
		if f.counts[i]++; f.counts[i] > f.counts[most] {
			most = i
		}
	}
	if f.counts[most] >= f.o.Votes {
		f.label = none
		if most < len(f.labels) {
			f.label = most
		}
	} else if f.result.Label == "" {
		return false
	}
	f.result.Score = 0
	if n := f.counts[at(vote{label: f.label})]; n > 0 {
		for _, v := range votes {
			if v.label == f.label {
				f.result.Score += v.score / float32(n)
			}
		}
	}
	return true
}
