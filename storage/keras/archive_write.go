package keras

import (
	"archive/zip"
	"encoding/json"
	"fmt"
	"io"
	"time"

	"edged/nn"
	"edged/storage/hdf5"
)

// WriteArchive writes m as a .keras file as model.save does in Keras 3, with
// what model.compile said and without the optimizer's state. saved is the time
// that the file names.
func WriteArchive(w io.Writer, m *nn.Model, saved time.Time) error {
	config, m, err := translate(m, 3)
	if err != nil {
		return err
	}
	info, err := json.Marshal(map[string]string{"keras_version": keras3Version, "date_saved": saved.Format("2006-01-02@15:04:05")})
	if err != nil {
		return err
	}
	weights, err := archiveWeights(m)
	if err != nil {
		return err
	}
	z := zip.NewWriter(w)
	for _, entry := range []struct {
		name  string
		write func(w io.Writer) error
	}{
		{archiveInfo, func(w io.Writer) error { _, err := w.Write(info); return err }},
		{configFile, func(w io.Writer) error { _, err := w.Write(config); return err }},
		{weightsH5, func(w io.Writer) error { return hdf5.Write(w, weights) }},
	} {
		f, err := z.CreateHeader(&zip.FileHeader{Name: entry.name, Method: zip.Store, Modified: saved})
		if err != nil {
			return err
		}
		if err := entry.write(f); err != nil {
			return err
		}
	}
	return z.Close()
}

// archiveWeights lays out model.weights.h5.
func archiveWeights(m *nn.Model) (*hdf5.Group, error) {
	root := &hdf5.Group{}
	if _, err := root.Group("vars"); err != nil {
		return nil, err
	}
	for _, p := range m.Places() {
		vars, err := root.Group(p.Archive + "/vars")
		if err != nil {
			return nil, err
		}
		vars.SetText("name", p.Layer.Name())
		for i, w := range p.Layer.Weights() {
			if err := vars.Put(fmt.Sprint(i), &hdf5.Dataset{Shape: w.Shape, Values: w.Value}); err != nil {
				return nil, err
			}
		}
	}
	return root, nil
}
