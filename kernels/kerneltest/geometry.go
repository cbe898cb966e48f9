package kerneltest

// side is one direction of a sliding window over an input of size in.
type side struct{ in, kernel, stride, dilation int }

// same returns the number of outputs and the padding before the first input of
// Keras's padding "same".
func (s side) same() (out, pad int) {
	out = (s.in + s.stride - 1) / s.stride
	reach := (s.kernel-1)*s.dilation + 1
	return out, max((out-1)*s.stride+reach-s.in, 0) / 2
}

// valid returns the number of outputs of padding "valid", which may be none.
func (s side) valid() (out, pad int) {
	reach := (s.kernel-1)*s.dilation + 1
	if s.in < reach {
		return 0, 0
	}
	return (s.in-reach)/s.stride + 1, 0
}

func (s side) padded(same bool) (out, pad int) {
	if same {
		return s.same()
	}
	return s.valid()
}
