package train

import "math"

// EarlyStopping is Keras's: a fit ends after Patience epochs in which the
// validation loss (the loss, without validation) did not fall below the best by
// more than MinDelta. Zero Patience never stops.
type EarlyStopping struct {
	Patience int
	MinDelta float64
}

// ReduceLROnPlateau is Keras's: the learning rate is multiplied with Factor
// after Patience epochs without improvement. Zero Patience leaves it.
type ReduceLROnPlateau struct {
	Patience int
	Factor   float64 // 0 stands for Keras's 0.1
	MinDelta float64 // 0 stands for Keras's 1e-4
	Cooldown int     // epochs after a reduction that don't count
	MinLR    float64
}

// Plateau counts epochs without improvement. It is part of a checkpoint.
type Plateau struct {
	Best     float64 `json:"best"`
	Wait     int     `json:"wait"`
	Cooling  int     `json:"cooling,omitempty"`
	Started  bool    `json:"started"`
	BestFrom int     `json:"best_epoch"`
}

// improve takes the loss of an epoch and tells whether it is the best.
func (p *Plateau) improve(loss, delta float64, epoch int) bool {
	if math.IsNaN(loss) || p.Started && loss >= p.Best-delta {
		return false
	}
	p.Best, p.Wait, p.Started, p.BestFrom = loss, 0, true, epoch
	return true
}

// rate returns the learning rate after an epoch with the given loss.
func (r *ReduceLROnPlateau) rate(p *Plateau, loss, rate float64, epoch int) float64 {
	if r.Patience < 1 {
		return rate
	}
	factor, delta := r.Factor, r.MinDelta
	if factor == 0 {
		factor = 0.1
	}
	if delta == 0 {
		delta = 1e-4
	}
	if p.Cooling > 0 {
		p.Cooling--
		p.Wait = 0
	}
	if p.improve(loss, delta, epoch) || p.Cooling > 0 {
		return rate
	}
	if p.Wait++; p.Wait < r.Patience || rate <= r.MinLR {
		return rate
	}
	p.Wait, p.Cooling = 0, r.Cooldown
	return max(rate*factor, r.MinLR)
}
