package nn

import (
	"fmt"
	"math"
)

// Loss is a loss function by Keras's name, with SUM_OVER_BATCH_SIZE: the
// samples' losses times their weights, divided by the number of samples.
type Loss struct {
	// Name is "categorical_crossentropy" (targets: one value for each output),
	// "sparse_categorical_crossentropy" (targets: the number of the class),
	// "binary_crossentropy" or "mean_squared_error" (one for each output).
	Name string
	// FromLogits tells that the outputs are no probabilities. Where the model
	// ends in softmax, or in sigmoid for binary_crossentropy, the loss is
	// computed from what goes in there, as Keras does.
	FromLogits bool
	// LabelSmoothing moves that share of the targets to all classes alike.
	LabelSmoothing float64
	// ClassWeights, if any, multiply the weights of the samples of each class in
	// training; as in Keras, evaluation knows nothing of them.
	ClassWeights []float32
}

// probabilityEpsilon is Keras's epsilon(): probabilities stay this far from 0
// and 1 where the loss is computed from them.
const probabilityEpsilon = 1e-7

// lossPass computes the loss of a batch and its gradient.
type lossPass struct {
	Loss
	trainer *Trainer
	outputs int // of a sample
	targets int // values of a sample
	logits  *batchTensor
	mode    lossMode
}

type lossMode uint8

const (
	fromProbabilities lossMode = iota
	fromLogits                 // the outputs are logits
	fromInputs                 // of the last softmax or sigmoid; gradients skip it
)

func (l Loss) check(outputs int) error {
	switch l.Name {
	case "categorical_crossentropy", "sparse_categorical_crossentropy":
		if outputs < 2 {
			return fmt.Errorf("loss %s takes models with two or more outputs and this has %d", l.Name, outputs)
		}
	case "binary_crossentropy", "mean_squared_error":
	default:
		return fmt.Errorf("loss %q is not known: choose categorical_crossentropy, sparse_categorical_crossentropy, binary_crossentropy or mean_squared_error", l.Name)
	}
	if !(l.LabelSmoothing >= 0 && l.LabelSmoothing <= 1) {
		return fmt.Errorf("label smoothing is %v and must be from 0 to 1", l.LabelSmoothing)
	}
	if l.ClassWeights != nil && len(l.ClassWeights) != max(outputs, 2) {
		return fmt.Errorf("there are %d class weights for %d classes", len(l.ClassWeights), max(outputs, 2))
	}
	return nil
}

// run scores the batch and leaves the gradient in the logits' or the output's
// tensor.
func (l *lossPass) run(targets, weights []float32) Score {
	t := l.trainer
	n := t.n
	score := Score{Samples: n}
	for i := range n {
		y := targets[i*l.targets:][:l.targets]
		p := t.output.value[i*l.outputs:][:l.outputs]
		z := l.logits.value[i*l.outputs:][:l.outputs]
		weight := 1.0
		if weights != nil {
			weight = float64(weights[i])
		}
		class := l.class(y)
		if t.training && l.ClassWeights != nil && class >= 0 && class < len(l.ClassWeights) {
			weight *= float64(l.ClassWeights[class])
		}
		var gradient []float32
		if l.logits.gradient != nil {
			gradient = l.logits.gradient[i*l.outputs:][:l.outputs]
		}
		score.Loss += weight * l.sample(y, class, p, z, gradient, weight/float64(n))
		if class == l.guess(p) {
			score.Correct++
		}
	}
	score.Loss /= float64(n)
	return score
}

// class is the class that targets name.
func (l *lossPass) class(y []float32) int {
	switch {
	case l.Name == "sparse_categorical_crossentropy":
		return int(y[0])
	case len(y) == 1:
		if y[0] > 0.5 {
			return 1
		}
		return 0
	}
	return argmax(y)
}

func (l *lossPass) guess(p []float32) int {
	if len(p) > 1 {
		return argmax(p)
	}
	limit := float32(0.5)
	if l.mode == fromLogits {
		limit = 0
	}
	if p[0] > limit {
		return 1
	}
	return 0
}

func argmax(v []float32) int {
	best := 0
	for i, x := range v {
		if x > v[best] {
			best = i
		}
	}
	return best
}

// target is the smoothed target of output k.
func (l *lossPass) target(y []float32, class, k int) float64 {
	if l.Name == "sparse_categorical_crossentropy" {
		if k == class {
			return 1
		}
		return 0
	}
	v := float64(y[k])
	switch l.Name {
	case "categorical_crossentropy":
		v = v*(1-l.LabelSmoothing) + l.LabelSmoothing/float64(l.outputs)
	case "binary_crossentropy":
		v = v*(1-l.LabelSmoothing) + 0.5*l.LabelSmoothing
	}
	return v
}

// sample returns the loss of one sample, and its gradient times factor.
func (l *lossPass) sample(y []float32, class int, p, z, gradient []float32, factor float64) float64 {
	switch l.Name {
	case "mean_squared_error":
		return l.squared(y, p, gradient, factor)
	case "binary_crossentropy":
		return l.binary(y, class, z, gradient, factor)
	}
	if l.mode == fromProbabilities {
		return l.categoricalFromProbabilities(y, class, p, gradient, factor)
	}
	top := float64(z[argmax(z)])
	sum := 0.0
	for _, v := range z {
		sum += math.Exp(float64(v) - top)
	}
	loss, logSum := 0.0, math.Log(sum)
	for k, v := range z {
		target := l.target(y, class, k)
		x := float64(v) - top
		loss += target * (logSum - x)
		if gradient != nil {
			gradient[k] = float32((math.Exp(x)/sum - target) * factor)
		}
	}
	return loss
}

// categoricalFromProbabilities follows Keras: probabilities are divided by
// their sum, then kept from 0 and 1.
func (l *lossPass) categoricalFromProbabilities(y []float32, class int, p, gradient []float32, factor float64) float64 {
	sum := 0.0
	for _, v := range p {
		sum += float64(v)
	}
	loss, pull := 0.0, 0.0
	for k, v := range p {
		target, q := l.target(y, class, k), float64(v)/sum
		clipped := min(max(q, probabilityEpsilon), 1-probabilityEpsilon)
		loss -= target * math.Log(clipped)
		if q == clipped {
			pull += target / q * float64(v) / (sum * sum)
		}
	}
	if gradient == nil {
		return loss
	}
	for k, v := range p {
		target, q := l.target(y, class, k), float64(v)/sum
		g := pull
		if q >= probabilityEpsilon && q <= 1-probabilityEpsilon {
			g -= target / q / sum
		}
		gradient[k] = float32(g * factor)
	}
	return loss
}

// binary is the mean over the outputs.
func (l *lossPass) binary(y []float32, class int, z, gradient []float32, factor float64) float64 {
	loss, count := 0.0, float64(len(z))
	for k, v := range z {
		target, x, g := l.target(y, class, k), float64(v), 0.0
		if l.mode == fromProbabilities {
			clipped := min(max(x, probabilityEpsilon), 1-probabilityEpsilon)
			loss -= target*math.Log(clipped+probabilityEpsilon) + (1-target)*math.Log(1-clipped+probabilityEpsilon)
			if x == clipped {
				g = -target/(clipped+probabilityEpsilon) + (1-target)/(1-clipped+probabilityEpsilon)
			}
		} else {
			loss += max(x, 0) - x*target + math.Log1p(math.Exp(-math.Abs(x)))
			g = 1/(1+math.Exp(-x)) - target
		}
		if gradient != nil {
			gradient[k] = float32(g * factor / count)
		}
	}
	return loss / count
}

func (l *lossPass) squared(y, p, gradient []float32, factor float64) float64 {
	loss, count := 0.0, float64(len(p))
	for k, v := range p {
		d := float64(v) - float64(y[k])
		loss += d * d
		if gradient != nil {
			gradient[k] = float32(2 * d * factor / count)
		}
	}
	return loss / count
}

func finite(v float64) bool { return !math.IsNaN(v) && !math.IsInf(v, 0) }
