package nn

// GlobalMaxPooling2D takes each channel's largest value: [channels], or
// [1][1][channels] with KeepDims.
type GlobalMaxPooling2D struct {
	Base
	KeepDims bool
}

// Class returns "GlobalMaxPooling2D".
func (*GlobalMaxPooling2D) Class() string { return "GlobalMaxPooling2D" }

// Build follows Keras's GlobalMaxPooling2D.
func (l *GlobalMaxPooling2D) Build(in []Shape) (Shape, error) { return globalPool(in, l.KeepDims) }

// GlobalAveragePooling2D takes each channel's mean: [channels], or
// [1][1][channels] with KeepDims.
type GlobalAveragePooling2D struct {
	Base
	KeepDims bool
}

// Class returns "GlobalAveragePooling2D".
func (*GlobalAveragePooling2D) Class() string { return "GlobalAveragePooling2D" }

// Build follows Keras's GlobalAveragePooling2D.
func (l *GlobalAveragePooling2D) Build(in []Shape) (Shape, error) { return globalPool(in, l.KeepDims) }

func globalPool(in []Shape, keep bool) (Shape, error) {
	s, err := picture(in)
	if err != nil {
		return nil, err
	}
	if keep {
		return Shape{1, 1, s[2]}, nil
	}
	return Shape{s[2]}, nil
}

func (l *GlobalMaxPooling2D) fields(c *config) {
	c.channelsLast()
	c.boolean("keepdims", &l.KeepDims, false)
}

func (l *GlobalAveragePooling2D) fields(c *config) {
	c.channelsLast()
	c.boolean("keepdims", &l.KeepDims, false)
}
