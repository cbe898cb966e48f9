package nn

import "math"

// ExponentialDecay is Keras's: Initial*Rate^(step/DecaySteps), the exponent
// being a whole number with Staircase.
type ExponentialDecay struct {
	Initial    float64
	DecayRate  float64
	DecaySteps int
	Staircase  bool
}

// Rate returns the learning rate after the given number of steps.
func (s ExponentialDecay) Rate(step int) float64 {
	p := float64(step) / float64(max(s.DecaySteps, 1))
	if s.Staircase {
		p = math.Floor(p)
	}
	return s.Initial * math.Pow(s.DecayRate, p)
}

// CosineDecay is Keras's: from Initial (or, with WarmupSteps, from there in a
// line to WarmupTarget) along half a cosine to Alpha times that.
type CosineDecay struct {
	Initial      float64
	DecaySteps   int
	Alpha        float64
	WarmupTarget float64
	WarmupSteps  int
}

// Rate returns the learning rate after the given number of steps.
func (s CosineDecay) Rate(step int) float64 {
	top := s.Initial
	if s.WarmupSteps > 0 {
		top = s.WarmupTarget
		if step < s.WarmupSteps {
			return s.Initial + (top-s.Initial)*float64(step)/float64(s.WarmupSteps)
		}
		step -= s.WarmupSteps
	}
	done := min(1, float64(step)/float64(max(s.DecaySteps, 1)))
	return top * ((1-s.Alpha)*0.5*(1+math.Cos(math.Pi*done)) + s.Alpha)
}
