//go:build opencv

package opencv

import (
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"
	"time"

	"edged/capture"

	"gocv.io/x/gocv"
)

// folderFPS is the rate of a folder of pictures if none is asked.
const folderFPS = 10

// folder shows the pictures of a folder in the order of their names.
type folder struct {
	path     string
	names    []string
	next     int
	shown    int // over all rounds
	readable int // in this round
	loop     bool
	fps      float64
	warnings io.Writer
	warned   map[string]bool
}

func openFolder(source capture.Source, warnings io.Writer) (pictures, error) {
	entries, err := os.ReadDir(source.Path)
	if err != nil {
		return nil, err
	}
	f := &folder{path: source.Path, loop: source.Loop, fps: source.FPS, warnings: warnings, warned: map[string]bool{}}
	if f.fps <= 0 {
		f.fps = folderFPS
	}
	for _, entry := range entries {
		if isPicture(entry.Name()) && !entry.IsDir() {
			f.names = append(f.names, entry.Name())
		}
	}
	if len(f.names) == 0 {
		return nil, fmt.Errorf("the folder %s holds no pictures (%s)", source.Path, strings.Join(pictureTypes, ", "))
	}
	return f, nil
}

// pictureTypes are the endings of names that are taken for pictures.
var pictureTypes = []string{".png", ".jpg", ".jpeg", ".bmp", ".webp", ".tif", ".tiff", ".ppm", ".pgm"}

func isPicture(name string) bool {
	ending := strings.ToLower(filepath.Ext(name))
	for _, t := range pictureTypes {
		if ending == t {
			return !strings.HasPrefix(name, ".")
		}
	}
	return false
}

func (f *folder) read(m *gocv.Mat) (stamp, error) {
	for {
		if f.next == len(f.names) {
			if f.readable == 0 {
				return stamp{}, fmt.Errorf("OpenCV can read none of the %d pictures in %s", len(f.names), f.path)
			}
			if !f.loop {
				return stamp{}, io.EOF
			}
			f.next, f.readable = 0, 0
		}
		name := filepath.Join(f.path, f.names[f.next])
		f.next++
		picture := gocv.IMRead(name, gocv.IMReadColor)
		if picture.Empty() {
			_ = picture.Close()
			f.leaveOut(name)
			continue
		}
		_ = m.Close()
		*m = picture
		f.readable++
		due := time.Duration(float64(f.shown) / f.fps * float64(time.Second))
		f.shown++
		return stamp{due: due}, nil
	}
}

func (f *folder) leaveOut(name string) {
	if !f.warned[name] {
		f.warned[name] = true
		fmt.Fprintf(f.warnings, "warning: OpenCV can't read %s; it is left out\n", name)
	}
}

func (f *folder) String() string {
	return fmt.Sprintf("folder of %d pictures, %g frames a second", len(f.names), f.fps)
}

func (f *folder) close() {}
