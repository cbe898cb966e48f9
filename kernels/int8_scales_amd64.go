//go:build !purego

package kernels

// int8Block is the number of elements of the scales of a vector of sums.
const (
	int8Lanes = 16
	int8Block = 7 * int8Lanes
)

// int8Scaler packs what REQUANTIZE in amd64 needs.
type int8Scaler struct {
	weights    *Int8Weights
	sums, most []int // of each filter: its weights, and the largest magnitude of a sum
}

// newInt8Scaler returns nil if a sum with what rounds it could exceed 31 bits.
func newInt8Scaler(w *Int8Weights, filters int) *int8Scaler {
	l := &int8Scaler{weights: w, sums: make([]int, filters), most: make([]int, filters)}
	for i, v := range w.Values {
		l.sums[i%filters] += int(v)
		l.most[i%filters] += 255 * max(int(v), -int(v))
	}
	for f := range filters {
		l.most[f] += max(int(w.bias(f)), -int(w.bias(f)))
		if l.most[f] >= 1<<30>>max(w.Rescale[f].Shift, 0) {
			return nil
		}
	}
	return l
}

// put packs a filter into a lane of a block.
func (l *int8Scaler) put(block []int32, lane, filter int) {
	r := l.weights.Rescale[filter]
	shift, half := max(-r.Shift, 0), int32(0)
	if shift > 0 {
		half = 1 << (shift - 1)
	}
	even, odd := lane&^1, lane&1*int8Lanes
	block[lane] = l.weights.bias(filter) - (int32(l.weights.InZero)+128)*int32(l.sums[filter])
	block[int8Lanes+lane] = max(r.Shift, 0) + 1
	block[2*int8Lanes+odd+even] = r.Multiplier
	block[4*int8Lanes+odd+even], block[4*int8Lanes+odd+even+1] = -1<<31, half
	block[6*int8Lanes+lane] = shift
}

// bounds packs the zero point in words vectors' worth of 16 bits and the bounds
// in lanes of 8 bits each.
func (l *int8Scaler) bounds(dst []int32) {
	w := l.weights
	n := (len(dst) - int8Lanes) / 2
	for i := range int8Lanes {
		dst[i] = int32(uint32(uint16(int16(w.OutZero))) * 0x10001)
	}
	for i := range n {
		dst[int8Lanes+i], dst[int8Lanes+n+i] = int32(uint32(uint8(w.Low))*0x1010101), int32(uint32(uint8(w.High))*0x1010101)
	}
}
