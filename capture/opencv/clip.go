//go:build opencv

package opencv

import (
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"

	"edged/capture"

	"gocv.io/x/gocv"
	"golang.org/x/sys/unix"
)

// clip is a video file.
type clip struct {
	path  string
	loop  bool
	video *gocv.VideoCapture
	times clipTimes
	some  bool // a picture was read since the file was opened
}

func openFile(source capture.Source, warnings io.Writer) (pictures, error) {
	info, err := os.Stat(source.Path)
	switch {
	case errors.Is(err, fs.ErrNotExist):
		return nil, fmt.Errorf("there is no file or folder %s", source.Path)
	case err != nil:
		return nil, err
	case info.IsDir():
		return openFolder(source, warnings)
	}
	if err := unix.Access(source.Path, unix.R_OK); err != nil {
		return nil, fmt.Errorf("%s may not be read by this user: %w", source.Path, err)
	}
	c := &clip{path: source.Path, loop: source.Loop}
	if err := c.open(); err != nil {
		return nil, err
	}
	return c, nil
}

func (c *clip) open() error {
	video, err := openVideo(c.path, streamBackend())
	if err != nil {
		return fmt.Errorf("%s is not a video that OpenCV can read", c.path)
	}
	c.video, c.some = video, false
	c.times.begin(video.Get(gocv.VideoCaptureFPS))
	return nil
}

func (c *clip) read(m *gocv.Mat) (stamp, error) {
	for !c.video.Read(m) || m.Empty() {
		if !c.some {
			return stamp{}, fmt.Errorf("%s holds no picture that OpenCV can read", c.path)
		}
		if !c.loop {
			return stamp{}, io.EOF
		}
		_ = c.video.Close()
		if err := c.open(); err != nil {
			return stamp{}, err
		}
	}
	c.some = true
	return stamp{due: c.times.next(c.video.Get(gocv.VideoCapturePosMsec))}, nil
}

func (c *clip) String() string {
	text := describe("file", c.video)
	if frames := c.video.Get(gocv.VideoCaptureFrameCount); frames > 0 {
		text += fmt.Sprintf(", %g frames", frames)
	}
	return text
}

func (c *clip) close() { _ = c.video.Close() }
