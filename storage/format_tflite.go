package storage

import (
	"path/filepath"
	"strings"

	"edged/storage/folder"
	"edged/storage/tflite"
)

// maxTFLite bounds the size of a .tflite file, which is read as a whole.
const maxTFLite = 1 << 30

// tfliteFormat is a single TensorFlow Lite file.
func tfliteFormat() format {
	return format{
		name:    "tflite",
		weights: "weights",
		detect: func(s *source) bool {
			return strings.EqualFold(filepath.Ext(s.file), ".tflite")
		},
		verify: func(s *source) error {
			data, err := readTFLite(s)
			if err != nil {
				return err
			}
			if err := tflite.Verify(data); err != nil {
				return folder.Damaged(s.file, "%w", err)
			}
			return nil
		},
		load: func(s *source) (*Model, error) {
			data, err := readTFLite(s)
			if err != nil {
				return nil, err
			}
			network, err := tflite.Load(data)
			if err != nil {
				return nil, folder.Damaged(s.file, "%w", err)
			}
			return &Model{Network: network, Precision: Float32}, nil
		},
	}
}

// readTFLite reads the file, or says that it is not complete.
func readTFLite(s *source) ([]byte, error) {
	data, err := s.dir.Read(s.file, maxTFLite)
	if err != nil {
		return nil, err
	}
	if !tflite.Complete(data) {
		return nil, folder.Short(s.file, "it ends before what it refers to")
	}
	return data, nil
}
