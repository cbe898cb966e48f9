//go:build opencv

package opencv

import (
	"context"
	"errors"
	"fmt"
	"io"
	"strings"
	"time"

	"edged/capture"

	"gocv.io/x/gocv"
)

// pictures is a source that has been opened.
type pictures interface {
	// read puts the next picture into m, as OpenCV decodes it. The error is
	// io.EOF at the end of a file or folder; any other says what is wrong.
	read(m *gocv.Mat) (stamp, error)

	// String tells what was opened.
	String() string

	close()
}

// stamp is when a picture was taken, if the source knows, and when a replayed
// one is due, counted from the first.
type stamp struct {
	taken time.Time
	due   time.Duration
}

// Version names OpenCV's version and its ways to read video.
func Version() (string, error) {
	var backends []string
	for _, api := range gocv.VideoRegistry.GetBackends() {
		backends = append(backends, gocv.VideoRegistry.GetBackendName(api))
	}
	return fmt.Sprintf("OpenCV %s (%s)", gocv.OpenCVVersion(), strings.Join(backends, ", ")), nil
}

// Stream writes the frames of a source to w, as capture.Record describes, until
// a file or folder ends, which it tells by a record, or the context is done,
// which is no error. It warns of pictures that it leaves out, a line each.
func Stream(ctx context.Context, source capture.Source, w, warnings io.Writer) error {
	// The converting of a frame is quick, and the other cores belong to the network.
	gocv.SetNumThreads(1)
	opened, err := open(source, warnings)
	if err != nil {
		return err
	}
	defer opened.close()
	s := streamer{writer: capture.NewWriter(w), pacer: pacer{fast: source.Pace == capture.PaceFast}}
	defer s.converter.close()
	if err := s.writer.Source(opened.String() + ", OpenCV " + gocv.OpenCVVersion()); err != nil {
		return err
	}
	err = s.stream(ctx, opened)
	switch {
	case ctx.Err() != nil:
		return nil
	case errors.Is(err, io.EOF):
		return s.writer.End()
	default:
		return err
	}
}

func open(source capture.Source, warnings io.Writer) (pictures, error) {
	switch source.Kind() {
	case capture.KindDevice:
		return openDevice(source)
	case capture.KindPipeline:
		return openPipeline(source)
	case capture.KindURL:
		return openURL(source)
	default:
		return openFile(source, warnings)
	}
}

// streamer turns pictures into frames.
type streamer struct {
	writer    *capture.Writer
	converter converter
	pacer     pacer
	frame     capture.Frame
}

// stream writes every picture until an error; io.EOF is the end of a clip.
func (s *streamer) stream(ctx context.Context, opened pictures) error {
	picture := gocv.NewMat()
	defer func() { _ = picture.Close() }()
	for ctx.Err() == nil {
		at, err := opened.read(&picture)
		if err != nil {
			return err
		}
		if err := s.converter.convert(&picture, &s.frame); err != nil {
			return err
		}
		if at.taken.IsZero() {
			if err := s.pacer.wait(ctx, at.due, s.writer.Alive); err != nil {
				return err
			}
			at.taken = time.Now()
		}
		s.frame.Sequence++
		s.frame.Time = at.taken
		if err := s.writer.Frame(&s.frame); err != nil {
			return err
		}
	}
	return ctx.Err()
}
