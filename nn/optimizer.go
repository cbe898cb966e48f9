package nn

import (
	"fmt"
	"math"
)

// Optimizer is an optimizer as Keras describes it. NewOptimizer gives Keras's
// defaults.
type Optimizer struct {
	// Name is "SGD", "RMSprop", "Adam" or "AdamW".
	Name string
	// LearningRate is used where there is no Schedule.
	LearningRate float64
	// Schedule gives the learning rate by the number of steps done before.
	Schedule Schedule
	// Momentum is SGD's and RMSprop's; Nesterov is SGD's.
	Momentum float64
	Nesterov bool
	// Rho and Centered are RMSprop's.
	Rho      float64
	Centered bool
	// Beta1, Beta2 and AMSGrad are Adam's and AdamW's.
	Beta1, Beta2 float64
	AMSGrad      bool
	Epsilon      float64
	// WeightDecay pulls all trained weights towards zero before each step; 0
	// means none. Keras's default for AdamW is 0.004.
	WeightDecay float64
	// ClipNorm bounds the norm of each weight's gradient, GlobalClipNorm that of
	// all together, ClipValue each element; at most one is not 0.
	ClipNorm, GlobalClipNorm, ClipValue float64
}

// Schedule is a learning rate that depends on the number of steps done.
type Schedule interface {
	Rate(step int) float64
}

// NewOptimizer returns the optimizer of the given name, in upper or lower case,
// with Keras's defaults.
func NewOptimizer(name string) (Optimizer, error) {
	o := Optimizer{LearningRate: 0.001, Epsilon: 1e-7, Beta1: 0.9, Beta2: 0.999, Rho: 0.9}
	switch name {
	case "sgd", "SGD":
		o.Name, o.LearningRate = "SGD", 0.01
	case "rmsprop", "RMSprop", "RMSProp":
		o.Name = "RMSprop"
	case "adam", "Adam":
		o.Name = "Adam"
	case "adamw", "AdamW":
		o.Name, o.WeightDecay = "AdamW", 0.004
	default:
		return o, fmt.Errorf("optimizer %q is not known: choose sgd, rmsprop, adam or adamw", name)
	}
	return o, nil
}

// Check refuses settings that no optimizer can have.
func (o Optimizer) Check() error {
	switch o.Name {
	case "SGD", "RMSprop", "Adam", "AdamW":
	default:
		return fmt.Errorf("optimizer %q is not known: choose SGD, RMSprop, Adam or AdamW", o.Name)
	}
	for _, v := range []struct {
		name       string
		value, end float64
	}{
		{"learning_rate", o.LearningRate, math.MaxFloat32},
		{"momentum", o.Momentum, 1},
		{"rho", o.Rho, 1},
		{"beta_1", o.Beta1, 1},
		{"beta_2", o.Beta2, 1},
		{"epsilon", o.Epsilon, math.MaxFloat32},
		{"weight_decay", o.WeightDecay, math.MaxFloat32},
		{"clipnorm", o.ClipNorm, math.MaxFloat32},
		{"global_clipnorm", o.GlobalClipNorm, math.MaxFloat32},
		{"clipvalue", o.ClipValue, math.MaxFloat32},
	} {
		if !(v.value >= 0 && v.value <= v.end) {
			return fmt.Errorf("%s's %s is %v and must be from 0 to %g", o.Name, v.name, v.value, v.end)
		}
	}
	clips := 0
	for _, v := range []float64{o.ClipNorm, o.GlobalClipNorm, o.ClipValue} {
		if v > 0 {
			clips++
		}
	}
	if clips > 1 {
		return fmt.Errorf("%s clips in %d ways: choose one of clipnorm, global_clipnorm and clipvalue", o.Name, clips)
	}
	return nil
}

// slots are the names of what the optimizer keeps for each weight.
func (o Optimizer) slots() []string {
	switch o.Name {
	case "SGD":
		if o.Momentum > 0 {
			return []string{"momentum"}
		}
		return nil
	case "RMSprop":
		names := []string{"velocity"}
		if o.Centered {
			names = append(names, "average_gradient")
		}
		if o.Momentum > 0 {
			names = append(names, "momentum")
		}
		return names
	}
	if o.AMSGrad {
		return []string{"m", "v", "vhat"}
	}
	return []string{"m", "v"}
}
