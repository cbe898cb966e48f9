package nn

// channelStatistics are what is known of each channel of a tensor.
type channelStatistics struct {
	sums, squares []float64
	low, high     []float64
	pixels        int
}

func newChannelStatistics(channels int) channelStatistics {
	list := func() []float64 { return make([]float64, channels) }
	return channelStatistics{sums: list(), squares: list(), low: list(), high: list()}
}

// add counts the values of a picture; zero counts as one in low and high.
func (s *channelStatistics) add(values []float32) {
	if s.sums == nil {
		return
	}
	for i := 0; i < len(values); i += len(s.sums) {
		for k, v := range values[i : i+len(s.sums)] {
			x := float64(v)
			s.sums[k] += x
			s.squares[k] += x * x
			s.low[k], s.high[k] = min(s.low[k], x), max(s.high[k], x)
		}
		s.pixels++
	}
}
