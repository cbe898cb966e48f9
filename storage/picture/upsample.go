package picture

import "image"

// upsampler turns luma and chroma into colours. Halved chroma is blended three
// to one with its neighbour, as libjpeg's and libwebp's "fancy upsampling" do;
// Go's own conversion repeats it.
type upsampler struct {
	m      *image.YCbCr
	width  int // of the chroma planes
	height int
	across int // luma columns a chroma column
	down   int
	convert
	near   []int // one chroma row, blended with the row beside it
	cb, cr []byte
}

// convert is the transform of rows of luma and chroma to colours.
type convert func(dst, luma, cb, cr []byte)

func newUpsampler(m *image.YCbCr, format string) *upsampler {
	u := &upsampler{m: m, across: 1, down: 1, convert: fullRange}
	switch m.SubsampleRatio {
	case image.YCbCrSubsampleRatio422:
		u.across = 2
	case image.YCbCrSubsampleRatio420:
		u.across, u.down = 2, 2
	case image.YCbCrSubsampleRatio440:
		u.down = 2
	case image.YCbCrSubsampleRatio411:
		u.across = 4
	case image.YCbCrSubsampleRatio410:
		u.across, u.down = 4, 2
	}
	if format == "webp" {
		u.convert = videoRange
	}
	size := m.Rect.Size()
	u.width, u.height = (size.X+u.across-1)/u.across, (size.Y+u.down-1)/u.down
	u.near = make([]int, u.width)
	u.cb, u.cr = make([]byte, u.width*u.across), make([]byte, u.width*u.across)
	return u
}

func (u *upsampler) row(dst []byte, y int) {
	u.upsample(u.cb, u.m.Cb, y)
	u.upsample(u.cr, u.m.Cr, y)
	u.convert(dst, u.m.Y[y*u.m.YStride:][:len(dst)/3], u.cb, u.cr)
}

// upsample writes the chroma of the luma row y. What is left after the division
// rounds to one side and the other in turn.
func (u *upsampler) upsample(dst, plane []byte, y int) {
	row := plane[y/u.down*u.m.CStride:][:u.width]
	if u.across == 4 || u.width <= 2 && u.across == 2 {
		for i := range dst {
			dst[i] = row[i/u.across]
		}
		return
	}
	shift, up := 0, 0
	for i, v := range row {
		u.near[i] = int(v)
	}
	if u.down == 2 {
		beside := min(max(y/2+y%2*2-1, 0), u.height-1)
		for i, v := range plane[beside*u.m.CStride:][:u.width] {
			u.near[i] = 3*u.near[i] + int(v)
		}
		shift, up = 2, 1+y%2
	}
	if u.across == 1 {
		for i, v := range u.near {
			dst[i] = byte((v + up) >> shift)
		}
		return
	}
	even, odd := 1, 2
	if shift > 0 {
		even, odd = 8, 7
	}
	shift += 2
	left := u.near[0]
	for i, v := range u.near {
		right := v
		if i+1 < len(u.near) {
			right = u.near[i+1]
		}
		out := dst[i*2 : i*2+2 : i*2+2]
		out[0] = byte((3*v + left + even) >> shift)
		out[1] = byte((3*v + right + odd) >> shift)
		left = v
	}
}

// fullRange is JFIF's transform in libjpeg's fixed point of 16 bits.
func fullRange(dst, luma, cb, cr []byte) {
	const half = 1 << 15
	cb, cr = cb[:len(luma)], cr[:len(luma)]
	for i, v := range luma {
		y, b, r := int(v), int(cb[i])-128, int(cr[i])-128
		out := dst[i*3 : i*3+3 : i*3+3]
		out[0] = clamp(y + (91881*r+half)>>16)
		out[1] = clamp(y + (-22554*b-46802*r+half)>>16)
		out[2] = clamp(y + (116130*b+half)>>16)
	}
}

// videoRange is ITU-R 601's transform from luma of 16 to 235, in libwebp's fixed
// point of 14 bits, of which 6 stay until the end.
func videoRange(dst, luma, cb, cr []byte) {
	cb, cr = cb[:len(luma)], cr[:len(luma)]
	for i, v := range luma {
		y, b, r := int(v)*19077>>8, int(cb[i]), int(cr[i])
		out := dst[i*3 : i*3+3 : i*3+3]
		out[0] = clamp((y + r*26149>>8 - 14234) >> 6)
		out[1] = clamp((y - b*6419>>8 - r*13320>>8 + 8708) >> 6)
		out[2] = clamp((y + b*33050>>8 - 17685) >> 6)
	}
}

func clamp(v int) byte { return byte(min(max(v, 0), 255)) }
