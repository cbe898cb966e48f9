package nn

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

// Build builds the equivalent layer.
func (l *Operation) Build(in []Shape) (Shape, error) { return l.Equivalent.Build(in) }
