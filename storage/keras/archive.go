package keras

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"strings"

	"edged/nn"
	"edged/storage/folder"
	"edged/storage/hdf5"
)

// The files of a .keras archive.
const (
	configFile  = "config.json"
	archiveInfo = "metadata.json"
	weightsH5   = "model.weights.h5"
)

// LoadArchive reads the network and its weights from a .keras file of size
// bytes, as Keras 3 and Keras 2.12 to 2.15 write it; name is what errors call
// it. The optimizer's variables are read over only for the archive's checksums.
//
// Errors are *folder.IncompleteError where the file ends early, and
// *folder.DamagedError otherwise.
func LoadArchive(r io.ReaderAt, size int64, name string) (*nn.Model, error) {
	return readArchive(r, size, name, true)
}

// VerifyArchive checks all that LoadArchive does but keeps nothing.
func VerifyArchive(r io.ReaderAt, size int64, name string) error {
	_, err := readArchive(r, size, name, false)
	return err
}

func readArchive(r io.ReaderAt, size int64, name string, keep bool) (*nn.Model, error) {
	z, err := openZip(r, size, name)
	if err != nil {
		return nil, err
	}
	for _, entry := range []string{configFile, weightsH5} {
		if !z.has(entry) {
			return nil, folder.Damaged(name, "%w", withoutEntry(entry, z.has))
		}
	}
	config, err := z.read(configFile)
	if err != nil {
		return nil, folder.Damaged(name, "%w", err)
	}
	weights, n, err := z.open(weightsH5)
	if err != nil {
		return nil, folder.Damaged(name, "%w", err)
	}
	m, err := readParts(config, weights, n, &variables{file: name, size: size, keep: keep})
	if err != nil {
		var short *folder.IncompleteError
		if errors.As(err, &short) { // what the archive holds was never complete
			return nil, folder.Damaged(name, "%s", short.Reason)
		}
	}
	return m, err
}

// withoutEntry says why a part of the archive is missing.
func withoutEntry(entry string, has func(string) bool) error {
	for _, other := range []string{"model.weights.npz", "model.weights.json"} {
		if entry == weightsH5 && has(other) {
			return fmt.Errorf("its weights are in %s, which is not read: save it with Keras's defaults", other)
		}
	}
	return fmt.Errorf("it holds no %s: it is no model that Keras saved", entry)
}

// IsUnzipped tells whether a directory holds the files of a .keras archive,
// all or some.
func IsUnzipped(dir *folder.Folder) bool {
	return dir.Has(weightsH5) || dir.Has(configFile) && dir.Has(archiveInfo)
}

// LoadUnzipped reads a model from the files of a .keras archive in a directory.
// Its errors are those of LoadArchive.
func LoadUnzipped(dir *folder.Folder) (*nn.Model, error) { return readUnzipped(dir, true) }

// VerifyUnzipped checks all that LoadUnzipped does but keeps nothing.
func VerifyUnzipped(dir *folder.Folder) error {
	_, err := readUnzipped(dir, false)
	return err
}

func readUnzipped(dir *folder.Folder, keep bool) (*nn.Model, error) {
	config, err := dir.Read(configFile, maxConfig)
	if err != nil {
		return nil, err
	}
	if !dir.Has(weightsH5) {
		return nil, folder.Short(weightsH5, "it is missing")
	}
	f, err := dir.Open(weightsH5)
	if err != nil {
		return nil, err
	}
	defer f.Close()
	return readParts(config, f, f.Size, &variables{file: weightsH5, size: f.Size, keep: keep})
}

// readParts reads a model from config.json and model.weights.h5 of size bytes.
func readParts(config []byte, weights io.ReaderAt, size int64, v *variables) (*nn.Model, error) {
	blame := func(err error) error {
		err = fmt.Errorf("%s: %w", configFile, err)
		if v.file == weightsH5 {
			return folder.Damaged(configFile, "%w", errors.Unwrap(err))
		}
		return folder.Damaged(v.file, "%w", err)
	}
	if len(bytes.TrimRight(config, "\x00")) == 0 {
		return nil, folder.Short(configFile, "it is empty")
	}
	if err := checkJSON(config); err != nil {
		return nil, blame(err)
	}
	m, err := nn.ModelFromConfig(config)
	if err != nil {
		return nil, blame(err)
	}
	if err := v.limit(m); err != nil {
		return nil, v.wrong(err)
	}
	f, err := hdf5.Open(weights, size)
	if err != nil {
		return nil, v.wrong(err)
	}
	root, err := f.Root()
	if err != nil {
		return nil, v.wrong(err)
	}
	if err := v.readPlaces(root, m); err != nil {
		return nil, v.wrong(err)
	}
	return m, nil
}

// readPlaces reads the weights of all layers from their groups. How Keras
// counts the groups depends on its version.
func (v *variables) readPlaces(root *hdf5.Object, m *nn.Model) error {
	places := m.Places()
	for _, path := range []func(nn.Place) string{
		func(p nn.Place) string { return p.Archive },      // Keras 3 and 2.15
		func(p nn.Place) string { return p.Dependencies }, // 2.12 and 2.13
		func(p nn.Place) string { // 2.14
			return strings.ReplaceAll("/"+p.Archive, "/layers/", "/_layer_checkpoint_dependencies/")[1:]
		},
	} {
		groups, err := openPlaces(root, places, path)
		var missing *hdf5.NotFoundError
		switch {
		case errors.As(err, &missing):
			continue
		case err != nil:
			return err
		}
		return v.readVars(places, groups)
	}
	if len(places) == 0 {
		return nil
	}
	_, err := openPlaces(root, places, func(p nn.Place) string { return p.Archive })
	return err
}

// openPlaces opens the group of each layer.
func openPlaces(root *hdf5.Object, places []nn.Place, path func(nn.Place) string) ([]*hdf5.Object, error) {
	groups := make([]*hdf5.Object, len(places))
	opened := map[string]*hdf5.Object{"": root}
	for i, p := range places {
		o, err := openCached(opened, path(p)+"/vars")
		if err == nil {
			_, err = o.Open("0")
		}
		if err != nil {
			return nil, &nn.LayerError{Layer: p.Layer.Name(), Class: p.Layer.Class(), Err: fmt.Errorf("its weights are not there (as %s): %w", path(p), err)}
		}
		groups[i] = o
	}
	return groups, nil
}

// openCached opens a path from the root, the groups on the way once.
func openCached(opened map[string]*hdf5.Object, path string) (*hdf5.Object, error) {
	if o := opened[path]; o != nil {
		return o, nil
	}
	parent, name := "", path
	if i := strings.LastIndexByte(path, '/'); i >= 0 {
		parent, name = path[:i], path[i+1:]
	}
	in, err := openCached(opened, parent)
	if err != nil {
		return nil, err
	}
	o, err := in.Open(name)
	if err != nil {
		return nil, err
	}
	opened[path] = o
	return o, nil
}

func (v *variables) readVars(places []nn.Place, groups []*hdf5.Object) error {
	for i, p := range places {
		if err := v.readLayer(groups[i], p.Layer); err != nil {
			return &nn.LayerError{Layer: p.Layer.Name(), Class: p.Layer.Class(), Err: err}
		}
	}
	return nil
}

// readLayer reads vars/0, vars/1 ... of a layer, which has no more of them.
func (v *variables) readLayer(vars *hdf5.Object, l nn.Layer) error {
	names, err := vars.Names()
	if err != nil {
		return err
	}
	weights := l.Weights()
	if len(names) != len(weights) {
		return fmt.Errorf("the file has %d weights for it and the layer has %d", len(names), len(weights))
	}
	for i, w := range weights {
		o, err := vars.Open(fmt.Sprint(i))
		if err == nil {
			err = v.read(o, w)
		}
		if err != nil {
			return fmt.Errorf("weight %s (as vars/%d): %w", w.Name, i, err)
		}
	}
	return nil
}
