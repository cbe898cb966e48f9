package nn

import (
	"math"

	"edged/kernels"
)

// oracle runs a model in float64, layer by layer by its definition, as layers
// behave in training.
type oracle struct {
	weights map[*Weight][]float64
	batch   int
}

// model returns the output for a batch.
func (o *oracle) model(m *Model, in [][]float64) []float64 {
	values := make([][]float64, len(m.Nodes))
	for i, id := range m.Inputs {
		values[id] = in[i]
	}
	for i, n := range m.Nodes {
		if _, ok := n.Layer.(*InputLayer); ok {
			continue
		}
		var inputs [][]float64
		var shapes []Shape
		for _, from := range n.Inputs {
			inputs, shapes = append(inputs, values[from]), append(shapes, m.Nodes[from].Shape)
		}
		values[i] = o.layer(n.Layer, inputs, shapes, n.Shape)
	}
	return values[m.Outputs[0]]
}

func (o *oracle) layer(l Layer, in [][]float64, from []Shape, to Shape) []float64 {
	x, s := in[0], from[0]
	switch l := l.(type) {
	case *Model:
		return o.model(l, in)
	case *Flatten, *Reshape:
		return x
	case *Conv2D:
		y := o.conv(x, s, to, l.KernelSize, l.Strides, l.DilationRate, l.Padding, l.Groups, o.weights[l.Kernel], false)
		return o.activate(o.bias(y, l.Bias), to, l.Activation)
	case *DepthwiseConv2D:
		y := o.conv(x, s, to, l.KernelSize, l.Strides, l.DilationRate, l.Padding, s[2], o.weights[l.DepthwiseKernel], true)
		return o.activate(o.bias(y, l.Bias), to, l.Activation)
	case *SeparableConv2D:
		middle := Shape{to[0], to[1], s[2] * l.DepthMultiplier}
		y := o.conv(x, s, middle, l.KernelSize, l.Strides, l.DilationRate, l.Padding, s[2], o.weights[l.DepthwiseKernel], true)
		one := [2]int{1, 1}
		y = o.conv(y, middle, to, one, one, one, Valid, 1, o.weights[l.PointwiseKernel], false)
		return o.activate(o.bias(y, l.Bias), to, l.Activation)
	case *Dense:
		n := channels(s)
		y := make([]float64, len(x)/n*l.Units)
		for r := range len(x) / n {
			for u := range l.Units {
				for k := range n {
					y[r*l.Units+u] += x[r*n+k] * o.weights[l.Kernel][k*l.Units+u]
				}
			}
		}
		return o.activate(o.bias(y, l.Bias), to, l.Activation)
	case *BatchNormalization:
		return o.normalize(x, channels(s), l)
	case *PReLU:
		y, index := make([]float64, len(x)), repeats(l.Alpha.Shape, s)
		for i, v := range x {
			if y[i] = v; v < 0 {
				y[i] = v * o.weights[l.Alpha][index[i%s.Size()]]
			}
		}
		return y
	case *Softmax:
		return o.activate(x, s, Activation{Name: "softmax"})
	case interface{ Function() Activation }:
		return o.activate(x, s, l.Function())
	case *MaxPooling2D:
		return o.pool(x, s, to, l.PoolSize, l.Strides, l.Padding, false)
	case *AveragePooling2D:
		return o.pool(x, s, to, l.PoolSize, l.Strides, l.Padding, true)
	case *GlobalMaxPooling2D:
		return o.pool(x, s, Shape{1, 1, s[2]}, [2]int{s[0], s[1]}, [2]int{s[0], s[1]}, Valid, false)
	case *GlobalAveragePooling2D:
		return o.pool(x, s, Shape{1, 1, s[2]}, [2]int{s[0], s[1]}, [2]int{s[0], s[1]}, Valid, true)
	case *ZeroPadding2D:
		return o.pad(x, s, to, l.Padding[0][0], l.Padding[1][0])
	case *Cropping2D:
		return o.pad(x, s, to, -l.Cropping[0][0], -l.Cropping[1][0])
	case *Rescaling:
		y := make([]float64, len(x))
		for i, v := range x {
			y[i] = v*l.Scale[i%len(l.Scale)] + l.Offset[i%len(l.Offset)]
		}
		return y
	case *Merge:
		return o.merge(l.Kind, in, from, to)
	case *Concatenate:
		axis, _ := sampleAxis(l.Axis, len(to))
		var y []float64
		for row := range o.batch * to[:axis].Size() {
			for i := range in {
				n := from[i][axis:].Size()
				y = append(y, in[i][row*n:][:n]...)
			}
		}
		return y
	}
	panic(l.Class())
}

func (o *oracle) bias(y []float64, w *Weight) []float64 {
	if w != nil {
		for i := range y {
			y[i] += o.weights[w][i%len(o.weights[w])]
		}
	}
	return y
}

func (o *oracle) conv(x []float64, s, to Shape, size, strides, dilation [2]int, p Padding, groups int, w []float64, depthwise bool) []float64 {
	top, left := slides(s, size, strides, dilation, p)
	y := make([]float64, o.batch*to.Size())
	inputs, filters := s[2]/groups, to[2]/groups
	for b := range o.batch {
		for i := range to.Size() {
			oy, ox, f := i/(to[1]*to[2]), i/to[2]%to[1], i%to[2]
			for a := range size[0] {
				for c := range size[1] {
					iy, ix := oy*strides[0]+a*dilation[0]-top, ox*strides[1]+c*dilation[1]-left
					if iy < 0 || ix < 0 || iy >= s[0] || ix >= s[1] {
						continue
					}
					for k := range inputs {
						at := ((a*size[1]+c)*inputs+k)*to[2] + f
						y[b*to.Size()+i] += x[((b*s[0]+iy)*s[1]+ix)*s[2]+f/filters*inputs+k] * w[at]
					}
				}
			}
		}
	}
	return y
}

func (o *oracle) normalize(x []float64, n int, l *BatchNormalization) []float64 {
	y, count := make([]float64, len(x)), float64(len(x)/n)
	for c := range n {
		mean, variance := 0.0, 0.0
		for i := c; i < len(x); i += n {
			mean += x[i] / count
		}
		for i := c; i < len(x); i += n {
			variance += (x[i] - mean) * (x[i] - mean) / count
		}
		for i := c; i < len(x); i += n {
			y[i] = (x[i]-mean)/math.Sqrt(variance+l.Epsilon)*o.weights[l.Gamma][c] + o.weights[l.Beta][c]
		}
	}
	return y
}

func (o *oracle) activate(x []float64, s Shape, a Activation) []float64 {
	y := make([]float64, len(x))
	if a.Softmax() {
		n := channels(s)
		for r := 0; r < len(x); r += n {
			sum := 0.0
			for i := range n {
				sum += math.Exp(x[r+i])
			}
			for i := range n {
				y[r+i] = math.Exp(x[r+i]) / sum
			}
		}
		return y
	}
	k, _ := a.Kernel()
	for i, v := range x {
		y[i] = activated(k, v)
	}
	return y
}

func activated(a kernels.Activation, x float64) float64 {
	alpha := float64(a.Alpha)
	sigmoid := 1 / (1 + math.Exp(-x))
	switch a.Kind {
	case kernels.ReLU:
		if x < float64(a.Threshold) {
			return alpha * (x - float64(a.Threshold))
		}
		if a.Max > 0 {
			return min(x, float64(a.Max))
		}
		return x
	case kernels.ELU:
		if x < 0 {
			return alpha * math.Expm1(x)
		}
		return x
	case kernels.SELU:
		if x < 0 {
			x = 1.6732632423543772 * math.Expm1(x)
		}
		return 1.0507009873554805 * x
	case kernels.LeakyReLU:
		if x < 0 {
			return alpha * x
		}
		return x
	case kernels.Tanh:
		return math.Tanh(x)
	case kernels.Sigmoid:
		return sigmoid
	case kernels.HardSigmoid:
		return min(max(0.2*x+0.5, 0), 1)
	case kernels.HardSigmoid6:
		return min(max(x+3, 0), 6) / 6
	case kernels.Swish:
		return x * sigmoid
	case kernels.HardSwish:
		return x * min(max(x+3, 0), 6) / 6
	case kernels.GELU:
		return 0.5 * x * math.Erfc(-x/math.Sqrt2)
	case kernels.GELUTanh:
		return 0.5 * x * (1 + math.Tanh(math.Sqrt(2/math.Pi)*(x+0.044715*x*x*x)))
	case kernels.Softplus:
		return math.Log1p(math.Exp(x))
	case kernels.Softsign:
		return x / (1 + math.Abs(x))
	case kernels.Exponential:
		return math.Exp(x)
	}
	return x
}

func (o *oracle) pool(x []float64, s, to Shape, size, strides [2]int, p Padding, average bool) []float64 {
	top, left := slides(s, size, strides, [2]int{1, 1}, p)
	y := make([]float64, o.batch*to.Size())
	for b := range o.batch {
		for i := range to.Size() {
			oy, ox, c := i/(to[1]*to[2]), i/to[2]%to[1], i%to[2]
			best, sum, count := math.Inf(-1), 0.0, 0.0
			for a := range size[0] {
				for d := range size[1] {
					iy, ix := oy*strides[0]+a-top, ox*strides[1]+d-left
					if iy >= 0 && ix >= 0 && iy < s[0] && ix < s[1] {
						v := x[((b*s[0]+iy)*s[1]+ix)*s[2]+c]
						best, sum, count = max(best, v), sum+v, count+1
					}
				}
			}
			if y[b*to.Size()+i] = best; average {
				y[b*to.Size()+i] = sum / count
			}
		}
	}
	return y
}

func (o *oracle) pad(x []float64, s, to Shape, top, left int) []float64 {
	y := make([]float64, o.batch*to.Size())
	for b := range o.batch {
		for i := range to.Size() {
			iy, ix, c := i/(to[1]*to[2])-top, i/to[2]%to[1]-left, i%to[2]
			if iy >= 0 && ix >= 0 && iy < s[0] && ix < s[1] {
				y[b*to.Size()+i] = x[((b*s[0]+iy)*s[1]+ix)*s[2]+c]
			}
		}
	}
	return y
}

func (o *oracle) merge(kind string, in [][]float64, from []Shape, to Shape) []float64 {
	y := make([]float64, o.batch*to.Size())
	for i, x := range in {
		shape := from[i]
		for len(shape) < len(to) {
			shape = append(Shape{1}, shape...)
		}
		index := repeats(shape, to)
		for k := range y {
			v := x[k/to.Size()*shape.Size()+int(index[k%to.Size()])]
			switch {
			case i == 0:
				y[k] = v
			case kind == "Add" || kind == "Average":
				y[k] += v
			case kind == "Subtract":
				y[k] -= v
			case kind == "Multiply":
				y[k] *= v
			case kind == "Maximum":
				y[k] = max(y[k], v)
			case kind == "Minimum":
				y[k] = min(y[k], v)
			}
		}
	}
	if kind == "Average" {
		for k := range y {
			y[k] /= float64(len(in))
		}
	}
	return y
}

// loss is the mean loss with sample weights, from the model's output.
func (o *oracle) loss(l Loss, y, targets, weights []float64, outputs int) float64 {
	total := 0.0
	for b := range o.batch {
		sum := 0.0
		for k := range outputs {
			p, t := y[b*outputs+k], 0.0
			if l.Name == "sparse_categorical_crossentropy" {
				if int(targets[b]) == k {
					t = 1
				}
			} else {
				t = targets[b*outputs+k]
			}
			switch l.Name {
			case "mean_squared_error":
				sum += (p - t) * (p - t) / float64(outputs)
			case "binary_crossentropy":
				t = t*(1-l.LabelSmoothing) + 0.5*l.LabelSmoothing
				sum -= (t*math.Log(p) + (1-t)*math.Log(1-p)) / float64(outputs)
			case "categorical_crossentropy":
				t = t*(1-l.LabelSmoothing) + l.LabelSmoothing/float64(outputs)
				sum -= t * math.Log(p)
			default:
				sum -= t * math.Log(p)
			}
		}
		total += sum * weights[b]
	}
	return total / float64(o.batch)
}
