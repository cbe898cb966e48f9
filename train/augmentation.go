package train

import (
	"errors"
	"fmt"
	"math"
	"slices"
	"strconv"
	"strings"

	"edged/nn"
)

// Augmentation changes pictures at random while a model is trained on them, as
// Keras's ImageDataGenerator does: each picture after it was resized to the
// model's input and before it is scaled. The zero Augmentation changes nothing.
type Augmentation struct {
	RotationRange     float64    `json:"rotation_range,omitempty"`     // degrees, either way
	WidthShiftRange   float64    `json:"width_shift_range,omitempty"`  // share of the width, or pixels from 1 on, as Keras takes floats
	HeightShiftRange  float64    `json:"height_shift_range,omitempty"` // share of the height, or pixels from 1 on
	ShearRange        float64    `json:"shear_range,omitempty"`        // degrees, either way
	ZoomRange         [2]float64 `json:"zoom_range,omitzero"`          // factors of coordinates; {0, 0} stands for {1, 1}
	HorizontalFlip    bool       `json:"horizontal_flip,omitempty"`
	VerticalFlip      bool       `json:"vertical_flip,omitempty"`
	BrightnessRange   [2]float64 `json:"brightness_range,omitzero"`     // factors of brightness; {0, 0} leaves it
	ChannelShiftRange float64    `json:"channel_shift_range,omitempty"` // added to all channels, either way
	FillMode          FillMode   `json:"fill_mode,omitempty"`
	FillValue         float64    `json:"cval,omitempty"` // for FillConstant
}

// FillMode is what lies outside a picture, by Keras's name; empty is nearest.
type FillMode string

// The fill modes. A picture abcd goes on as
const (
	FillNearest  FillMode = "nearest"  // aaaa|abcd|dddd
	FillConstant FillMode = "constant" // kkkk|abcd|kkkk
	FillReflect  FillMode = "reflect"  // dcba|abcd|dcba
	FillWrap     FillMode = "wrap"     // abcd|abcd|abcd
)

// Check refuses settings that make no sense.
func (a *Augmentation) Check() error {
	for _, r := range []struct {
		name  string
		value float64
	}{
		{"rotation_range", a.RotationRange},
		{"width_shift_range", a.WidthShiftRange},
		{"height_shift_range", a.HeightShiftRange},
		{"shear_range", a.ShearRange},
		{"channel_shift_range", a.ChannelShiftRange},
	} {
		if !(r.value >= 0) || math.IsInf(r.value, 0) {
			return fmt.Errorf("%s is %v and must be a number from 0 on", r.name, r.value)
		}
	}
	pair := func(p [2]float64) bool { return p[0] >= 0 && p[1] >= p[0] && !math.IsInf(p[1], 0) }
	modes := []FillMode{"", FillNearest, FillConstant, FillReflect, FillWrap}
	switch {
	case !pair(a.ZoomRange) || a.ZoomRange[0] == 0 && a.ZoomRange[1] > 0:
		return errors.New("zoom_range must be two factors above 0, the lesser first, as zoom_range=0.8:1.2, or how far they are from 1, less than 1")
	case !pair(a.BrightnessRange):
		return errors.New("brightness_range must be two factors from 0 on, the lesser first, as brightness_range=0.5:1.5, or how far they are from 1")
	case math.IsNaN(a.FillValue) || math.IsInf(a.FillValue, 0):
		return fmt.Errorf("cval is %v and must be a number", a.FillValue)
	case !slices.Contains(modes, a.FillMode):
		return fmt.Errorf("fill_mode is %q and must be nearest, constant, reflect or wrap", string(a.FillMode))
	}
	return nil
}

// Zero tells whether nothing is changed.
func (a *Augmentation) Zero() bool {
	still := *a
	still.FillMode, still.FillValue = "", 0
	return still == Augmentation{} || still == Augmentation{ZoomRange: [2]float64{1, 1}}
}

// Transform is one change drawn from an Augmentation, with the names of Keras's
// transform parameters. Theta and Shear are degrees, TX shifts down and TY to
// the right by pixels, both of the coordinates that are read.
type Transform struct {
	Theta, TX, TY, Shear, ZX, ZY float64
	FlipHorizontal, FlipVertical bool
	ChannelShift                 float64
	Brightness                   float64 // a factor; 0 leaves it
	FillMode                     FillMode
	FillValue                    float64
}

// draw draws in the order of Keras's get_random_transform.
func (a *Augmentation) draw(m *mersenne, height, width int) Transform {
	t := Transform{ZX: 1, ZY: 1, FillMode: a.FillMode, FillValue: a.FillValue}
	around := func(v float64) float64 {
		if v == 0 {
			return 0
		}
		return m.uniform(-v, v)
	}
	shift := func(v float64, size int) float64 {
		switch {
		case v == 0:
			return 0
		case v < 1:
			return m.uniform(-v, v) * float64(size)
		}
		return m.uniform(-v, v)
	}
	t.Theta = around(a.RotationRange)
	t.TX = shift(a.HeightShiftRange, height)
	t.TY = shift(a.WidthShiftRange, width)
	t.Shear = around(a.ShearRange)
	if z := a.ZoomRange; z != [2]float64{} && z != [2]float64{1, 1} {
		t.ZX, t.ZY = m.uniform(z[0], z[1]), m.uniform(z[0], z[1])
	}
	t.FlipHorizontal = m.float64() < 0.5 && a.HorizontalFlip
	t.FlipVertical = m.float64() < 0.5 && a.VerticalFlip
	t.ChannelShift = around(a.ChannelShiftRange)
	if b := a.BrightnessRange; b != [2]float64{} {
		t.Brightness = m.uniform(b[0], b[1])
	}
	return t
}

// matrix is the affine map from the coordinates (row, column) of the result to
// those of the picture, {a, b, c; d, e, f}, and whether it moves anything:
// rotation, shift, shear and zoom multiplied in this order, about the centre,
// where Keras's x counts columns.
func (t *Transform) matrix(height, width int) (m [6]float64, moves bool) {
	type square = [3][3]float64
	product := square{{1, 0, 0}, {0, 1, 0}, {0, 0, 1}}
	multiply := func(b square) {
		a := product
		for i := range 3 {
			for j := range 3 {
				product[i][j] = a[i][0]*b[0][j] + a[i][1]*b[1][j] + a[i][2]*b[2][j]
			}
		}
		moves = true
	}
	centreX, centreY := float64(height)/2-0.5, float64(width)/2-0.5
	multiply(square{{1, 0, centreX}, {0, 1, centreY}, {0, 0, 1}})
	moves = false
	if t.Theta != 0 {
		sin, cos := math.Sincos(t.Theta * math.Pi / 180)
		multiply(square{{cos, -sin, 0}, {sin, cos, 0}, {0, 0, 1}})
	}
	if t.TX != 0 || t.TY != 0 {
		multiply(square{{1, 0, t.TX}, {0, 1, t.TY}, {0, 0, 1}})
	}
	if t.Shear != 0 {
		sin, cos := math.Sincos(t.Shear * math.Pi / 180)
		multiply(square{{1, -sin, 0}, {0, cos, 0}, {0, 0, 1}})
	}
	if t.ZX != 1 || t.ZY != 1 {
		multiply(square{{t.ZX, 0, 0}, {0, t.ZY, 0}, {0, 0, 1}})
	}
	moved := moves
	multiply(square{{1, 0, -centreX}, {0, 1, -centreY}, {0, 0, 1}})
	p := product
	return [6]float64{p[1][1], p[1][0], p[1][2], p[0][1], p[0][0], p[0][2]}, moved
}

// Apply returns the changed picture. The picture itself stays as it is.
func (t *Transform) Apply(picture nn.Image) nn.Image {
	out := nn.Image{Width: picture.Width, Height: picture.Height, Pixels: make([]byte, len(picture.Pixels))}
	values := make([]float32, len(picture.Pixels))
	t.move(values, picture)
	if t.ChannelShift != 0 {
		low, high := slices.Min(values), slices.Max(values)
		for i, v := range values {
			values[i] = min(max(v+float32(t.ChannelShift), low), high)
		}
	}
	for i, v := range values {
		out.Pixels[i] = uint8(min(max(v, 0), 255) + 0.5)
	}
	if t.FlipHorizontal {
		flipHorizontal(out)
	}
	if t.FlipVertical {
		flipVertical(out)
	}
	if t.Brightness != 0 {
		for i, v := range out.Pixels {
			out.Pixels[i] = uint8(min(max(float32(v)*float32(t.Brightness), 0), 255))
		}
	}
	return out
}

func flipHorizontal(m nn.Image) {
	for y := range m.Height {
		row := m.Pixels[y*m.Width*3:][:m.Width*3]
		for a, b := 0, m.Width-1; a < b; a, b = a+1, b-1 {
			for c := range 3 {
				row[a*3+c], row[b*3+c] = row[b*3+c], row[a*3+c]
			}
		}
	}
}

func flipVertical(m nn.Image) {
	stride := m.Width * 3
	for a, b := 0, m.Height-1; a < b; a, b = a+1, b-1 {
		for i := range stride {
			m.Pixels[a*stride+i], m.Pixels[b*stride+i] = m.Pixels[b*stride+i], m.Pixels[a*stride+i]
		}
	}
}

// ParseAugmentation reads settings as "rotation_range=10,horizontal_flip".
// Pairs are written with a colon: "zoom_range=0.8:1.2"; one number there is
// that far from 1, as in Keras.
func ParseAugmentation(text string) (Augmentation, error) {
	var a Augmentation
	for _, part := range strings.Split(text, ",") {
		name, value, given := strings.Cut(strings.TrimSpace(part), "=")
		if name == "" {
			continue
		}
		if err := a.set(name, value, given); err != nil {
			return a, err
		}
	}
	return a, a.Check()
}

func (a *Augmentation) set(name, value string, given bool) error {
	numbers := map[string]*float64{
		"rotation_range": &a.RotationRange, "width_shift_range": &a.WidthShiftRange, "height_shift_range": &a.HeightShiftRange,
		"shear_range": &a.ShearRange, "channel_shift_range": &a.ChannelShiftRange, "cval": &a.FillValue,
	}
	pairs := map[string]*[2]float64{"zoom_range": &a.ZoomRange, "brightness_range": &a.BrightnessRange}
	flips := map[string]*bool{"horizontal_flip": &a.HorizontalFlip, "vertical_flip": &a.VerticalFlip}
	switch {
	case numbers[name] != nil:
		return scan(name, value, numbers[name])
	case pairs[name] != nil:
		low, high, two := strings.Cut(value, ":")
		p := pairs[name]
		if !two {
			var by float64
			err := scan(name, value, &by)
			*p = [2]float64{1 - by, 1 + by}
			return err
		}
		if err := scan(name, low, &p[0]); err != nil {
			return err
		}
		return scan(name, high, &p[1])
	case flips[name] != nil:
		flip, err := strconv.ParseBool(value)
		if given && err != nil {
			return fmt.Errorf("augmentation %s is %q and must be true or false", name, value)
		}
		*flips[name] = flip || !given
	case name == "fill_mode":
		a.FillMode = FillMode(value)
	default:
		return fmt.Errorf("augmentation %q is unknown: use rotation_range, width_shift_range, height_shift_range, shear_range, zoom_range, horizontal_flip, vertical_flip, brightness_range, channel_shift_range, fill_mode or cval", name)
	}
	return nil
}

func scan(name, value string, to *float64) error {
	var rest string
	if n, _ := fmt.Sscanf(value, "%g%s", to, &rest); n != 1 {
		return fmt.Errorf("augmentation %s is %q and must be a number", name, value)
	}
	return nil
}
