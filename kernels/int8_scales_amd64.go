//go:build !purego

package kernels

import "math"

// int8Ahead is the largest shift to the left of weights of int8 in 16 bits, which
// are doubled besides.
const int8Ahead = 7

// int8Set is what loops on int8 of one instruction set have in common.
type int8Set struct {
	name         string
	lanes, block int // of a vector of sums, and elements of its scales

	// fill copies rows of a picture to elements of so many bytes that are offset
	// more. Words of four bytes are multiplied by words of weights.
	fill    func(dst []byte, src []int8)
	element int
	offset  int32
	ahead   bool // weights and biases are shifted to the left, and doubled, beforehand
}

// put packs weight i of a lane, of which there are lanes.
func (set *int8Set) put(weights []byte, i, lane, lanes, value int) {
	per := 4 / set.element
	at := weights[(i/per*lanes+lane)*4+i%per*set.element:]
	at[0] = byte(value)
	if set.element > 1 {
		at[1] = byte(value >> 8)
	}
}

// int8Scaler packs what REQUANTIZE in amd64 needs.
type int8Scaler struct {
	set     *int8Set
	weights Int8Weights
	cloned  bool  // the weights are no longer the given ones
	sums    []int // of each filter's weights
}

// newInt8Scaler returns nil if a sum with what rounds it could exceed 31 bits,
// unless all that it can be give one and the same output: a channel of tiny
// weights and a large bias.
func newInt8Scaler(w Int8Weights, filters int, set *int8Set) *int8Scaler {
	l := &int8Scaler{set: set, weights: w, sums: make([]int, filters)}
	reach := make([]int, filters) // the largest magnitude of a sum without its bias
	for i, v := range w.Values {
		l.sums[i%filters] += int(v)
		reach[i%filters] += 255 * max(int(v), -int(v))
	}
	for f, n := range reach {
		if set.ahead && w.Rescale[f].Shift > int8Ahead {
			return nil
		}
		bias, shift := int(w.bias(f)), w.Rescale[f].Shift
		if max(bias, -bias)+n < 1<<30>>max(shift, 0) {
			continue
		}
		low, high := bias-n, bias+n
		if shift > 0 || low < math.MinInt32 || high > math.MaxInt32 || w.requantize(int32(low), f) != w.requantize(int32(high), f) {
			return nil
		}
		if !l.cloned {
			l.weights, l.cloned = w.clone(), true
		}
		l.fix(f, int32(w.requantize(int32(bias), f))-int32(w.OutZero))
	}
	return l
}

// fix makes sum the only one that a filter can have, and its output.
func (l *int8Scaler) fix(filter int, sum int32) {
	for i := filter; i < len(l.weights.Values); i += len(l.sums) {
		l.weights.Values[i] = 0
	}
	l.sums[filter] = 0
	l.weights.Bias[filter], l.weights.Rescale[filter] = sum, NewRescale(1)
}

// weight is weight i of all as it is multiplied.
func (l *int8Scaler) weight(i int) int {
	v := int(l.weights.Values[i])
	if l.set.ahead {
		v <<= max(l.weights.Rescale[i%len(l.sums)].Shift, 0) + 1
	}
	return v
}

// put packs a filter into a lane of a block.
func (l *int8Scaler) put(block []int32, lane, filter int) {
	r := l.weights.Rescale[filter]
	shift, half := max(-r.Shift, 0), int32(0)
	if shift > 0 {
		half = 1 << (shift - 1)
	}
	n := l.set.lanes
	even, odd := lane&^1, lane&1*n
	block[lane] = l.weights.bias(filter) - (int32(l.weights.InZero)+l.set.offset)*int32(l.sums[filter])
	block[n+lane] = max(r.Shift, 0) + 1
	if l.set.ahead {
		block[lane] <<= block[n+lane]
		block[n+lane] = math.MinInt32
		if shift > 0 {
			block[n+lane] = 0
		}
	}
	block[2*n+odd+even] = r.Multiplier
	block[4*n+odd+even], block[4*n+odd+even+1] = -1<<31, half
	block[6*n+lane] = shift
}

// bounds packs the zero point in words vectors' worth of 16 bits and the bounds
// in lanes of 8 bits each.
func (l *int8Scaler) bounds(dst []int32) {
	w := &l.weights
	lanes := l.set.lanes
	n := (len(dst) - lanes) / 2
	for i := range lanes {
		dst[i] = int32(uint32(uint16(int16(w.OutZero))) * 0x10001)
	}
	for i := range n {
		dst[lanes+i], dst[lanes+n+i] = int32(uint32(uint8(w.Low))*0x1010101), int32(uint32(uint8(w.High))*0x1010101)
	}
}
