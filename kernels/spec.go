package kernels

// Conv2DSpec describes a two-dimensional convolution on one picture with
// channels last: the input is [InHeight][InWidth][InChannels], the output
// [OutHeight][OutWidth][Filters], or what Pool makes of that. Weights are
// [KernelHeight][KernelWidth][InChannels/Groups][Filters] as Keras stores them.
type Conv2DSpec struct {
	InHeight, InWidth, InChannels int
	OutHeight, OutWidth, Filters  int
	KernelHeight, KernelWidth     int
	StrideHeight, StrideWidth     int
	DilationHeight, DilationWidth int
	PadTop, PadLeft               int // zeros before the first row and column
	Groups                        int
	Activation                    Activation
	Pool                          Window // max pooling after the activation; zero: none
}

// Window is a pooling window. The zero Window means no pooling.
type Window struct {
	Height, Width             int
	StrideHeight, StrideWidth int
	PadTop, PadLeft           int
	OutHeight, OutWidth       int
}

// DepthwiseSpec describes a depthwise convolution: channel c of the input
// makes the outputs c*Multiplier up to (c+1)*Multiplier. Weights are
// [KernelHeight][KernelWidth][Channels][Multiplier].
type DepthwiseSpec struct {
	InHeight, InWidth, Channels   int
	Multiplier                    int
	OutHeight, OutWidth           int
	KernelHeight, KernelWidth     int
	StrideHeight, StrideWidth     int
	DilationHeight, DilationWidth int
	PadTop, PadLeft               int
	Activation                    Activation
}

// DenseSpec describes a fully connected layer on Rows independent rows:
// [Rows][Inputs] times weights [Inputs][Units] gives [Rows][Units].
type DenseSpec struct {
	Rows, Inputs, Units int
	Activation          Activation
}

// PoolSpec describes a pooling layer over [InHeight][InWidth][Channels].
// Average pooling divides by the number of cells inside the picture, as Keras does.
type PoolSpec struct {
	InHeight, InWidth, Channels int
	Window                      Window
	Average                     bool
}

// Weights are a layer's parameters, in Keras's order. Exactly one of Float32
// and Float16 is set; Bias may be nil.
type Weights struct {
	Float32 []float32
	Float16 []uint16
	Bias    []float32
}

// GlobalPoolSpec describes the maximum or the mean of each channel over
// [Pixels][Channels]; the output is [Channels].
type GlobalPoolSpec struct {
	Pixels, Channels int
	Average          bool
}

// ActivateSpec describes an activation applied to Size elements. Dst may be
// Src[0].
type ActivateSpec struct {
	Size       int
	Activation Activation
}

// SoftmaxSpec describes softmax along the middle axis of [Outer][Size][Inner].
// Dst may be Src[0].
type SoftmaxSpec struct {
	Outer, Size, Inner int
}

// AffineSpec describes x*Scale[c] + Offset[c], then the activation, over
// [Rows][Channels]: batch normalization that could not be folded, Rescaling,
// Normalization. Scale and Offset have Channels elements. Dst may be Src[0].
type AffineSpec struct {
	Rows, Channels int
	Scale, Offset  []float32
	Activation     Activation
}

// PReLUSpec describes max(x, 0) + Alpha[i]*min(x, 0) over [Rows][Size]. Alpha
// has Size elements. Dst may be Src[0].
type PReLUSpec struct {
	Rows, Size int
	Alpha      []float32
}

// CombineKind names an elementwise function of two or more tensors.
type CombineKind uint8

// The ways to combine tensors, named after Keras's merging layers. Subtract
// takes exactly two.
const (
	Add CombineKind = iota
	Subtract
	Multiply
	Maximum
	Minimum
	Average
)

// CombineSpec describes an elementwise function of len(Inputs) tensors, then
// the activation. Each input's dimension is that of Output or 1, in which case
// it is broadcast. Dst may be Src[0] where Inputs[0] equals Output.
type CombineSpec struct {
	Kind       CombineKind
	Inputs     [][3]int
	Output     [3]int
	Activation Activation
}

// ConcatenateSpec describes the concatenation of [Rows][Channels[i]] for every
// input i along the last axis.
type ConcatenateSpec struct {
	Rows     int
	Channels []int
}

// PadSpec describes a picture placed in a frame of zeros (ZeroPadding2D) or cut
// (Cropping2D): output pixel (y, x) is input pixel (y-Top, x-Left), or zero
// where there is none. Top and Left are negative for cropping.
type PadSpec struct {
	InHeight, InWidth, Channels int
	Top, Left                   int
	OutHeight, OutWidth         int
}

// TransposeSpec describes a permutation of axes: axis i of the output is axis
// Order[i] of the input, whose dimensions are Shape.
type TransposeSpec struct {
	Shape, Order []int
}

// ResizingSpec describes Keras's Resizing layer, with half-pixel centres and
// without antialiasing.
type ResizingSpec struct {
	InHeight, InWidth, Channels int
	OutHeight, OutWidth         int
	Bilinear                    bool // else the nearest pixel
}
