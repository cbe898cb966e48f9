package nn

// Preprocessing is how a picture becomes a model's input: resized to the
// input's height and width, colours ordered, then value*Scale + Offset.
type Preprocessing struct {
	Resize string  `json:"resize"` // nearest, bilinear, bilinear-antialias or area
	Color  string  `json:"color"`  // rgb, bgr or gray
	Scale  float32 `json:"scale"`
	Offset float32 `json:"offset"`
}

// Image is an 8-bit picture, rows from the top, three bytes a pixel in the
// order red, green, blue, without padding.
type Image struct {
	Width, Height int
	Pixels        []byte // Width*Height*3
}
