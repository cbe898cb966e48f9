package storage

import (
	"fmt"
	"slices"

	"edged/nn"
	"edged/storage/folder"
	"edged/storage/keras"
)

// LoadOptions say what a model's files may leave open, and how it is held.
type LoadOptions struct {
	// Preprocessing is for models that come without it. What is empty in it
	// stands for scale 1/255, bilinear, RGB or gray as the network's input asks.
	Preprocessing nn.Preprocessing
	// KeepFloat16 leaves weights that edged's own form has in float16 as they are,
	// in nn.Weight.Float16, for a model that will only be compiled.
	KeepFloat16 bool
}

// Load reads the model at path: a directory, or a single file, in any form that
// edged knows. The result is complete and checked: its weights are there and
// finite, its labels match its outputs, its preprocessing makes sense.
//
// Errors wrap *IncompleteError where something is missing, because a copy may
// be under way, and *DamagedError where waiting does not help; both name the
// file and the reason. Other errors are the system's.
func Load(path string, o LoadOptions) (*Model, error) {
	s, f, err := find(path)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", path, err)
	}
	defer s.close()
	m, err := f.load(s, o)
	if err == nil {
		m.Path, m.Name, m.Format = s.path, s.name(), f.name
		err = s.complete(m, f, o)
	}
	if err != nil {
		return nil, fmt.Errorf("%s: %w", path, err)
	}
	return m, nil
}

// Verify checks that the model at path is all there and whole, by the sizes and
// checksums of everything that Load needs, and keeps nothing of it in memory.
// Its errors are those of Load.
func Verify(path string) error {
	s, f, err := find(path)
	if err == nil {
		defer s.close()
		err = f.verify(s)
	}
	if err != nil {
		return fmt.Errorf("%s: %w", path, err)
	}
	return nil
}

// complete fills in what the format itself doesn't say, and checks all.
func (s *source) complete(m *Model, f *format, o LoadOptions) error {
	if err := s.checkNetwork(m.Network); err != nil {
		return err
	}
	if err := nn.CheckWeights(m.Network); err != nil {
		return folder.Damaged(f.weights, "%w", err)
	}
	if err := s.label(m); err != nil {
		return err
	}
	return s.preprocess(m, o)
}

// checkNetwork refuses what edged can't predict with.
func (s *source) checkNetwork(m *nn.Model) error {
	switch {
	case len(m.Inputs) != 1 || len(m.Outputs) != 1:
		return folder.Damaged(s.name(), "the network has %d inputs and %d outputs and must have one of each", len(m.Inputs), len(m.Outputs))
	case len(m.OutputShape()) != 1:
		return folder.Damaged(s.name(), "the network's output is %v and must be one number for each class", m.OutputShape())
	}
	return nil
}

// label reads the labels beside the model, or numbers the classes.
func (s *source) label(m *Model) error {
	units, file := m.Network.OutputShape().Size(), labelsFile
	if m.Labels == nil {
		for _, dir := range s.near {
			labels, name, err := readLabels(dir)
			if err != nil {
				return err
			}
			if labels != nil {
				m.Labels, file = labels, name
				break
			}
		}
	}
	if m.Labels == nil {
		m.Labels = numbers(units)
	}
	if len(m.Labels) != units {
		return folder.Damaged(file, "it has %d labels and the network has %d outputs", len(m.Labels), units)
	}
	return nil
}

// preprocess finds out how pictures become inputs: the network's own Rescaling
// layer, else preprocess.json, else what is known of Teachable Machine's
// exports, else the caller's word, else the default.
func (s *source) preprocess(m *Model, o LoadOptions) error {
	if m.Preprocessing != (nn.Preprocessing{}) {
		return nil
	}
	p := completed(o.Preprocessing, m.Network)
	if s.teachable(m.Network) {
		p.Scale, p.Offset = 1/127.5, -1
	}
	file := s.name()
	if i := slices.IndexFunc(s.near, func(dir *folder.Folder) bool { return dir.Has(preprocessFile) }); i >= 0 {
		file = preprocessFile
		if err := readPreprocessing(s.near[i], &p); err != nil {
			return err
		}
	}
	if rescales(m.Network) {
		p.Scale, p.Offset = 1, 0
	}
	if err := checkPreprocessing(p, m.Network); err != nil {
		return folder.Damaged(file, "%w", err)
	}
	m.Preprocessing = p
	return nil
}

// savedModelFormat is the directory that Keras 2 writes.
func savedModelFormat() format {
	return format{
		name:    "savedmodel",
		weights: "variables",
		detect: func(s *source) bool {
			return s.file == "" && slices.ContainsFunc([]string{"saved_model.pb", "keras_metadata.pb", "variables"}, s.dir.Has)
		},
		verify: func(s *source) error { return keras.VerifySavedModel(s.dir) },
		load: func(s *source, _ LoadOptions) (*Model, error) {
			network, err := keras.LoadSavedModel(s.dir)
			if err != nil {
				return nil, err
			}
			return &Model{Network: network, Precision: Float32}, nil
		},
	}
}
