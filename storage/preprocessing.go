package storage

import (
	"bytes"
	"cmp"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"math"
	"slices"

	"edged/nn"
	"edged/storage/folder"
)

const (
	preprocessFile = "preprocess.json"
	maxPreprocess  = 1 << 16 // bytes
)

// completed fills in what is empty: scale 1/255, bilinear, and the colours that
// the network's input has room for.
func completed(p nn.Preprocessing, network *nn.Model) nn.Preprocessing {
	color := nn.RGB
	if channels(network) == 1 {
		color = nn.Gray
	}
	p.Resize, p.Color, p.Scale = cmp.Or(p.Resize, "bilinear"), cmp.Or(p.Color, color), cmp.Or(p.Scale, 1.0/255)
	return p
}

// channels of the pictures that the network takes, 0 where it takes none.
func channels(network *nn.Model) int {
	if s := network.InputShape(); len(s) == 3 {
		return s[2]
	}
	return 0
}

// checkPreprocessing refuses what makes no sense, by itself or for the network.
func checkPreprocessing(p nn.Preprocessing, network *nn.Model) error {
	resizes, colors := nn.ResizeMethods(), nn.ColorOrders()
	c := channels(network)
	switch {
	case !slices.Contains(resizes, p.Resize):
		return fmt.Errorf("resize is %q and must be one of %q", p.Resize, resizes)
	case !slices.Contains(colors, p.Color):
		return fmt.Errorf("color is %q and must be one of %q", p.Color, colors)
	case !finite(p.Scale) || p.Scale == 0:
		return fmt.Errorf("scale is %v and must be a number other than 0", p.Scale)
	case !finite(p.Offset):
		return fmt.Errorf("offset is %v and must be a number", p.Offset)
	case c == 3 && p.Color == nn.Gray, c == 1 && p.Color != nn.Gray:
		return fmt.Errorf("color is %s and the network takes pictures of %d channels", p.Color, c)
	}
	return nil
}

func finite(v float32) bool { return !math.IsNaN(float64(v)) && !math.IsInf(float64(v), 0) }

// readPreprocessing decodes preprocess.json onto p: what it leaves out stays.
func readPreprocessing(dir *folder.Folder, p *nn.Preprocessing) error {
	data, err := dir.Read(preprocessFile, maxPreprocess)
	if err != nil {
		return err
	}
	if err := decodeStrictly(data, p); err != nil {
		return folder.Damaged(preprocessFile, "%w", err)
	}
	return nil
}

// decodeStrictly decodes one JSON value that has no entry unknown to v. Text
// that ends early wraps io.ErrUnexpectedEOF.
func decodeStrictly(data []byte, v any) error {
	d := json.NewDecoder(bytes.NewReader(data))
	d.DisallowUnknownFields()
	if err := d.Decode(v); err != nil {
		if errors.Is(err, io.EOF) {
			err = io.ErrUnexpectedEOF
		}
		return err
	}
	if _, err := d.Token(); !errors.Is(err, io.EOF) {
		return errors.New("there is more after its JSON value")
	}
	return nil
}

// rescales tells whether the network's first computation is a Rescaling layer,
// or arithmetic of its author, so that it takes pixels as they are. Layers that
// only move pixels or do nothing at inference may stand before it.
func rescales(m *nn.Model) bool {
	at := m.Inputs[0]
	for {
		next := -1
		for i, n := range m.Nodes {
			if slices.Contains(n.Inputs, at) {
				if next >= 0 {
					return false
				}
				next = i
			}
		}
		if next < 0 {
			return false
		}
		switch l := m.Nodes[next].Layer.(type) {
		case *nn.Rescaling:
			return true
		case *nn.Operation:
			_, rescaling := l.Equivalent.(*nn.Rescaling)
			return rescaling
		case *nn.Model:
			return rescales(l)
		case *nn.Augmentation, *nn.Resizing, *nn.ZeroPadding2D, *nn.Cropping2D:
		default:
			return false
		}
		at = next
	}
}
