package kernels

// combineInt8 is Add, Subtract or Multiply on int8. A unit is one row.
type combineInt8 struct {
	Unshared
	spec CombineInt8Spec
}

// combineShift is by how much a sum's terms are shifted left before they are
// rescaled, as TensorFlow Lite does for int8.
const combineShift = 20

func newCombineInt8(s *CombineInt8Spec) Op {
	if s.Kind != Add && s.Kind != Subtract && s.Kind != Multiply {
		return nil
	}
	return &combineInt8{spec: *s}
}

func (op *combineInt8) Name() string {
	return map[CombineKind]string{Add: "int8-add", Subtract: "int8-subtract", Multiply: "int8-multiply"}[op.spec.Kind] + "/portable"
}

func (op *combineInt8) Units() int { return op.spec.Output[0] }

func (op *combineInt8) Workspace() (shared, private int) { return 0, 0 }

func (op *combineInt8) Run(a *Args, first, last int, _ Buffer) {
	s, dst, left, right := &op.spec, a.Dst.Int8(), a.Src[0].Int8(), a.Src[1].Int8()
	for y := first; y < last; y++ {
		for x := range s.Output[1] {
			out := dst[(y*s.Output[1]+x)*s.Output[2]:][:s.Output[2]]
			p, pStep := broadcast(left, s.Inputs[0], y, x)
			q, qStep := broadcast(right, s.Inputs[1], y, x)
			for c := range out {
				out[c] = s.apply(p[c*pStep], q[c*qStep])
			}
		}
	}
}

// broadcast returns the elements of pixel (y, x) and the step between them.
func broadcast(v []int8, shape [3]int, y, x int) (pixel []int8, step int) {
	pixel = v[(y%shape[0]*shape[1]+x%shape[1])*shape[2]:]
	if shape[2] == 1 {
		return pixel, 0
	}
	return pixel, 1
}

func (s *CombineInt8Spec) apply(p, q int8) int8 {
	a, b := int32(p)-int32(s.Zero[0]), int32(q)-int32(s.Zero[1])
	var v int32
	switch s.Kind {
	case Multiply:
		v = a * b
	case Subtract:
		v = s.In[0].Apply(a<<combineShift) - s.In[1].Apply(b<<combineShift)
	default:
		v = s.In[0].Apply(a<<combineShift) + s.In[1].Apply(b<<combineShift)
	}
	return clampInt8(s.Out.Apply(v)+int32(s.OutZero), s.Low, s.High)
}
