//go:build opencv

package opencv

import (
	"fmt"

	"edged/capture"

	"gocv.io/x/gocv"
)

// converter turns OpenCV's pictures into RGB, in memory that it uses again.
type converter struct{ rgb *gocv.Mat }

// convert makes frame's size and pixels those of the picture. The pixels are
// valid until the next call.
func (c *converter) convert(picture *gocv.Mat, frame *capture.Frame) error {
	if c.rgb == nil {
		m := gocv.NewMat()
		c.rgb = &m
	}
	code, err := toRGB(picture)
	if err != nil {
		return err
	}
	if err := gocv.CvtColor(*picture, c.rgb, code); err != nil {
		return fmt.Errorf("OpenCV can't convert a picture to RGB: %w", err)
	}
	pixels, err := c.rgb.DataPtrUint8()
	if err != nil {
		return fmt.Errorf("OpenCV can't give a picture's pixels: %w", err)
	}
	frame.Width, frame.Height, frame.Pixels = c.rgb.Cols(), c.rgb.Rows(), pixels
	return nil
}

func toRGB(picture *gocv.Mat) (gocv.ColorConversionCode, error) {
	if picture.Rows() > 0 && picture.Cols() > 0 && picture.Cols() <= capture.MaxPixels/picture.Rows() {
		switch picture.Type() {
		case gocv.MatTypeCV8UC3:
			return gocv.ColorBGRToRGB, nil
		case gocv.MatTypeCV8UC4:
			return gocv.ColorBGRAToRGB, nil
		case gocv.MatTypeCV8UC1:
			return gocv.ColorGrayToRGB, nil
		}
	}
	return 0, fmt.Errorf("the source gives pictures of %dx%d pixels and OpenCV's type %d, which edged does not take: "+
		"a pipeline should end in `videoconvert ! video/x-raw,format=BGR ! appsink`", picture.Cols(), picture.Rows(), picture.Type())
}

func (c *converter) close() {
	if c.rgb != nil {
		_ = c.rgb.Close()
	}
}
