package picture

import (
	"image"
	"image/color"

	"edged/nn"
)

// pack makes a decoded picture three bytes a pixel: the colours as stored,
// before any transparency is applied. What a GIF's first picture leaves open of
// width x height is black.
func pack(m image.Image, format string, width, height int) nn.Image {
	out := nn.Image{Width: width, Height: height, Pixels: make([]byte, width*height*3)}
	within := m.Bounds().Intersect(image.Rect(0, 0, width, height))
	row := rows(m, format)
	for y := within.Min.Y; y < within.Max.Y; y++ {
		at := (y*width + within.Min.X) * 3
		row(out.Pixels[at:at+within.Dx()*3], y)
	}
	return out
}

// rows returns the function that writes row y of a picture.
func rows(m image.Image, format string) func(dst []byte, y int) {
	switch m := m.(type) {
	case *image.Gray:
		return func(dst []byte, y int) {
			for i, v := range m.Pix[(y-m.Rect.Min.Y)*m.Stride:][:len(dst)/3] {
				dst[i*3], dst[i*3+1], dst[i*3+2] = v, v, v
			}
		}
	case *image.RGBA: // of which decoders make opaque ones only
		return every(m.Pix, m.Stride, 4, [3]int{0, 1, 2})
	case *image.NRGBA:
		return every(m.Pix, m.Stride, 4, [3]int{0, 1, 2})
	case *image.RGBA64:
		return every(m.Pix, m.Stride, 8, [3]int{0, 2, 4})
	case *image.NRGBA64:
		return every(m.Pix, m.Stride, 8, [3]int{0, 2, 4})
	case *image.Gray16:
		return every(m.Pix, m.Stride, 2, [3]int{0, 0, 0})
	case *image.Paletted:
		return paletted(m)
	case *image.YCbCr:
		return newUpsampler(m, format).row
	case *image.NYCbCrA:
		return newUpsampler(&m.YCbCr, format).row
	default:
		return func(dst []byte, y int) {
			for i := range len(dst) / 3 {
				c := color.NRGBAModel.Convert(m.At(m.Bounds().Min.X+i, y)).(color.NRGBA)
				dst[i*3], dst[i*3+1], dst[i*3+2] = c.R, c.G, c.B
			}
		}
	}
}

// every takes three bytes, at the offsets from, of each pixel of size bytes.
func every(pixels []byte, stride, size int, from [3]int) func(dst []byte, y int) {
	return func(dst []byte, y int) {
		src := pixels[y*stride:]
		for i := range len(dst) / 3 {
			p := src[i*size : (i+1)*size]
			dst[i*3], dst[i*3+1], dst[i*3+2] = p[from[0]], p[from[1]], p[from[2]]
		}
	}
}

func paletted(m *image.Paletted) func(dst []byte, y int) {
	var colors [256]color.NRGBA
	for i, c := range m.Palette {
		colors[i] = color.NRGBAModel.Convert(c).(color.NRGBA)
	}
	return func(dst []byte, y int) {
		for i, v := range m.Pix[(y-m.Rect.Min.Y)*m.Stride:][:len(dst)/3] {
			c := &colors[v]
			dst[i*3], dst[i*3+1], dst[i*3+2] = c.R, c.G, c.B
		}
	}
}
