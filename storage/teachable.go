package storage

import (
	"slices"

	"edged/nn"
	"edged/storage/folder"
)

// teachable tells whether s is what Teachable Machine exports for Keras: a
// Sequential of a body (a MobileNet and its pooling) and a head of dense layers,
// with labels "0 name", "1 name". Its body takes pixels from -1 to 1 and has no
// layer for that, and no file says so.
func (s *source) teachable(network *nn.Model) bool {
	return teachableNetwork(network) && slices.ContainsFunc(s.near, numberedLabels)
}

func teachableNetwork(m *nn.Model) bool {
	if m.Functional || len(m.Layers) != 2 || channels(m) != 3 {
		return false
	}
	body, isBody := m.Layers[0].(*nn.Model)
	head, isHead := m.Layers[1].(*nn.Model)
	if !isBody || !isHead || body.Functional || head.Functional || len(body.Layers) != 2 {
		return false
	}
	base, isModel := body.Layers[0].(*nn.Model)
	return isModel && base.Functional && body.Layers[1].Class() == "GlobalAveragePooling2D" &&
		slices.ContainsFunc(base.Layers, func(l nn.Layer) bool { return l.Class() == "DepthwiseConv2D" }) &&
		!slices.ContainsFunc(head.Layers, func(l nn.Layer) bool { return l.Class() != "Dense" && l.Class() != "Dropout" })
}

// numberedLabels tells whether the folder's labels.txt numbers its lines.
func numberedLabels(dir *folder.Folder) bool {
	if !dir.Has(labelsFile) {
		return false
	}
	text, err := dir.Read(labelsFile, maxLabelText)
	if err != nil {
		return false
	}
	lines, err := parseLines(text)
	if err != nil {
		return false
	}
	named, err := parseLabels(text)
	return err == nil && !slices.Equal(lines, named)
}
