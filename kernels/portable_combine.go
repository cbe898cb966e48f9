package kernels

// combine is the portable elementwise function of several tensors. One unit is
// a run of rows of the output.
type combine struct {
	elementwise
	spec    CombineSpec
	strides [][3]int // of every input; 0 where it is broadcast
}

func newCombine(s *CombineSpec) Op {
	op := &combine{spec: *s}
	op.spec.Inputs = append([][3]int(nil), s.Inputs...)
	for _, shape := range s.Inputs {
		strides := [3]int{shape[1] * shape[2], shape[2], 1}
		for axis, d := range shape {
			if d == 1 {
				strides[axis] = 0
			}
		}
		op.strides = append(op.strides, strides)
	}
	return op
}

func (op *combine) Name() string { return "combine/portable" }

func (op *combine) rows() int { return op.spec.Output[0] * op.spec.Output[1] }

func (op *combine) Units() int {
	run := rowRun(op.spec.Output[2])
	return ceilDiv(op.rows(), run)
}

func (op *combine) Run(a *Args, first, last int, _ Buffer) {
	run := rowRun(op.spec.Output[2])
	width, size := op.spec.Output[1], op.spec.Output[2]
	dst := a.Dst.Float32()
	for row := first * run; row < min(last*run, op.rows()); row++ {
		out := dst[row*size:][:size]
		for i, strides := range op.strides {
			in := a.Src[i].Float32()[row/width*strides[0]+row%width*strides[1]:]
			if i == 0 {
				spread(out, in, strides[2])
			} else {
				op.spec.Kind.into(out, in, strides[2])
			}
		}
		if op.spec.Kind == Average {
			for i := range out {
				out[i] /= float32(len(op.strides))
			}
		}
		op.spec.Activation.Apply(out)
	}
}

// spread copies in, or its first element everywhere if stride is 0.
func spread(out, in []float32, stride int) {
	if stride == 1 {
		copy(out, in[:len(out)])
		return
	}
	x := in[0]
	for i := range out {
		out[i] = x
	}
}

// into combines each element of out with that of in, whose stride is 0 or 1.
func (k CombineKind) into(out, in []float32, stride int) {
	in = in[:(len(out)-1)*stride+1]
	switch k {
	case Add, Average:
		for i := range out {
			out[i] += in[i*stride]
		}
	case Subtract:
		for i := range out {
			out[i] -= in[i*stride]
		}
	case Multiply:
		for i := range out {
			out[i] *= in[i*stride]
		}
	case Maximum:
		for i := range out {
			out[i] = max(out[i], in[i*stride])
		}
	case Minimum:
		for i := range out {
			out[i] = min(out[i], in[i*stride])
		}
	}
}
