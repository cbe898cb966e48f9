package nn

// Augmentation is one of Keras's layers that change pictures at random while
// training (RandomFlip, RandomRotation, RandomZoom ...) and are the identity at
// inference.
type Augmentation struct {
	Base
	Kind string // the class, as "RandomFlip"
}

// Class returns the Kind.
func (l *Augmentation) Class() string { return l.Kind }

// Build returns its input's shape.
func (l *Augmentation) Build(in []Shape) (Shape, error) {
	s, err := single(in)
	if err != nil {
		return nil, err
	}
	return s.Clone(), nil
}

func (l *Augmentation) fields(c *config) {
}
