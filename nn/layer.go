package nn

// Layer is one layer as Keras describes it: its configuration and, once built,
// its weights. Nested models are layers too.
type Layer interface {
	// Name is the layer's own name, as "conv2d_1".
	Name() string
	// Class is Keras's class name, as "Conv2D".
	Class() string
	// Build checks the shapes that come in, gives the weights their shapes
	// (values stay empty) and returns the shape that goes out.
	Build(in []Shape) (Shape, error)
	// Weights are the layer's variables in Keras's order, trainable ones as
	// Keras's layer.weights lists them. Layers without any return nil.
	Weights() []*Weight
}

// Weight is a variable of a layer. Value is nil until a reader fills it and
// then has Shape.Size() elements, unless Float16 has them.
type Weight struct {
	Name      string // Keras's name of it in the layer: "kernel", "bias", "gamma"
	Shape     Shape
	Trainable bool
	// DType is Keras's type of the variable where it is not float32: "int64"
	// for the count of a Normalization. Its Value is float32 all the same.
	DType string
	Value []float32
	// Float16, where Value is nil, are the bits of values in half precision, as
	// they lie on disk. Compile takes them as they are; what reads or changes
	// values wants Widen before.
	Float16 []uint16
	// Scales are those of weights that are multiples of them between -128 and
	// 127 times: one for each element of the last axis, or one for all. They are
	// nil for any other weights.
	Scales []float32
}
