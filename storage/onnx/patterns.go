package onnx

import (
	"errors"
	"fmt"
	"math"
	"slices"

	"edged/nn"
)

// isPattern tells whether a tensor is one that only the end of a pattern gives
// a meaning.
func (b *builder) isPattern(name string) bool { return b.patterns[name] != "" }

// pattern recognises the end of a pattern, or keeps its part for later.
func (b *builder) pattern(o *operator) error {
	if x, ok := b.gelu(o); ok {
		return b.each(o, &nn.ActivationLayer{Activation: nn.Activation{Name: "gelu"}}, x)
	}
	if x, alpha, ok := b.scaledELU(o); ok {
		return b.each(o, &nn.ELU{Alpha: alpha}, x)
	}
	if o.kind == "Where" {
		return errors.New("a selection outside of ELU is not known")
	}
	why := fmt.Sprintf("%v is known only as a part of GELU or ELU", o)
	for _, name := range o.inputs {
		if b.isPattern(name) {
			why = b.patterns[name]
		}
	}
	b.patterns[o.outputs[0]] = why
	return nil
}

// scalar is the value of a constant of one float.
func (b *builder) scalar(name string) (float64, bool) {
	t := b.graph.constants[name]
	if t == nil || len(t.data) > 8 {
		return 0, false
	}
	v, err := t.floats()
	if err != nil || len(v) != 1 {
		return 0, false
	}
	return float64(v[0]), true
}

// maker is the operator of a kind and number of inputs that makes a tensor.
func (b *builder) maker(name, kind string, inputs int) *operator {
	o := b.made[name]
	if o == nil || o.kind != kind || len(o.inputs) != inputs {
		return nil
	}
	return o
}

// apart splits an operator on a constant number and another tensor.
func (b *builder) apart(o *operator) (other string, number float64, ok bool) {
	if o == nil || len(o.inputs) != 2 {
		return "", 0, false
	}
	for i, name := range o.inputs {
		if v, ok := b.scalar(name); ok {
			return o.inputs[1-i], v, true
		}
	}
	return "", 0, false
}

// factors takes a product apart, but for x: its constant numbers multiplied, and
// the rest.
func (b *builder) factors(name, x string, depth int) (number float64, rest []string) {
	if v, ok := b.scalar(name); ok {
		return v, nil
	}
	o := b.maker(name, "Mul", 2)
	if o == nil || name == x || depth == 0 {
		return 1, []string{name}
	}
	number = 1
	for _, in := range o.inputs {
		n, r := b.factors(in, x, depth-1)
		number, rest = number*n, append(rest, r...)
	}
	return number, rest
}

// gelu recognises 0.5*x*(1 + erf(x/sqrt(2))) and returns x.
func (b *builder) gelu(o *operator) (value, bool) {
	if o.kind != "Mul" {
		return value{}, false
	}
	term, x, ok := b.errorTerm(o.outputs[0], 4)
	if !ok {
		return value{}, false
	}
	number, rest := b.factors(o.outputs[0], x, 4)
	if slices.Sort(rest); math.Abs(number-0.5) > 1e-6 || !slices.Equal(rest, slices.Sorted(slices.Values([]string{x, term}))) {
		return value{}, false
	}
	v, ok := b.values[x]
	return v, ok
}

// errorTerm finds 1 + erf(x/sqrt(2)) among the factors of a product.
func (b *builder) errorTerm(name string, depth int) (term, x string, ok bool) {
	if o := b.maker(name, "Mul", 2); o != nil && depth > 0 {
		for _, in := range o.inputs {
			if !b.isPattern(in) {
				continue
			}
			if term, x, ok = b.errorTerm(in, depth-1); ok {
				return term, x, true
			}
		}
	}
	inner, one, ok := b.apart(b.maker(name, "Add", 2))
	erf := b.maker(inner, "Erf", 1)
	if !ok || one != 1 || erf == nil {
		return "", "", false
	}
	x, ok = b.overRootTwo(erf.inputs[0])
	return name, x, ok
}

// overRootTwo returns x where a tensor is x/sqrt(2).
func (b *builder) overRootTwo(name string) (x string, ok bool) {
	o := b.made[name]
	x, number, ok := b.apart(o)
	switch {
	case !ok:
		return "", false
	case o.kind == "Div":
		return x, o.inputs[0] == x && math.Abs(number-math.Sqrt2) < 1e-4
	}
	return x, o.kind == "Mul" && math.Abs(number-math.Sqrt2/2) < 1e-4
}

// scaledELU recognises Keras's ELU with an alpha as tf2onnx writes it: elu(x)
// where x > 0 and alpha*elu(x) elsewhere, by a Where or by adding masked terms.
func (b *builder) scaledELU(o *operator) (x value, alpha float64, ok bool) {
	var mask, above, below string
	switch {
	case o.kind == "Where" && len(o.inputs) == 3:
		mask, above, below = o.inputs[0], o.inputs[1], o.inputs[2]
	case o.kind == "Add" && len(o.inputs) == 2:
		for i := range 2 {
			m, a, yes := b.masked(o.inputs[i])
			n, c, no := b.masked(o.inputs[1-i])
			if not := b.maker(n, "Not", 1); yes && no && not != nil && not.inputs[0] == m {
				mask, above, below = m, a, c
			}
		}
	}
	greater := b.maker(b.through(mask), "Greater", 2)
	if greater == nil {
		return x, 0, false
	}
	if zero, number := b.scalar(greater.inputs[1]); !number || zero != 0 {
		return x, 0, false
	}
	scaled, alpha, found := b.apart(b.maker(b.through(below), "Mul", 2))
	elu := b.maker(b.through(scaled), "Elu", 1)
	source := b.through(greater.inputs[0])
	if !found || elu == nil || elu.float("alpha", 1) != 1 || b.through(elu.inputs[0]) != source {
		return x, 0, false
	}
	if from := b.through(above); from != elu.outputs[0] && from != source {
		return x, 0, false
	}
	seen, ok := b.values[above]
	if !ok {
		return x, 0, false
	}
	x, ok = b.values[elu.inputs[0]]
	if !ok || !slices.Equal(x.atoms, seen.atoms) {
		return x, 0, false
	}
	x.axes = seen.axes
	return x, alpha, true
}

// masked takes Mul(y, Cast(mask)) apart.
func (b *builder) masked(name string) (mask, y string, ok bool) {
	o := b.maker(name, "Mul", 2)
	if o == nil {
		return "", "", false
	}
	for i, in := range o.inputs {
		if cast := b.maker(in, "Cast", 1); cast != nil && b.isPattern(in) {
			return cast.inputs[0], o.inputs[1-i], true
		}
	}
	return "", "", false
}

// through follows a tensor up through transposes.
func (b *builder) through(name string) string {
	for range maxRank {
		o := b.maker(name, "Transpose", 1)
		if o == nil {
			break
		}
		name = o.inputs[0]
	}
	return name
}
