package storage

import (
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"time"

	"edged/nn"
	"edged/storage/keras"
	"edged/storage/tflite"
)

// ExportFormat is a form that Export writes.
type ExportFormat string

// The forms that Export writes.
const (
	ExportKeras      ExportFormat = "keras"      // a .keras file of Keras 3
	ExportH5         ExportFormat = "h5"         // a .h5 file that Keras 2 and 3 load
	ExportSavedModel ExportFormat = "savedmodel" // the directory of Keras 2
	ExportTFLite     ExportFormat = "tflite"     // a .tflite file of TensorFlow Lite
)

// ExportFormatOf is the form that a path's ending stands for, or empty.
func ExportFormatOf(path string) ExportFormat {
	switch strings.ToLower(filepath.Ext(path)) {
	case ".keras":
		return ExportKeras
	case ".h5", ".hdf5":
		return ExportH5
	case ".tflite":
		return ExportTFLite
	}
	return ""
}

// ExportOptions say how a model is written.
type ExportOptions struct {
	Format ExportFormat
	// Precision of the stored weights; empty means float32 in a form of Keras's,
	// which knows no other, and the model's own in a .tflite file.
	Precision Precision
}

// Export writes m's network to path, in a form of Keras's together with what
// model.compile said. Nothing may be at path, and nothing is seen there before it
// is complete. Labels and preprocessing go beside the network in a directory, as
// labels.txt and preprocess.json, and have no place in a single file.
func Export(path string, m *Model, o ExportOptions) error {
	if err := export(path, m, o); err != nil {
		return fmt.Errorf("%s: %w", path, err)
	}
	return nil
}

func export(path string, m *Model, o ExportOptions) error {
	if _, err := os.Lstat(path); !errors.Is(err, fs.ErrNotExist) {
		return errors.New("there is something of that name already, and nothing is overwritten")
	}
	if o.Format == ExportTFLite {
		precision, err := o.tflite(m)
		if err != nil {
			return err
		}
		return exportFile(path, func(w io.Writer) error { return tflite.Write(w, m.Network, precision) })
	}
	if o.Precision != "" && o.Precision != Float32 {
		return errors.New("a form of Keras's holds float32: leave the precision out, or write a .tflite file or edged's own form")
	}
	switch o.Format {
	case ExportKeras:
		saved := m.Created
		if saved.IsZero() {
			saved = time.Now()
		}
		return exportFile(path, func(w io.Writer) error { return keras.WriteArchive(w, m.Network, saved.UTC()) })
	case ExportH5:
		return exportFile(path, func(w io.Writer) error { return keras.WriteH5(w, m.Network) })
	case ExportSavedModel:
		return exportDirectory(path, m)
	}
	return fmt.Errorf("%q is no form that edged writes", o.Format)
}

// tflite is the precision of the weights in a .tflite file.
func (o ExportOptions) tflite(m *Model) (nn.Precision, error) {
	if o.Precision == "" {
		o.Precision = m.Precision
	}
	if err := o.Precision.check(); err != nil {
		return 0, err
	}
	return nn.ParsePrecision(string(o.Precision))
}

// exportFile writes a file under a temporary name and renames it.
func exportFile(path string, write func(w io.Writer) error) error {
	dir, base := filepath.Split(path)
	if dir == "" {
		dir = "."
	}
	f, err := os.CreateTemp(dir, "."+base+".")
	if err != nil {
		return err
	}
	err = write(f)
	if err == nil {
		err = errors.Join(f.Chmod(0o644), f.Sync())
	}
	if closing := f.Close(); err == nil {
		err = closing
	}
	if err == nil {
		err = os.Rename(f.Name(), path)
	}
	if err != nil {
		os.Remove(f.Name())
		return err
	}
	return flush(dir)
}

// exportDirectory writes a SavedModel under a temporary name and renames it.
func exportDirectory(path string, m *Model) error {
	dir, base := filepath.Split(path)
	if dir == "" {
		dir = "."
	}
	temp, err := os.MkdirTemp(dir, "."+base+".")
	if err != nil {
		return err
	}
	if err := fillDirectory(temp, path, m); err != nil {
		os.RemoveAll(temp)
		return err
	}
	return flush(dir)
}

func fillDirectory(temp, path string, m *Model) error {
	if err := keras.WriteSavedModel(temp, m.Network); err != nil {
		return err
	}
	preprocessing, err := encodeJSON(m.Preprocessing)
	if err != nil {
		return err
	}
	for _, dir := range []string{"variables", "assets"} {
		if err := flush(filepath.Join(temp, dir)); err != nil {
			return err
		}
	}
	return place(temp, path, []content{
		{labelsFile, []byte(strings.Join(m.Labels, "\n") + "\n")},
		{preprocessFile, preprocessing},
	})
}
