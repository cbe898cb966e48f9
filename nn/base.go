package nn

// Base is what every layer has, whatever its class. Layers embed it.
type Base struct {
	// LayerName is the layer's name; empty until a model gives it one.
	LayerName string
	// Frozen is Keras's trainable=False.
	Frozen bool
	// DType is Keras's dtype or the name of its policy, as "mixed_float16";
	// empty means float32. Weights are float32 in every policy but float64.
	DType string
	// Regularizers are the penalties on the layer's weights, by the name that
	// Keras's configuration gives them: "kernel", "bias", "gamma".
	Regularizers map[string]Regularizer

	// rest are the entries of the configuration that don't change what the
	// layer computes (initializers, constraints, seeds), kept for writers, and
	// restKeras is whose they are: 2 or 3.
	rest      map[string]any
	restKeras int
}

// Regularizer is a penalty of L1*sum|w| + L2*sum(w*w) added to the loss.
type Regularizer struct {
	L1, L2 float64
}

// Named returns a Base with a name, for use in a layer's literal.
func Named(name string) Base { return Base{LayerName: name} }

// Name returns the layer's name.
func (b *Base) Name() string { return b.LayerName }

// Weights returns nil: most layers have none.
func (b *Base) Weights() []*Weight { return nil }

// Trainable tells whether the layer's trainable weights may be trained.
func (b *Base) Trainable() bool { return !b.Frozen }

func (b *Base) base() *Base { return b }
