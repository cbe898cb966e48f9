package storage

import (
	"errors"
	"io"
	"path/filepath"
	"slices"
	"strings"

	"edged/nn"
	"edged/storage/hdf5"
	"edged/storage/keras"
)

// kerasFormats are what Keras 2 and 3 write into one file, and a .keras file
// unzipped. The content decides which of them a file is; a file that is not
// yet there is known by its name.
func kerasFormats() []format {
	return []format{
		fileFormat("keras", []string{".keras"}, keras.IsZip, keras.LoadArchive, keras.VerifyArchive),
		fileFormat("h5", []string{".h5", ".hdf5"}, hdf5.Is, keras.LoadH5, keras.VerifyH5),
		{
			name:    "keras",
			weights: "model.weights.h5",
			detect:  func(s *source) bool { return s.file == "" && keras.IsUnzipped(s.dir) },
			verify:  func(s *source) error { return keras.VerifyUnzipped(s.dir) },
			load:    func(s *source, _ LoadOptions) (*Model, error) { return kerasModel(keras.LoadUnzipped(s.dir)) },
		},
	}
}

// fileFormat is a format of one file that begins in its own way.
func fileFormat(name string, endings []string, begins func(head []byte) bool, load func(io.ReaderAt, int64, string) (*nn.Model, error), verify func(io.ReaderAt, int64, string) error) format {
	return format{
		name:    name,
		weights: "weights",
		detect: func(s *source) bool {
			if s.file == "" || !slices.Contains([]string{".keras", ".h5", ".hdf5"}, extension(s)) {
				return false
			}
			head, err := readHead(s)
			switch {
			case err != nil:
				return slices.Contains(endings, extension(s))
			case keras.IsZip(head) || hdf5.Is(head):
				return begins(head)
			}
			return slices.Contains(endings, extension(s))
		},
		verify: func(s *source) error {
			f, err := s.dir.Open(s.file)
			if err != nil {
				return err
			}
			defer f.Close()
			return verify(f, f.Size, s.file)
		},
		load: func(s *source, _ LoadOptions) (*Model, error) {
			f, err := s.dir.Open(s.file)
			if err != nil {
				return nil, err
			}
			defer f.Close()
			return kerasModel(load(f, f.Size, s.file))
		},
	}
}

func extension(s *source) string { return strings.ToLower(filepath.Ext(s.file)) }

// readHead returns the first bytes of the file, fewer where it has fewer.
func readHead(s *source) ([]byte, error) {
	f, err := s.dir.Open(s.file)
	if err != nil {
		return nil, err
	}
	defer f.Close()
	head := make([]byte, 8)
	n, err := io.ReadFull(f, head)
	if errors.Is(err, io.EOF) || errors.Is(err, io.ErrUnexpectedEOF) {
		err = nil
	}
	return head[:n], err
}

func kerasModel(network *nn.Model, err error) (*Model, error) {
	if err != nil {
		return nil, err
	}
	return &Model{Network: network, Precision: Float32}, nil
}
