package storage

import (
	"bytes"
	"crypto/rand"
	"encoding/hex"
	"errors"
	"fmt"
	"image"
	"image/jpeg"
	"strings"
	"time"

	"edged/nn"
	"edged/storage/picture"
)

// Capture is a labelled picture, as a line of log.jsonl tells of it.
type Capture struct {
	// Name is the picture's file name; it stays the same under another label.
	Name   string       `json:"name"`
	Label  string       `json:"label"`
	Time   time.Time    `json:"time"`             // of capture
	Source string       `json:"source,omitempty"` // the camera
	Port   string       `json:"port,omitempty"`   // by which the label came
	Model  string       `json:"model,omitempty"`  // the version that saw it
	Scores []LabelScore `json:"scores,omitempty"` // and what it said
	Hash   string       `json:"hash,omitempty"`   // picture.Hash in hexadecimal digits
	Bytes  int64        `json:"bytes"`
}

// Path is where the picture is below the folder of captures, and names the
// capture: "M4-screw/20261124T101500123Z-a1b2c3d4e5f6.jpg".
func (c Capture) Path() string { return c.Label + "/" + c.Name }

func (c Capture) same(o Capture) bool { return c.Name == o.Name && c.Label == o.Label }

// LabelScore is a label and what a model gave it.
type LabelScore struct {
	Label string  `json:"label"`
	Score float32 `json:"score"`
}

// captureQuality is JPEG's, of 100: above it files grow and networks see no
// difference.
const captureQuality = 92

func newCapture(label, port string, s Shot, size int) Capture {
	return Capture{
		Name: captureName(s.Time), Label: label, Time: s.Time.UTC(), Source: s.Source, Port: port,
		Model: s.Model, Scores: s.Scores, Hash: hashText(s.Image), Bytes: int64(size),
	}
}

func hashText(m nn.Image) string { return fmt.Sprintf("%016x", picture.Hash(m)) }

// captureName is unique whatever the clock says.
func captureName(t time.Time) string {
	var id [6]byte
	_, _ = rand.Read(id[:])
	stamp := strings.Replace(t.UTC().Format("20060102T150405.000Z"), ".", "", 1)
	return stamp + "-" + hex.EncodeToString(id[:]) + ".jpg"
}

// encodeShots encodes the pictures and sums their sizes up.
func encodeShots(shots []Shot) (encoded [][]byte, size int64, err error) {
	if len(shots) == 0 {
		return nil, 0, errors.New("there is no picture to keep")
	}
	for _, s := range shots {
		data, err := encodeJPEG(s.Image)
		if err != nil {
			return nil, 0, err
		}
		encoded, size = append(encoded, data), size+int64(len(data))
	}
	return encoded, size, nil
}

func encodeJPEG(m nn.Image) ([]byte, error) {
	if m.Width < 1 || m.Height < 1 || len(m.Pixels) != m.Width*m.Height*3 {
		return nil, fmt.Errorf("a picture of %dx%d has %d bytes", m.Width, m.Height, len(m.Pixels))
	}
	rgba := image.NewRGBA(image.Rect(0, 0, m.Width, m.Height))
	for from, to := 0, 0; from < len(m.Pixels); from, to = from+3, to+4 {
		copy(rgba.Pix[to:to+3], m.Pixels[from:from+3])
		rgba.Pix[to+3] = 0xff
	}
	var out bytes.Buffer
	if err := jpeg.Encode(&out, rgba, &jpeg.Options{Quality: captureQuality}); err != nil {
		return nil, fmt.Errorf("a picture of %dx%d can't be encoded: %w", m.Width, m.Height, err)
	}
	return out.Bytes(), nil
}
