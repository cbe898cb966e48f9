package main

import (
	"fmt"
	"math"
	"os"

	"edged/capture"
	"edged/capture/opencv"

	"github.com/spf13/cobra"
	"github.com/spf13/cobra/doc"
	"golang.org/x/term"
)

// version is set when edged-camera is built by make.
var version = "unknown"

// usageError is a mistake in the command line.
type usageError struct{ error }

func mistake(format string, args ...any) error { return &usageError{fmt.Errorf(format, args...)} }

func newRoot() *cobra.Command {
	var (
		source       capture.Source
		pace, manual string
		list, number bool
	)
	command := &cobra.Command{
		Use:   "edged-camera [flags] SOURCE",
		Short: "Write the frames of a camera to standard output, for edged",
		Long: `edged-camera reads pictures through OpenCV and writes them to standard output
as frames, which edged reads. SOURCE is

  /dev/video0, or 0           a V4L2 device
  "libcamerasrc ! ..."        a GStreamer pipeline
  rtsp://..., http://...      a stream
  clip.mp4                    a video file
  pictures/                   a folder of pictures, in the order of their names

It ends at the end of a file or folder, on SIGTERM, when its output is closed,
and when the pipe on its standard input is closed.`,
		SilenceErrors: true,
		SilenceUsage:  true,
		RunE: func(command *cobra.Command, args []string) error {
			switch {
			case number:
				return printVersion(command)
			case manual != "":
				return writeManual(command, manual)
			case list:
				return printDevices(command)
			case len(args) != 1:
				return mistake("which source? Name one device, pipeline, URL, file or folder; --help tells more")
			}
			source.Path, source.Pace = args[0], capture.Pace(pace)
			if err := check(&source); err != nil {
				return err
			}
			if term.IsTerminal(int(os.Stdout.Fd())) {
				return mistake("frames are not for a terminal: send standard output to a file or a program")
			}
			return opencv.Stream(command.Context(), source, os.Stdout, os.Stderr)
		},
	}
	flags := command.Flags()
	flags.SortFlags = false
	flags.IntVar(&source.Width, "width", 0, "width in pixels asked of a device")
	flags.IntVar(&source.Height, "height", 0, "height in pixels asked of a device")
	flags.Float64Var(&source.FPS, "fps", 0, "frames a second asked of a device, and the pace of a folder")
	flags.StringVar(&source.FourCC, "fourcc", "", "pixel format asked of a device: MJPG for large pictures by USB")
	flags.BoolVar(&source.Loop, "loop", false, "begin a file or folder again at its end")
	flags.StringVar(&pace, "pace", string(capture.PaceClip), "how fast a file or folder is replayed: clip (its own pace) or fast (as frames are taken)")
	flags.BoolVar(&list, "list", false, "list the cameras found, and end")
	flags.BoolVar(&number, "version", false, "print the versions of edged-camera and OpenCV, and end")
	flags.StringVar(&manual, "man", "", "write the manual page into this folder, and end")
	flags.Lookup("man").Hidden = true
	command.SetFlagErrorFunc(func(_ *cobra.Command, err error) error { return &usageError{err} })
	return command
}

func check(source *capture.Source) error {
	switch {
	case source.Path == "":
		return mistake("the source is empty; --help tells what it can be")
	case source.Width < 0 || source.Height < 0 || source.Width > 1<<16 || source.Height > 1<<16:
		return mistake("--width %d --height %d: both must be from 0 to 65536", source.Width, source.Height)
	case !(source.FPS >= 0 && source.FPS <= 1000) || math.IsNaN(source.FPS):
		return mistake("--fps %g: it must be from 0 to 1000", source.FPS)
	case source.FourCC != "" && len(source.FourCC) != 4:
		return mistake("--fourcc %q: it must be four letters, such as MJPG or YUYV", source.FourCC)
	case source.Pace != capture.PaceClip && source.Pace != capture.PaceFast:
		return mistake("--pace %q: it must be clip or fast", source.Pace)
	}
	return nil
}

func printVersion(command *cobra.Command) error {
	text, err := opencv.Version()
	if err != nil {
		return err
	}
	fmt.Fprintf(command.OutOrStdout(), "edged-camera %s, %s\n", version, text)
	return nil
}

func writeManual(command *cobra.Command, folder string) error {
	command.DisableAutoGenTag = true
	header := &doc.GenManHeader{Section: "1", Source: "edged " + version, Manual: "edged"}
	return doc.GenManTree(command, header, folder)
}

func printDevices(command *cobra.Command) error {
	devices, err := capture.Devices()
	if err != nil {
		return err
	}
	if len(devices) == 0 {
		fmt.Fprintln(command.ErrOrStderr(), "edged-camera: no V4L2 camera found: plug a USB camera in; "+
			"a CSI camera is reached by a pipeline with libcamerasrc (Raspberry Pi) or nvarguscamerasrc (Jetson)")
	}
	for _, d := range devices {
		fmt.Fprintln(command.OutOrStdout(), d)
	}
	return nil
}
