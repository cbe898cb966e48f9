package nn

// Model is a graph of layers and their weights, as Keras's Sequential or
// Functional model. A Model is itself a Layer, so that models nest.
type Model struct {
	// ModelName is Keras's name of the model, as "sequential".
	ModelName string
	// Functional tells a Functional model from a Sequential one.
	Functional bool
	// Layers are Keras's model.layers in its order: for a Sequential model
	// without the InputLayer.
	Layers []Layer
	// Nodes are the graph in topological order. The input nodes hold an
	// *InputLayer.
	Nodes []Node
	// Inputs and Outputs are indexes into Nodes.
	Inputs, Outputs []int
}

// Node is one application of a layer to the outputs of earlier nodes.
type Node struct {
	Layer  Layer
	Inputs []int // indexes into Model.Nodes
	Shape  Shape // of the output
}
