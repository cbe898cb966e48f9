package kernels

// Kernels on int8 compute as the reference kernels of TensorFlow Lite define
// it: a tensor holds q for the real value scale*(q-zero), products are summed in
// int32, and a sum becomes int8 again by a Rescale.

// Int8Weights are the parameters of a convolution or dense layer on int8:
//
//	out = clamp(Rescale[f].Apply(Bias[f] + sum of (in-InZero)*Values) + OutZero, Low, High)
//
// Values are in Keras's order with zero point 0. What lies beyond the picture
// is InZero, the real zero. The activation of the layer's spec is not looked
// at: Low and High are all of it. As clamping commutes with maxima, a spec's
// Pool is exact. Constructors fold InZero into the bias where it pays.
type Int8Weights struct {
	Values          []int8
	Bias            []int32 // one for each filter, or nil
	Rescale         []Rescale
	InZero, OutZero int8
	Low, High       int8
}

// PoolInt8Spec describes a pooling layer on int8, whose input and output have
// one scale. The mean is rounded half away from zero and clamped to Low and
// High, as are the maxima.
type PoolInt8Spec struct {
	PoolSpec
	Low, High int8
}

// MeanInt8Spec describes the mean of each channel over [Pixels][Channels]:
// Rescale.Apply(sum of (in-InZero)) + OutZero, the division by Pixels being part
// of Rescale.
type MeanInt8Spec struct {
	Pixels, Channels int
	Rescale          Rescale
	InZero, OutZero  int8
}

// CombineInt8Spec describes Add, Subtract or Multiply of two tensors. Each
// dimension of an input is that of Output or 1, in which case it is broadcast.
// Multiply is Out.Apply((a-Zero[0])*(b-Zero[1])). The others are
// Out.Apply(a' +- b') where a' is In[0].Apply((a-Zero[0])<<20), and b' likewise.
// OutZero is added and the result clamped to Low and High. Dst may be Src[0]
// where Inputs[0] equals Output.
type CombineInt8Spec struct {
	Kind      CombineKind
	Inputs    [2][3]int
	Output    [3]int
	Zero      [2]int8
	In        [2]Rescale
	Out       Rescale
	OutZero   int8
	Low, High int8
}

// PadInt8Spec is a PadSpec whose frame has the given value.
type PadInt8Spec struct {
	PadSpec
	Value int8
}

// TableInt8Spec describes any function of one int8: element q becomes
// Table[uint8(q)]. Dst may be Src[0].
type TableInt8Spec struct {
	Size  int
	Table [256]int8
}

// SoftmaxInt8Spec describes softmax over each row of [Rows][Size], in the fixed
// point arithmetic of TensorFlow Lite. The output's scale is 1/256 and its zero
// point -128. Scale is the input's times beta. Dst may be Src[0].
type SoftmaxInt8Spec struct {
	Rows, Size int
	Scale      float64
}

// ConvertInt8Spec describes the conversion of Size elements between float32 and
// int8. Quantizing rounds half away from zero and saturates; what is no number
// becomes Zero.
type ConvertInt8Spec struct {
	Size  int
	Scale float32
	Zero  int8
}
