package storage

import (
	"edged/nn"
	"edged/storage/folder"
	"edged/storage/onnx"
	"edged/storage/tflite"
)

// maxWhole bounds the size of a file that is read as a whole.
const maxWhole = 1 << 30

// wholeFormats are files that are read as a whole: TensorFlow Lite's and ONNX's.
func wholeFormats() []format {
	return []format{
		wholeFormat("tflite", tflite.Complete, tflite.Verify, tflite.Load),
		wholeFormat("onnx", onnx.Complete, onnx.Verify, onnx.Load),
	}
}

// wholeFormat is a single file known by its ending, which is the format's name.
func wholeFormat(name string, complete func([]byte) bool, verify func([]byte) error, load func([]byte) (*nn.Model, error)) format {
	read := func(s *source) ([]byte, error) {
		data, err := s.dir.Read(s.file, maxWhole)
		if err != nil {
			return nil, err
		}
		if !complete(data) {
			return nil, folder.Short(s.file, "it ends before what it refers to")
		}
		return data, nil
	}
	return format{
		name:    name,
		weights: "weights",
		detect:  func(s *source) bool { return extension(s) == "."+name },
		verify: func(s *source) error {
			data, err := read(s)
			if err != nil {
				return err
			}
			if err := verify(data); err != nil {
				return folder.Damaged(s.file, "%w", err)
			}
			return nil
		},
		load: func(s *source, _ LoadOptions) (*Model, error) {
			data, err := read(s)
			if err != nil {
				return nil, err
			}
			network, err := load(data)
			if err != nil {
				return nil, folder.Damaged(s.file, "%w", err)
			}
			m := &Model{Network: network, Precision: Float32}
			if network.Quantized() {
				m.Precision = Int8
			}
			return m, nil
		},
	}
}
