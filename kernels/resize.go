package kernels

import (
	"fmt"
	"slices"
	"strings"
)

// Resizing methods for 8-bit pictures of three channels.
const (
	// Nearest is OpenCV's INTER_NEAREST, to the bit.
	Nearest = "nearest"
	// Bilinear is OpenCV's INTER_LINEAR, to the bit: half-pixel centres, two
	// taps each way, 11-bit coefficients. TensorFlow's bilinear without
	// antialiasing is within one level of it.
	Bilinear = "bilinear"
	// BilinearAntialias is Pillow's BILINEAR, to the bit: a triangle as wide
	// as the scale, 22-bit coefficients, 8 bits between the two passes, columns
	// first. (Pillow 13 does rows first for some shapes, which moves single
	// values by one.)
	BilinearAntialias = "bilinear-antialias"
	// Area is OpenCV's INTER_AREA, to the bit: the mean of the covered source
	// area, or linear with area weights when enlarging.
	Area = "area"
)

// ResizeMethods are the names that NewResizer takes.
func ResizeMethods() []string { return []string{Nearest, Bilinear, BilinearAntialias, Area} }

// Resizer resizes pictures to one size by one method. It keeps the
// coefficients of the last source size and allocates only when that changes.
// It serves one goroutine.
type Resizer struct {
	method        string
	width, height int
	from          [2]int
	scaler        scaler
}

// scaler resizes between two fixed sizes.
type scaler interface {
	resize(dst, src []byte)
}

// maxSide bounds pictures so that no product of sides or coefficients overflows.
const maxSide = 1 << 15

// NewResizer prepares resizing to width x height pixels.
func NewResizer(method string, width, height int) (*Resizer, error) {
	if !slices.Contains(ResizeMethods(), method) {
		return nil, fmt.Errorf("resize method %q is unknown: use one of %s", method, strings.Join(ResizeMethods(), ", "))
	}
	if err := checkSides(width, height); err != nil {
		return nil, err
	}
	return &Resizer{method: method, width: width, height: height}, nil
}

func checkSides(width, height int) error {
	if width < 1 || height < 1 || width > maxSide || height > maxSide {
		return fmt.Errorf("a picture of %dx%d pixels: each side must be 1 to %d", width, height, maxSide)
	}
	return nil
}

// Resize writes src, width x height pixels of three bytes, to dst, which must
// hold the resizer's own size.
func (r *Resizer) Resize(dst, src []byte, width, height int) error {
	if err := checkSides(width, height); err != nil {
		return err
	}
	if len(src) != width*height*3 || len(dst) != r.width*r.height*3 {
		return fmt.Errorf("resizing %dx%d to %dx%d: got %d and %d bytes", width, height, r.width, r.height, len(src), len(dst))
	}
	if from := [2]int{width, height}; r.scaler == nil || from != r.from {
		r.scaler, r.from = newScaler(r.method, width, height, r.width, r.height), from
	}
	r.scaler.resize(dst, src)
	return nil
}

func newScaler(method string, srcWidth, srcHeight, dstWidth, dstHeight int) scaler {
	if srcWidth == dstWidth && srcHeight == dstHeight {
		return identity{}
	}
	switch method {
	case Nearest:
		return newNearest(srcWidth, srcHeight, dstWidth, dstHeight)
	case BilinearAntialias:
		return newAntialias(srcWidth, srcHeight, dstWidth, dstHeight)
	case Area:
		return newArea(srcWidth, srcHeight, dstWidth, dstHeight)
	default:
		return newBilinear(srcWidth, srcHeight, dstWidth, dstHeight)
	}
}

// identity copies a picture that has the right size already.
type identity struct{}

func (identity) resize(dst, src []byte) { copy(dst, src) }
