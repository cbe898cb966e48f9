package train

// mersenne is numpy.random.RandomState: the 32-bit Mersenne Twister with its
// legacy seeding, so that seeds mean what they mean in Keras.
//
// Source: Matsumoto and Nishimura, "Mersenne Twister", 1998 (MT19937);
// numpy/random/src/legacy and mtrand.pyx for what is drawn from it.
type mersenne struct {
	state [mersenneWords]uint32
	next  int
}

const (
	mersenneWords = 624
	mersenneShift = 397
)

func newMersenne(seed uint32) *mersenne {
	m := &mersenne{next: mersenneWords}
	for i := range m.state {
		m.state[i] = seed
		seed = 1812433253*(seed^seed>>30) + uint32(i) + 1
	}
	return m
}

func (m *mersenne) uint32() uint32 {
	if m.next == mersenneWords {
		m.twist()
	}
	y := m.state[m.next]
	m.next++
	y ^= y >> 11
	y ^= y << 7 & 0x9d2c5680
	y ^= y << 15 & 0xefc60000
	return y ^ y>>18
}

func (m *mersenne) twist() {
	for i := range m.state {
		y := m.state[i]&0x80000000 | m.state[(i+1)%mersenneWords]&0x7fffffff
		next := m.state[(i+mersenneShift)%mersenneWords] ^ y>>1
		if y&1 != 0 {
			next ^= 0x9908b0df
		}
		m.state[i] = next
	}
	m.next = 0
}

// float64 is random_sample: 53 bits in [0, 1).
func (m *mersenne) float64() float64 {
	a, b := m.uint32()>>5, m.uint32()>>6
	return (float64(a)*67108864 + float64(b)) / 9007199254740992
}

// uniform draws from [low, high).
func (m *mersenne) uniform(low, high float64) float64 { return low + (high-low)*m.float64() }

// upTo draws from 0 to last: random_interval, as shuffle uses it.
func (m *mersenne) upTo(last uint32) uint32 {
	mask := last
	for shift := 1; shift < 32; shift *= 2 {
		mask |= mask >> shift
	}
	if mask == 0 {
		return 0
	}
	for {
		if v := m.uint32() & mask; v <= last {
			return v
		}
	}
}

// permutation shuffles 0 to n-1.
func (m *mersenne) permutation(n int) []int {
	order := make([]int, n)
	for i := range order {
		order[i] = i
	}
	m.shuffle(n, func(i, j int) { order[i], order[j] = order[j], order[i] })
	return order
}

func (m *mersenne) shuffle(n int, swap func(i, j int)) {
	for i := n - 1; i > 0; i-- {
		swap(i, int(m.upTo(uint32(i))))
	}
}
