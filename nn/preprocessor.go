package nn

import (
	"fmt"
	"math"

	"edged/kernels"
)

// Preprocessor turns pictures into the input of one model. It allocates only
// when the size of the pictures changes and serves one goroutine.
type Preprocessor struct {
	resizer *kernels.Resizer
	pixels  []byte       // the resized picture
	values  [256]float32 // value*scale + offset
	color   string
	width   int
	bytes   byteInput // where the input is int8
}

// The colour orders of Preprocessing.Color. Gray is ITU-R 601 luma in fixed
// point, as Pillow's convert("L") computes it.
const (
	RGB  = "rgb"
	BGR  = "bgr"
	Gray = "gray"
)

// ColorOrders are the values of Preprocessing.Color.
func ColorOrders() []string { return []string{RGB, BGR, Gray} }

// ResizeMethods are the values of Preprocessing.Resize.
func ResizeMethods() []string { return kernels.ResizeMethods() }

// NewPreprocessor prepares for inputs of shape (height, width, channels). An
// error names the setting that is unknown or does not fit the shape.
func NewPreprocessor(p Preprocessing, input Shape) (*Preprocessor, error) {
	if len(input) != 3 {
		return nil, fmt.Errorf("the model takes %v, which is no picture (height, width, channels)", input)
	}
	want := 3
	if p.Color == Gray {
		want = 1
	}
	switch {
	case p.Color != RGB && p.Color != BGR && p.Color != Gray:
		return nil, fmt.Errorf("colour order %q is unknown: use rgb, bgr or gray", p.Color)
	case input[2] != want:
		return nil, fmt.Errorf("colour order %s makes %d channels and the model takes %d", p.Color, want, input[2])
	}
	resizer, err := kernels.NewResizer(p.Resize, input[1], input[0])
	if err != nil {
		return nil, err
	}
	out := &Preprocessor{resizer: resizer, pixels: kernels.NewBuffer(input[0] * input[1] * 3), color: p.Color, width: input[1]}
	for i := range out.values {
		out.values[i] = float32(float32(i)*p.Scale) + p.Offset
		if v := float64(out.values[i]); math.IsNaN(v) || math.IsInf(v, 0) {
			return nil, fmt.Errorf("scale %v and offset %v make pixels that are no numbers", p.Scale, p.Offset)
		}
	}
	return out, nil
}

// Resize returns the picture at the input's size, with colours as they are. It
// is valid until the next call of Resize or Apply.
func (p *Preprocessor) Resize(picture Image) (Image, error) {
	err := p.resizer.Resize(p.pixels, picture.Pixels, picture.Width, picture.Height)
	return Image{Width: p.width, Height: len(p.pixels) / 3 / p.width, Pixels: p.pixels}, err
}

// Apply writes the model's input, [height][width][channels], to dst.
func (p *Preprocessor) Apply(dst []float32, picture Image) error {
	if err := p.resizer.Resize(p.pixels, picture.Pixels, picture.Width, picture.Height); err != nil {
		return err
	}
	channels := 3
	if p.color == Gray {
		channels = 1
	}
	if err := p.fits(len(dst), len(p.pixels)/3*channels); err != nil {
		return err
	}
	switch p.color {
	case RGB:
		p.direct(dst)
	case BGR:
		p.reversed(dst)
	default:
		p.luma(dst)
	}
	return nil
}

func (p *Preprocessor) fits(input, made int) error {
	if input != made {
		return fmt.Errorf("the input has %d values, a picture makes %d", input, made)
	}
	return nil
}

func (p *Preprocessor) direct(dst []float32) {
	dst = dst[:len(p.pixels)]
	for i, v := range p.pixels {
		dst[i] = p.values[v]
	}
}

func (p *Preprocessor) reversed(dst []float32) {
	for i := 0; i+2 < len(p.pixels); i += 3 {
		dst[i], dst[i+1], dst[i+2] = p.values[p.pixels[i+2]], p.values[p.pixels[i+1]], p.values[p.pixels[i]]
	}
}

func (p *Preprocessor) luma(dst []float32) {
	for i := range dst {
		dst[i] = p.values[luma(p.pixels[i*3:])]
	}
}

// luma is that of a pixel.
func luma(pixel []byte) byte {
	red, green, blue := uint32(pixel[0]), uint32(pixel[1]), uint32(pixel[2])
	return byte((red*19595 + green*38470 + blue*7471 + 1<<15) >> 16)
}
