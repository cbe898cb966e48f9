package keras

import (
	"archive/zip"
	"bytes"
	"encoding/binary"
	"errors"
	"io"
	"testing"
	"time"

	"edged/nn"
	"edged/storage/folder"
	"edged/storage/hdf5"
)

// tiny is the smallest network with weights.
func tiny(t testing.TB) *nn.Model {
	t.Helper()
	m, err := nn.NewSequential("m", nn.Shape{2}, &nn.Dense{Units: 1, UseBias: true})
	if err != nil {
		t.Fatal(err)
	}
	for _, w := range m.Weights() {
		w.Value = make([]float32, w.Shape.Size())
	}
	return m
}

func written(t testing.TB, write func(w io.Writer) error) []byte {
	t.Helper()
	var b bytes.Buffer
	if err := write(&b); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

// looped is an HDF5 file whose root's tree of members leads to itself.
func looped(file []byte) []byte {
	b := bytes.Clone(file)
	tree := int(binary.LittleEndian.Uint64(b[80:]))
	b[tree+5] = 1 // a node above others
	binary.LittleEndian.PutUint64(b[tree+32:], uint64(tree))
	return b
}

// FuzzH5 loads whatever it is given; what it accepts has all its weights.
func FuzzH5(f *testing.F) {
	file := written(f, func(w io.Writer) error { return WriteH5(w, tiny(f)) })
	f.Add(file)
	f.Add(looped(file))
	f.Add(written(f, func(w io.Writer) error { return hdf5.Write(w, &hdf5.Group{}) }))
	f.Fuzz(func(t *testing.T, data []byte) {
		checkLoaded(t, len(data), func() (*nn.Model, error) { return LoadH5(bytes.NewReader(data), int64(len(data)), "m.h5") })
	})
}

// FuzzArchive is FuzzH5 for .keras files.
func FuzzArchive(f *testing.F) {
	when := time.Date(2026, 11, 23, 0, 0, 0, 0, time.UTC)
	f.Add(written(f, func(w io.Writer) error { return WriteArchive(w, tiny(f), when) }))
	f.Add(written(f, func(w io.Writer) error { // a bomb
		z := zip.NewWriter(w)
		e, err := z.Create(weightsH5)
		if err != nil {
			return err
		}
		_, err = e.Write(make([]byte, 20<<20))
		return errors.Join(err, z.Close())
	}))
	f.Fuzz(func(t *testing.T, data []byte) {
		checkLoaded(t, len(data), func() (*nn.Model, error) {
			return LoadArchive(bytes.NewReader(data), int64(len(data)), "m.keras")
		})
	})
}

// FuzzConfig loads configurations of a .keras file with sound weights.
func FuzzConfig(f *testing.F) {
	config, err := tiny(f).Config(3)
	if err != nil {
		f.Fatal(err)
	}
	root, err := archiveWeights(tiny(f))
	if err != nil {
		f.Fatal(err)
	}
	weights := written(f, func(w io.Writer) error { return hdf5.Write(w, root) })
	f.Add(config)
	f.Fuzz(func(t *testing.T, config []byte) {
		v := &variables{file: "m.keras", size: int64(len(weights) + len(config)), keep: true}
		checkLoaded(t, len(config), func() (*nn.Model, error) {
			return readParts(config, bytes.NewReader(weights), int64(len(weights)), v)
		})
	})
}

func checkLoaded(t *testing.T, size int, load func() (*nn.Model, error)) {
	start := time.Now()
	m, err := load()
	if took := time.Since(start); took > 5*time.Second {
		t.Errorf("%d bytes took %v", size, took)
	}
	if err != nil {
		var incomplete *folder.IncompleteError
		var damaged *folder.DamagedError
		if !errors.As(err, &incomplete) && !errors.As(err, &damaged) {
			t.Errorf("the error is of neither type: %v", err)
		}
		return
	}
	for _, w := range m.Weights() {
		if len(w.Value) != w.Shape.Size() {
			t.Errorf("weight %s has %d values and shape %v", w.Name, len(w.Value), w.Shape)
		}
	}
}
