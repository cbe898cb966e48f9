//go:build opencv

package opencv

import (
	"errors"
	"fmt"
	"os"
	"strings"
	"time"

	"edged/capture"

	"gocv.io/x/gocv"
	"golang.org/x/sys/unix"
)

// live is a camera, a pipeline or a stream: it has no end, only failures.
type live struct {
	video   *gocv.VideoCapture
	backend string
	name    string
	stamps  bool // the position is the driver's time of capture
}

func (l *live) read(m *gocv.Mat) (stamp, error) {
	if !l.video.Read(m) || m.Empty() {
		return stamp{}, fmt.Errorf("%s sends no more pictures", l.name)
	}
	now := time.Now()
	if !l.stamps {
		return stamp{taken: now}, nil
	}
	return stamp{taken: captured(l.video.Get(gocv.VideoCapturePosMsec), now, monotonic())}, nil
}

func (l *live) String() string { return describe(l.backend, l.video) }

func (l *live) close() { _ = l.video.Close() }

func openDevice(source capture.Source) (pictures, error) {
	path := source.Device()
	if err := unix.Access(path, unix.R_OK|unix.W_OK); err != nil {
		return nil, deviceError(path, err)
	}
	video, err := openVideo(path, gocv.VideoCaptureV4L2)
	if err != nil {
		return nil, fmt.Errorf("OpenCV can't use %s: either it is no camera (`edged-camera --list` shows those), or another program uses it", path)
	}
	if source.FourCC != "" {
		video.Set(gocv.VideoCaptureFOURCC, video.ToCodec(source.FourCC))
	}
	set(video, gocv.VideoCaptureFrameWidth, float64(source.Width))
	set(video, gocv.VideoCaptureFrameHeight, float64(source.Height))
	set(video, gocv.VideoCaptureFPS, source.FPS)
	return &live{video: video, backend: "V4L2", name: path, stamps: true}, nil
}

func deviceError(path string, err error) error {
	switch {
	case errors.Is(err, os.ErrNotExist):
		return fmt.Errorf("there is no camera at %s: plug it in, or choose one that `edged-camera --list` shows", path)
	case errors.Is(err, os.ErrPermission):
		return fmt.Errorf("%s may not be read by this user: add the user to the group video by `sudo usermod -aG video USER` and log in anew", path)
	default:
		return fmt.Errorf("can't open %s: %w", path, err)
	}
}

func openPipeline(source capture.Source) (pictures, error) {
	video, err := openVideo(complete(source), gocv.VideoCaptureGstreamer)
	if err != nil {
		return nil, fmt.Errorf("GStreamer can't run the pipeline `%s`: "+
			"`gst-launch-1.0 PIPELINE` tells more; elements come from packages such as gstreamer1.0-plugins-base and gstreamer1.0-libcamera", source.Path)
	}
	return &live{video: video, backend: "GStreamer", name: "the pipeline"}, nil
}

// complete ends a pipeline as OpenCV needs it, unless it ends so already. At the
// clip's pace a late frame is dropped, as a camera would.
func complete(source capture.Source) string {
	if strings.Contains(source.Path, "appsink") {
		return source.Path
	}
	sink := "appsink drop=true max-buffers=1"
	if source.Pace == capture.PaceFast {
		sink = "appsink sync=false max-buffers=1"
	}
	return source.Path + " ! videoconvert ! video/x-raw,format=BGR ! " + sink
}

func openURL(source capture.Source) (pictures, error) {
	video, err := openVideo(source.Path, streamBackend())
	if err != nil {
		return nil, fmt.Errorf("OpenCV can't open %s: is the address right, does the camera answer, and does it want a user and a password?", source.String())
	}
	return &live{video: video, backend: "stream", name: source.String()}, nil
}

// streamBackend is FFmpeg if this OpenCV has it: asking all backends in turn is
// slow and noisy.
func streamBackend() gocv.VideoCaptureAPI {
	if gocv.VideoRegistry.HasBackend(gocv.VideoCaptureFFmpeg) {
		return gocv.VideoCaptureFFmpeg
	}
	return gocv.VideoCaptureAny
}

func openVideo(name string, backend gocv.VideoCaptureAPI) (*gocv.VideoCapture, error) {
	video, err := gocv.VideoCaptureFileWithAPI(name, backend)
	if err != nil {
		_ = video.Close()
		return nil, err
	}
	return video, nil
}

func set(video *gocv.VideoCapture, property gocv.VideoCaptureProperties, value float64) {
	if value > 0 {
		video.Set(property, value)
	}
}

func describe(backend string, video *gocv.VideoCapture) string {
	text := fmt.Sprintf("%s, %gx%g", backend, video.Get(gocv.VideoCaptureFrameWidth), video.Get(gocv.VideoCaptureFrameHeight))
	if fps := video.Get(gocv.VideoCaptureFPS); isRate(fps) {
		text += fmt.Sprintf(", %.4g frames a second", fps)
	}
	return text
}
