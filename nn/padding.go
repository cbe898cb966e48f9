package nn

import "fmt"

// Padding is Keras's padding of a convolution or pooling: Valid or Same. The
// empty Padding is Valid.
type Padding string

// The paddings.
const (
	Valid Padding = "valid" // the window stays inside the picture
	Same  Padding = "same"  // as many outputs as strides fit, zeros outside
)

func (p Padding) check() error {
	switch p {
	case "", Valid, Same:
		return nil
	}
	return fmt.Errorf("padding is %q and must be valid or same", p)
}

// Output is the number of positions of a window along one side: TensorFlow's
// ceil(in/stride) for Same, and those that lie wholly inside for Valid. It may
// be less than 1, when the window is larger than the picture.
func (p Padding) Output(in, window, stride, dilation int) int {
	if p == Same {
		return (in + stride - 1) / stride
	}
	reach := in - ((window-1)*dilation + 1)
	if reach < 0 {
		return 0
	}
	return reach/stride + 1
}

// Before is the number of zeros before the first row or column. Where Same
// needs an odd number in all, the greater part comes after the last.
func (p Padding) Before(in, window, stride, dilation int) int {
	if p != Same {
		return 0
	}
	need := (p.Output(in, window, stride, dilation)-1)*stride + (window-1)*dilation + 1 - in
	return max(need, 0) / 2
}

// slide returns the height and width of the positions of a window on a picture.
func (p Padding) slide(in Shape, window, strides, dilation [2]int) (height, width int, err error) {
	height = p.Output(in[0], window[0], strides[0], dilation[0])
	width = p.Output(in[1], window[1], strides[1], dilation[1])
	if height < 1 || width < 1 {
		return 0, 0, fmt.Errorf("its window of %dx%d doesn't fit on its input %v", (window[0]-1)*dilation[0]+1, (window[1]-1)*dilation[1]+1, in)
	}
	return height, width, nil
}
