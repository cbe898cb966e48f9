package keras

import (
	"errors"
	"fmt"
	"slices"
	"strings"

	"edged/nn"
	"edged/storage/folder"
)

// LoadSavedModel reads the network and its weights from a SavedModel directory
// of Keras 2. It reads the weights only, not the optimizer's variables, and
// checks the checksums of what it reads.
//
// Errors are *folder.IncompleteError where a file is missing or short, and
// *folder.DamagedError with file and reason otherwise.
func LoadSavedModel(dir *folder.Folder) (*nn.Model, error) {
	s, err := openSavedModel(dir)
	if err != nil {
		return nil, err
	}
	defer s.bundle.close()
	for _, v := range s.variables {
		v.weight.Value = make([]float32, v.weight.Shape.Size())
		if err := s.read(v, v.weight.Value); err != nil {
			return nil, err
		}
	}
	return s.network, nil
}

// VerifySavedModel checks all that LoadSavedModel does but keeps nothing.
func VerifySavedModel(dir *folder.Folder) error {
	s, err := openSavedModel(dir)
	if err != nil {
		return err
	}
	defer s.bundle.close()
	for _, v := range s.variables {
		if err := s.read(v, nil); err != nil {
			return err
		}
	}
	return nil
}

type savedModel struct {
	network   *nn.Model
	bundle    *bundle
	variables []variable // in the order of the data
}

// variable is a weight and where the checkpoint has it.
type variable struct {
	layer  nn.Layer
	weight *nn.Weight
	key    string
	entry  entry
}

// openSavedModel reads everything but the weights' values.
func openSavedModel(dir *folder.Folder) (*savedModel, error) {
	if !dir.Has(metadataFile) {
		return nil, withoutMetadata(dir)
	}
	network, err := readNetwork(dir)
	if err != nil {
		return nil, err
	}
	if err := checkGraphs(dir); err != nil {
		return nil, err
	}
	b, err := openBundle(dir)
	if err != nil {
		return nil, err
	}
	s := &savedModel{network: network, bundle: b}
	if err := checkFingerprint(dir, b.index); err != nil {
		b.close()
		return nil, err
	}
	if err := s.place(); err != nil {
		b.close()
		return nil, err
	}
	return s, nil
}

// withoutMetadata tells a copy that is not finished from a directory that
// never had layers: the object graph of a Keras 2 model names them.
func withoutMetadata(dir *folder.Folder) error {
	missing := folder.Short(metadataFile, "it is missing: Keras 3's model.export and TensorFlow's saved_model.save don't write it, use model.save(\"name.keras\") instead")
	if !dir.Has(graphsFile) {
		return missing
	}
	b, err := openBundle(dir)
	if err != nil {
		return missing
	}
	defer b.close()
	graph, err := b.objectGraph()
	if err != nil {
		return missing
	}
	if _, ok := graph.find("layer-0"); ok {
		return missing
	}
	return folder.Damaged(graphsFile, "it is an export without layers, as Keras 3's model.export writes: use model.save(\"name.keras\") instead")
}

func (b *bundle) objectGraph() (objectGraph, error) {
	text, err := b.text(graphKey, maxGraph)
	if err != nil {
		return nil, err
	}
	graph, err := parseObjectGraph(text)
	if err != nil {
		return nil, folder.Damaged(indexFile, "%q: %w", graphKey, err)
	}
	return graph, nil
}

// place finds every weight of the network in the checkpoint, and sees to it
// that no weight of the checkpoint is left over.
func (s *savedModel) place() error {
	graph, err := s.bundle.objectGraph()
	if err != nil {
		return err
	}
	used := map[string]bool{}
	total := int64(0)
	for _, p := range s.network.Places() {
		for _, w := range p.Layer.Weights() {
			v, err := s.find(graph, p, w)
			if err != nil {
				return folder.Damaged(indexFile, "%w", &nn.LayerError{Layer: p.Layer.Name(), Class: p.Layer.Class(), Err: err})
			}
			used[v.key] = true
			if total += v.entry.size; total > maxWeights {
				return folder.Damaged(indexFile, "the weights have more than %d bytes", int64(maxWeights))
			}
			s.variables = append(s.variables, v)
		}
	}
	for key := range s.bundle.entries {
		if !used[key] && isWeight(key) {
			return folder.Damaged(indexFile, "it holds %q, a weight that no layer of %s has", key, metadataFile)
		}
	}
	slices.SortStableFunc(s.variables, func(a, b variable) int {
		if a.entry.shard != b.entry.shard {
			return a.entry.shard - b.entry.shard
		}
		return int(max(-1, min(1, a.entry.offset-b.entry.offset)))
	})
	return nil
}

// find looks a weight up and checks its type, shape and size.
func (s *savedModel) find(graph objectGraph, p nn.Place, w *nn.Weight) (variable, error) {
	path := p.Checkpoint + "/" + w.Name
	o, ok := graph.find(path)
	if !ok || o.key == "" {
		return variable{}, fmt.Errorf("weight %s is not there (as %s)", w.Name, path)
	}
	e, ok := s.bundle.entries[o.key]
	if !ok {
		return variable{}, fmt.Errorf("weight %s is not there (as %s)", w.Name, o.key)
	}
	if !slices.Equal(e.shape, []int(w.Shape)) {
		return variable{}, fmt.Errorf("weight %s has shape %v and the layer asks for %v", w.Name, e.shape, []int(w.Shape))
	}
	if err := e.check(w.Shape.Size()); err != nil {
		return variable{}, fmt.Errorf("weight %s: %w", w.Name, err)
	}
	return variable{p.Layer, w, o.key, e}, nil
}

// read reads a weight's values, or verifies them where dst is nil.
func (s *savedModel) read(v variable, dst []float32) error {
	err := s.bundle.read(v.entry, dst)
	var incomplete *folder.IncompleteError
	if err == nil || errors.As(err, &incomplete) {
		return err
	}
	return folder.Damaged(s.bundle.shardName(v.entry.shard), "%w",
		&nn.LayerError{Layer: v.layer.Name(), Class: v.layer.Class(), Err: fmt.Errorf("weight %s: %w", v.weight.Name, err)})
}

// isWeight tells keys of weights from those of optimizers, metrics and random
// generators.
func isWeight(key string) bool {
	if strings.Contains(key, ".OPTIMIZER_SLOT") || strings.Contains(key, "/_") || strings.Contains(key, "keras_api") {
		return false
	}
	for _, prefix := range []string{"layer-", "layer_with_weights-", "variables/", "trainable_variables/", "non_trainable_variables/"} {
		if strings.HasPrefix(key, prefix) {
			return true
		}
	}
	return false
}
