package nn

import (
	"fmt"
	"math"

	"edged/kernels"
)

// Activation is an activation function by Keras's name and its parameters. The
// empty Activation is linear.
type Activation struct {
	// Name is Keras's: linear, relu, relu6, elu, selu, leaky_relu, tanh,
	// sigmoid, hard_sigmoid, silu, hard_silu, gelu, softplus, softsign,
	// exponential or softmax.
	Name string
	// Alpha is the slope below the threshold of relu and leaky_relu, and the
	// scale of elu.
	Alpha float64
	// MaxValue bounds relu from above; 0 means it doesn't.
	MaxValue float64
	// Threshold is relu's: values below it count as negative.
	Threshold float64
	// Approximate tells gelu's form with tanh from the one with erf.
	Approximate bool
	// Keras2 tells Keras 2's hard_sigmoid, clip(0.2x+0.5, 0, 1), from Keras
	// 3's, relu6(x+3)/6.
	Keras2 bool
}

// Function returns the activation with Keras's default parameters. The names
// swish and hard_swish are taken for silu and hard_silu. What keras is, 2 or 3,
// tells the two definitions of hard_sigmoid apart.
func Function(name string, keras int) (Activation, error) {
	a := Activation{Name: name}
	switch name {
	case "":
		a.Name = "linear"
	case "swish":
		a.Name = "silu"
	case "hard_swish":
		a.Name = "hard_silu"
	case "elu":
		a.Alpha = 1
	case "leaky_relu":
		a.Alpha = 0.2
	case "hard_sigmoid":
		a.Keras2 = keras == 2
	}
	return a, a.check()
}

// Softmax tells whether the function is softmax, which is not elementwise.
func (a Activation) Softmax() bool { return a.Name == "softmax" }

// Linear tells whether the function is the identity.
func (a Activation) Linear() bool { return a.Name == "" || a.Name == "linear" }

// Kernel returns the elementwise function for kernels, or false for softmax.
func (a Activation) Kernel() (kernels.Activation, bool) {
	kind, ok := map[string]kernels.ActivationKind{
		"": kernels.Linear, "linear": kernels.Linear, "relu": kernels.ReLU, "relu6": kernels.ReLU,
		"elu": kernels.ELU, "selu": kernels.SELU, "leaky_relu": kernels.LeakyReLU, "tanh": kernels.Tanh,
		"sigmoid": kernels.Sigmoid, "hard_sigmoid": kernels.HardSigmoid6, "silu": kernels.Swish,
		"hard_silu": kernels.HardSwish, "gelu": kernels.GELU, "softplus": kernels.Softplus,
		"softsign": kernels.Softsign, "exponential": kernels.Exponential,
	}[a.Name]
	k := kernels.Activation{Kind: kind, Alpha: float32(a.Alpha), Max: float32(a.MaxValue), Threshold: float32(a.Threshold)}
	switch {
	case a.Name == "relu6":
		k.Max = 6
	case a.Name == "gelu" && a.Approximate:
		k.Kind = kernels.GELUTanh
	case a.Name == "hard_sigmoid" && a.Keras2:
		k.Kind = kernels.HardSigmoid
	}
	return k, ok
}

// check refuses functions that edged doesn't know and parameters that are no
// numbers.
func (a Activation) check() error {
	if _, ok := a.Kernel(); !ok && !a.Softmax() {
		return fmt.Errorf("activation %q is not known", a.Name)
	}
	for _, v := range []float64{a.Alpha, a.MaxValue, a.Threshold} {
		if math.IsNaN(v) || math.Abs(v) > math.MaxFloat32 {
			return fmt.Errorf("activation %s has a parameter that is no number", a.Name)
		}
	}
	return nil
}
