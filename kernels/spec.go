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
