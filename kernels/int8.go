package kernels

// Requantization turns the sums of an int8 layer into its output as TFLite
// defines it: sum*2^left*multiplier/2^31, rounded to nearest, then divided by
// 2^right, rounded to nearest with ties away from zero, plus Zero, limited to
// [Low, High]. See gemmlowp's fixedpoint.h and TFLite's MultiplyByQuantizedMultiplier.
type Requantization struct {
	Multipliers []int32 // not negative; one for each output channel, or one for all
	Shifts      []int8  // beside it: a positive shift is to the left, a negative one to the right; -31 to 30
	Zero        int8    // the output's zero point
	Low, High   int8    // the output's limits, by the fused activation
}

// Int8Conv2DSpec describes Conv2D on int8 pictures. Zero is the input's zero
// point, which also is what lies around the picture. The spec's Activation must
// be Linear: Requantization limits the output.
type Int8Conv2DSpec struct {
	Conv2DSpec
	Requantization
	InputZero int8
}

// Int8DepthwiseSpec is Int8Conv2DSpec for DepthwiseSpec.
type Int8DepthwiseSpec struct {
	DepthwiseSpec
	Requantization
	InputZero int8
}

// Int8DenseSpec is Int8Conv2DSpec for DenseSpec.
type Int8DenseSpec struct {
	DenseSpec
	Requantization
	InputZero int8
}

// Int8Weights are an int8 layer's parameters in Keras's order, with zero points
// of 0. Bias may be nil. Sums must fit in 32 bits.
type Int8Weights struct {
	Values []int8
	Bias   []int32
}

// bias is the bias of an output channel.
func (w Int8Weights) bias(channel int) int32 {
	if w.Bias == nil {
		return 0
	}
	return w.Bias[channel]
}

// scale is the multiplier and the shift of an output channel.
func (r *Requantization) scale(channel int) (multiplier int32, shift int) {
	if len(r.Multipliers) == 1 {
		channel = 0
	}
	return r.Multipliers[channel], int(r.Shifts[channel])
}

// apply requantizes the sum of an output channel.
func (r *Requantization) apply(sum int32, channel int) int8 {
	multiplier, shift := r.scale(channel)
	v := (int64(sum<<max(shift, 0))*int64(multiplier) + 1<<30) >> 31
	if shift < 0 {
		half := int64(1) << (-shift - 1)
		if v < 0 {
			half--
		}
		v = (v + half) >> -shift
	}
	return int8(min(max(v+int64(r.Zero), int64(r.Low)), int64(r.High)))
}
