package kernels

// ActivationKind names an elementwise function that kernels can fuse.
type ActivationKind uint8

// The activations, with Keras's definitions. Softmax is no elementwise function
// and has an Op of its own.
const (
	Linear ActivationKind = iota
	ReLU                  // x < Threshold: Alpha*(x-Threshold); else min(x, Max)
	ELU                   // x > 0: x; else Alpha*(exp(x)-1)
	SELU
	LeakyReLU // x > 0: x; else Alpha*x
	Tanh
	Sigmoid
	HardSigmoid  // Keras 2: clip(0.2x+0.5, 0, 1)
	HardSigmoid6 // Keras 3: relu6(x+3)/6
	Swish        // x*sigmoid(x), also called silu
	HardSwish    // x*relu6(x+3)/6
	GELU         // 0.5x(1+erf(x/sqrt 2))
	GELUTanh     // 0.5x(1+tanh(sqrt(2/pi)(x+0.044715x^3)))
	Softplus
	Softsign
	Exponential
)

// Activation is an elementwise function and its parameters.
type Activation struct {
	Kind      ActivationKind
	Alpha     float32 // slope or scale below the threshold
	Max       float32 // ReLU: upper bound; 0 or +Inf means none
	Threshold float32 // ReLU: values below it count as negative
}
