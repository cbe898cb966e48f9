package kernels

import "time"

// Peak measures how many float32 multiply-adds a second one core of this
// machine does with the table's instructions when nothing waits for memory, in one
// run of at least the given time.
func (t *Table) Peak(least time.Duration) float64 {
	for rounds := 1; ; rounds *= 2 {
		begin := time.Now()
		done := t.MultiplyAdd(rounds)
		if took := time.Since(begin); took >= least {
			return float64(done) / took.Seconds()
		}
	}
}

// multiplyAddRound is what a round of multiplyAdds multiplies and adds.
const multiplyAddRound = 8

// multiplyAdds does rounds of multiply-adds in plain Go and returns their number.
// The sums decide the result so that they are computed.
func multiplyAdds(rounds int) int {
	x := float32(rounds)
	var a, b, c, d, e, f, g, h float32
	for range rounds {
		a += x * x
		b += x * x
		c += x * x
		d += x * x
		e += x * x
		f += x * x
		g += x * x
		h += x * x
	}
	if a+b+c+d+e+f+g+h < 0 {
		return 0
	}
	return rounds * multiplyAddRound
}
