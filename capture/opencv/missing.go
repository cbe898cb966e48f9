//go:build !opencv

package opencv

import (
	"context"
	"errors"
	"io"

	"edged/capture"
)

var errMissing = errors.New("this edged-camera was built without OpenCV: " +
	"install the package edged-camera, or g++ and libopencv-videoio-dev and build it by `make camera`")

// Version returns an error: this build has no OpenCV.
func Version() (string, error) { return "", errMissing }

// Stream returns an error: this build has no OpenCV.
func Stream(context.Context, capture.Source, io.Writer, io.Writer) error { return errMissing }
