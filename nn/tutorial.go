package nn

// Tutorial is the network that edged trains where nobody names another: two
// convolutions of 3x3 with pooling, and a dense layer with softmax, on colour
// pictures of 224x224.
func Tutorial(classes int) (*Model, error) {
	relu := Activation{Name: "relu"}
	return NewSequential("sequential", Shape{224, 224, 3},
		&Conv2D{Filters: 32, KernelSize: [2]int{3, 3}, Padding: Same, Activation: relu, UseBias: true},
		&MaxPooling2D{},
		&Conv2D{Filters: 64, KernelSize: [2]int{3, 3}, Padding: Same, Activation: relu, UseBias: true},
		&MaxPooling2D{},
		&Flatten{},
		&Dense{Units: classes, Activation: Activation{Name: "softmax"}, UseBias: true},
	)
}
