package nn

import "errors"

// Operation is a function that was called on tensors while a Functional model
// was made, without a layer: Keras 2's TFOpLambda, Keras 3's operations. It
// computes what the layer Equivalent does on the same inputs.
type Operation struct {
	Base
	Kind       string // the class as recorded: "TFOpLambda", "Add"
	Equivalent Layer

	function string         // as recorded: "math.multiply"
	options  map[string]any // its configuration
}

// Class returns the Kind.
func (l *Operation) Class() string { return l.Kind }

// Build builds the equivalent layer, which is known once the operation's call is.
func (l *Operation) Build(in []Shape) (Shape, error) {
	if l.Equivalent == nil {
		return nil, errors.New("it is a function that nothing is said to call: it belongs into a Functional model")
	}
	return l.Equivalent.Build(in)
}
