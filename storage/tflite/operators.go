package tflite

import (
	"fmt"
	"slices"

	"edged/nn"
)

// operator adds the layers of one operator.
func (b *builder) operator(o *operator) error {
	switch o.code {
	case opDequantize:
		if b.constant(&operator{inputs: o.outputs}, 0) == nil {
			return b.alias(o)
		}
		return nil
	case opQuantize:
		return b.quantize(o)
	case opConv2D:
		return b.conv2D(o)
	case opDepthwise:
		return b.depthwise(o)
	case opFullyConn:
		return b.dense(o)
	case opAdd, opMul, opSub, opMaximum, opMinimum:
		return b.arithmetic(o)
	case opGreater, opExp:
		return nil // parts of patterns that the operator at their end recognises
	case opLog:
		return b.softplus(o)
	case opSelect:
		return b.scaledELU(o)
	case opSpaceToBatch, opBatchToSpace:
		return b.dilation(o)
	case opConcatenation:
		return b.concatenate(o)
	}
	in, err := b.node(o, 0)
	if err != nil {
		return err
	}
	return b.unary(o, in)
}

// unary adds the layer of an operator with one computed input.
func (b *builder) unary(o *operator, in int) error {
	switch o.code {
	case opMaxPool:
		p := readPool(o)
		return b.putFused(o, p.fused, &nn.MaxPooling2D{PoolSize: p.size, Strides: p.strides, Padding: p.padding}, in)
	case opAveragePool:
		p := readPool(o)
		return b.putFused(o, p.fused, &nn.AveragePooling2D{PoolSize: p.size, Strides: p.strides, Padding: p.padding}, in)
	case opReshape, opSqueeze:
		return b.reshape(o, in)
	case opMean, opReduceMax:
		return b.global(o, in)
	case opPad:
		padding, err := b.borders(o)
		if err != nil {
			return err
		}
		return b.put(o, &nn.ZeroPadding2D{Padding: padding}, in)
	case opSlice:
		cropping, err := b.cropping(o)
		if err != nil {
			return err
		}
		return b.put(o, &nn.Cropping2D{Cropping: cropping}, in)
	case opSoftmax:
		if beta := o.options.float(0); beta != 1 {
			return fmt.Errorf("softmax with beta %v", beta)
		}
		return b.put(o, &nn.Softmax{Axis: -1}, in)
	case opLeakyRelu:
		return b.put(o, &nn.LeakyReLU{NegativeSlope: o.options.float(0)}, in)
	case opPrelu:
		return b.prelu(o, in)
	case opGelu:
		return b.put(o, &nn.ActivationLayer{Activation: nn.Activation{Name: "gelu", Approximate: o.options.byte(0, 0) != 0}}, in)
	}
	name, ok := map[int]string{opLogistic: "sigmoid", opRelu: "relu", opRelu6: "relu6", opTanh: "tanh", opElu: "elu", opHardSwish: "hard_silu"}[o.code]
	if !ok {
		return fmt.Errorf("it is not known")
	}
	a, err := nn.Function(name, 3)
	if err != nil {
		return err
	}
	return b.put(o, &nn.ActivationLayer{Activation: a}, in)
}

// pool is the options of a pooling operator.
type pool struct {
	size, strides [2]int
	padding       nn.Padding
	fused         int
}

func readPool(o *operator) pool {
	t := o.options
	return pool{
		size:    [2]int{t.int(4, 0), t.int(3, 0)},
		strides: [2]int{t.int(2, 0), t.int(1, 0)},
		padding: padding(t.byte(0, 0)),
		fused:   t.byte(5, 0),
	}
}

func padding(code int) nn.Padding {
	if code == 0 {
		return nn.Same
	}
	return nn.Valid
}

// kernel is an operator's constant weights of a rank, and its bias or nil.
func (b *builder) kernel(o *operator, rank int) (weights, bias *tensor, err error) {
	weights = b.constant(o, 1)
	if weights == nil || len(weights.shape) != rank {
		return nil, nil, fmt.Errorf("its weights are no constant of %d dimensions", rank)
	}
	bias = b.constant(o, 2)
	if bias == nil && len(o.inputs) > 2 && o.inputs[2] >= 0 {
		return nil, nil, fmt.Errorf("its bias is no constant")
	}
	return weights, bias, nil
}

// conv2D reads weights [filters][height][width][channels].
func (b *builder) conv2D(o *operator) error {
	in, err := b.node(o, 0)
	if err != nil {
		return err
	}
	weights, bias, err := b.kernel(o, 4)
	if err != nil {
		return err
	}
	t := o.options
	a, err := activation(t.byte(3, 0))
	if err != nil {
		return err
	}
	s := weights.shape
	groups, err := b.groups(o, s[3])
	if err != nil {
		return err
	}
	l := &nn.Conv2D{
		Filters: s[0], KernelSize: [2]int{s[1], s[2]}, Strides: [2]int{t.int(2, 1), t.int(1, 1)},
		DilationRate: [2]int{t.int(5, 1), t.int(4, 1)}, Padding: padding(t.byte(0, 0)), Groups: groups, Activation: a, UseBias: bias != nil,
	}
	b.fill(func() *nn.Weight { return l.Kernel }, weights, func(v []float32) []float32 { return transpose(v, s[0]) })
	if bias != nil {
		b.fill(func() *nn.Weight { return l.Bias }, bias, nil)
	}
	return b.put(o, l, in)
}

// groups is how often a kernel's channels fit into the input's.
func (b *builder) groups(o *operator, channels int) (int, error) {
	shape := b.graph.tensors[o.inputs[0]].shape
	if len(shape) != 4 || channels < 1 || shape[3]%channels != 0 {
		return 0, fmt.Errorf("weights of %d channels for an input of shape %v", channels, shape)
	}
	return shape[3] / channels, nil
}

// transpose turns [rows][n] into [n][rows].
func transpose(v []float32, rows int) []float32 {
	if rows < 1 {
		return v
	}
	n := len(v) / rows
	out := make([]float32, len(v))
	for r := range rows {
		for i := range n {
			out[i*rows+r] = v[r*n+i]
		}
	}
	return out
}

// depthwise reads weights [1][height][width][channels*multiplier].
func (b *builder) depthwise(o *operator) error {
	in, err := b.node(o, 0)
	if err != nil {
		return err
	}
	weights, bias, err := b.kernel(o, 4)
	if err != nil {
		return err
	}
	t := o.options
	a, err := activation(t.byte(4, 0))
	if err != nil {
		return err
	}
	channels := b.graph.tensors[o.inputs[0]].shape
	s := weights.shape
	if len(channels) != 4 || channels[3] < 1 || s[3]%channels[3] != 0 {
		return fmt.Errorf("weights of shape %v for an input of shape %v", s, channels)
	}
	l := &nn.DepthwiseConv2D{
		KernelSize: [2]int{s[1], s[2]}, Strides: [2]int{t.int(2, 1), t.int(1, 1)}, DilationRate: [2]int{t.int(6, 1), t.int(5, 1)},
		Padding: padding(t.byte(0, 0)), DepthMultiplier: s[3] / channels[3], Activation: a, UseBias: bias != nil,
	}
	b.fill(func() *nn.Weight { return l.DepthwiseKernel }, weights, nil)
	if bias != nil {
		b.fill(func() *nn.Weight { return l.Bias }, bias, nil)
	}
	return b.put(o, l, in)
}

// dense reads weights [units][inputs]; the input is flattened unless its last
// axis has that many inputs and dimensions are kept.
func (b *builder) dense(o *operator) error {
	in, err := b.node(o, 0)
	if err != nil {
		return err
	}
	weights, bias, err := b.kernel(o, 2)
	if err != nil {
		return err
	}
	a, err := activation(o.options.byte(0, 0))
	if err != nil {
		return err
	}
	if keep := o.options.byte(2, 0) != 0; !keep && len(b.graph.tensors[o.inputs[0]].shape) > 2 {
		in = b.add(&nn.Flatten{}, in)
	}
	l := &nn.Dense{Units: weights.shape[0], Activation: a, UseBias: bias != nil}
	b.fill(func() *nn.Weight { return l.Kernel }, weights, func(v []float32) []float32 { return transpose(v, weights.shape[0]) })
	if bias != nil {
		b.fill(func() *nn.Weight { return l.Bias }, bias, nil)
	}
	return b.put(o, l, in)
}

func (b *builder) prelu(o *operator, in int) error {
	alpha := b.constant(o, 1)
	if alpha == nil || len(alpha.shape) != 3 {
		return fmt.Errorf("its slopes are no constant of three dimensions")
	}
	l := &nn.PReLU{}
	for axis, d := range alpha.shape {
		if d == 1 {
			l.SharedAxes = append(l.SharedAxes, axis+1)
		}
	}
	b.fill(func() *nn.Weight { return l.Alpha }, alpha, nil)
	return b.put(o, l, in)
}

func (b *builder) reshape(o *operator, in int) error {
	target := b.output(o)
	if len(target) == 1 {
		return b.put(o, &nn.Flatten{}, in)
	}
	return b.put(o, &nn.Reshape{TargetShape: slices.Clone(target)}, in)
}

// global reads a mean or maximum over rows and columns.
func (b *builder) global(o *operator, in int) error {
	axes := b.constant(o, 1)
	if axes == nil {
		return fmt.Errorf("its axes are no constant")
	}
	list, err := axes.integers()
	if err != nil {
		return err
	}
	if slices.Sort(list); !slices.Equal(list, []int{1, 2}) || len(b.graph.tensors[o.inputs[0]].shape) != 4 {
		return fmt.Errorf("it reduces the axes %v; rows and columns together are known", list)
	}
	keep := o.options.byte(0, 0) != 0
	if o.code == opMean {
		return b.put(o, &nn.GlobalAveragePooling2D{KeepDims: keep}, in)
	}
	return b.put(o, &nn.GlobalMaxPooling2D{KeepDims: keep}, in)
}

// borders reads the constant second input of a pad: pairs for four axes, of
// which batch and channels must be zero.
func (b *builder) borders(o *operator) ([2][2]int, error) {
	t := b.constant(o, 1)
	if t == nil {
		return [2][2]int{}, fmt.Errorf("its paddings are no constant")
	}
	v, err := t.integers()
	if err != nil {
		return [2][2]int{}, err
	}
	if len(v) != 8 || v[0] != 0 || v[1] != 0 || v[6] != 0 || v[7] != 0 {
		return [2][2]int{}, fmt.Errorf("paddings %v; those of rows and columns are known", v)
	}
	return [2][2]int{{v[2], v[3]}, {v[4], v[5]}}, nil
}

// cropping reads the constant start and size of a slice of rows and columns.
func (b *builder) cropping(o *operator) (edges [2][2]int, err error) {
	shape := b.graph.tensors[o.inputs[0]].shape
	start, size := b.constant(o, 1), b.constant(o, 2)
	if start == nil || size == nil || len(shape) != 4 {
		return edges, fmt.Errorf("a slice of shape %v whose start or size is no constant", shape)
	}
	from, err := start.integers()
	if err != nil {
		return edges, err
	}
	n, err := size.integers()
	if err != nil {
		return edges, err
	}
	if len(from) != 4 || len(n) != 4 {
		return edges, fmt.Errorf("a slice from %v of %v", from, n)
	}
	for axis, first := range from {
		rest := shape[axis] - first - n[axis]
		if n[axis] == -1 {
			rest = 0
		}
		switch {
		case axis == 1 || axis == 2:
			edges[axis-1] = [2]int{first, rest}
		case first != 0 || rest != 0:
			return edges, fmt.Errorf("a slice from %v of %v; those of rows and columns are known", from, n)
		}
	}
	return edges, nil
}

func (b *builder) concatenate(o *operator) error {
	var inputs []int
	for i := range o.inputs {
		in, err := b.node(o, i)
		if err != nil {
			return err
		}
		inputs = append(inputs, in)
	}
	return b.putFused(o, o.options.byte(1, 0), &nn.Concatenate{Axis: o.options.int(0, -1)}, inputs...)
}
