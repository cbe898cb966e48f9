package kernels_test

import (
	"math"
	"testing"

	"edged/kernels"
)

func TestExtremesOfActivations(t *testing.T) {
	inf := float32(math.Inf(1))
	for _, one := range []struct {
		activation kernels.Activation
		x, want    float32
	}{
		{kernels.Activation{Kind: kernels.ReLU}, inf, inf},
		{kernels.Activation{Kind: kernels.ReLU, Max: 6}, inf, 6},
		{kernels.Activation{Kind: kernels.ReLU}, -inf, 0},
		{kernels.Activation{Kind: kernels.ELU, Alpha: 1}, -inf, -1},
		{kernels.Activation{Kind: kernels.Tanh}, inf, 1},
		{kernels.Activation{Kind: kernels.Tanh}, -inf, -1},
		{kernels.Activation{Kind: kernels.Sigmoid}, inf, 1},
		{kernels.Activation{Kind: kernels.Sigmoid}, -inf, 0},
		{kernels.Activation{Kind: kernels.Softplus}, inf, inf},
		{kernels.Activation{Kind: kernels.Softplus}, -inf, 0},
		{kernels.Activation{Kind: kernels.Exponential}, 200, inf},
		{kernels.Activation{Kind: kernels.Exponential}, -200, 0},
	} {
		v := []float32{one.x}
		if one.activation.Apply(v); v[0] != one.want {
			t.Errorf("activation %d of %g is %g, want %g", one.activation.Kind, one.x, v[0], one.want)
		}
	}
	for kind := kernels.Linear; kind <= kernels.Exponential; kind++ {
		v := []float32{float32(math.NaN())}
		kernels.Activation{Kind: kind, Alpha: 0.1}.Apply(v)
		if v[0] == v[0] {
			t.Errorf("activation %d hides NaN as %g", kind, v[0])
		}
	}
}
