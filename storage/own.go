package storage

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"slices"
	"sync"
	"time"

	"edged/nn"
	"edged/storage/folder"
	"edged/storage/safetensors"
)

// The files of edged's own form, besides those that its manifest may list.
const (
	modelFile   = "model.json"
	weightsFile = "weights.safetensors"
	probeFile   = "probe.safetensors"
	reportFile  = "report.json"

	modelFormat  = 1
	maxModelJSON = 32 << 20 // bytes
	maxWeights   = 1 << 30  // bytes
	maxProbe     = 64 << 20 // bytes
)

// description is model.json.
type description struct {
	Format        int              `json:"format"`
	Tool          string           `json:"tool,omitempty"`
	Created       time.Time        `json:"created"`
	Parent        string           `json:"parent,omitempty"`
	Precision     Precision        `json:"precision"`
	Preprocessing nn.Preprocessing `json:"preprocessing"`
	Labels        string           `json:"labels"`  // the file's name
	Network       json.RawMessage  `json:"network"` // as Keras 3 writes it in config.json

	// Quantization is that of each layer's output in a model of int8.
	Quantization map[string]quantization `json:"quantization,omitempty"`
}

// ownFormat is the directory that Commit writes.
func ownFormat() format {
	return format{
		name:    "edged",
		weights: weightsFile,
		detect: func(s *source) bool {
			return s.file == "" && slices.ContainsFunc([]string{manifestName, modelFile, weightsFile}, s.dir.Has)
		},
		verify: func(s *source) error {
			m, err := readManifest(s.dir)
			if err != nil {
				return err
			}
			return verifyFiles(s.dir, m)
		},
		load: func(s *source, o LoadOptions) (*Model, error) { return readOwn(s.dir, o) },
	}
}

// verifyFiles compares every file with the manifest, except those that are
// compared while they are read.
func verifyFiles(dir *folder.Folder, m *manifest, except ...string) error {
	for _, f := range m.Files {
		if slices.Contains(except, f.Name) {
			continue
		}
		if err := f.verify(dir); err != nil {
			return err
		}
	}
	return nil
}

// readOwn reads a model in edged's own form. Every file is read once, and what
// is used is what was hashed.
func readOwn(dir *folder.Folder, o LoadOptions) (*Model, error) {
	list, err := readManifest(dir)
	if err != nil {
		return nil, err
	}
	if err := verifyFiles(dir, list, modelFile, weightsFile, labelsFile, probeFile); err != nil {
		return nil, err
	}
	m, err := readDescription(dir, list)
	if err != nil {
		return nil, err
	}
	if m.Labels, err = readOwnLabels(dir, list); err != nil {
		return nil, err
	}
	var probing sync.WaitGroup
	var probeErr error
	probing.Go(func() { m.Probe, probeErr = readProbe(dir, list, m.Network) })
	err = readWeights(dir, list, m.Network, o.KeepFloat16)
	probing.Wait()
	if err == nil {
		err = probeErr
	}
	return m, err
}

func readDescription(dir *folder.Folder, list *manifest) (*Model, error) {
	file, _ := list.find(modelFile)
	data, err := file.read(dir, maxModelJSON)
	if err != nil {
		return nil, err
	}
	var d description
	err = decodeStrictly(data, &d)
	if err == nil && d.Format != modelFormat {
		err = fmt.Errorf("it has format %d, and this edged knows %d: update edged", d.Format, modelFormat)
	}
	if err == nil {
		err = d.Precision.check()
	}
	if err == nil && d.Labels != labelsFile {
		err = fmt.Errorf("labels are in %q and must be in %s", d.Labels, labelsFile)
	}
	var network *nn.Model
	if err == nil {
		network, err = nn.ModelFromConfig(d.Network)
	}
	if err == nil {
		err = setQuantization(network, d.Precision, d.Quantization)
	}
	if err == nil {
		err = checkPreprocessing(d.Preprocessing, network)
	}
	if err != nil {
		return nil, folder.Damaged(modelFile, "%w", err)
	}
	return &Model{
		Network: network, Preprocessing: d.Preprocessing, Precision: d.Precision,
		Parent: d.Parent, Tool: d.Tool, Created: d.Created,
	}, nil
}

func readOwnLabels(dir *folder.Folder, list *manifest) ([]string, error) {
	file, _ := list.find(labelsFile)
	data, err := file.read(dir, maxLabelText)
	if err != nil {
		return nil, err
	}
	labels, err := parseLines(data)
	if err == nil {
		err = checkLabels(labels)
	}
	if err != nil {
		return nil, folder.Damaged(labelsFile, "%w", err)
	}
	return labels, nil
}

// namedWeight is a weight and the name of its tensor: the names of the nested
// models, the layer and the weight, joined with slashes.
type namedWeight struct {
	name   string
	layer  nn.Layer
	weight *nn.Weight
}

// namedWeights lists every weight of a network once.
func namedWeights(m *nn.Model) []namedWeight {
	return appendWeights(nil, "", m, map[nn.Layer]bool{})
}

func appendWeights(list []namedWeight, prefix string, m *nn.Model, seen map[nn.Layer]bool) []namedWeight {
	for _, l := range m.Layers {
		if seen[l] {
			continue
		}
		seen[l] = true
		name := prefix + l.Name() + "/"
		if inner, ok := l.(*nn.Model); ok {
			list = appendWeights(list, name, inner, seen)
			continue
		}
		for _, w := range l.Weights() {
			list = append(list, namedWeight{name + w.Name, l, w})
		}
	}
	return list
}

func (w namedWeight) wrong(err error) error {
	return &nn.LayerError{Layer: w.layer.Name(), Class: w.layer.Class(), Err: fmt.Errorf("weight %s %w", w.weight.Name, err)}
}

// readWeights fills the network's weights in the order of the file, which holds
// exactly those; keep16 is LoadOptions.KeepFloat16.
func readWeights(dir *folder.Folder, list *manifest, network *nn.Model, keep16 bool) error {
	listed, _ := list.find(weightsFile)
	if listed.Size > maxWeights {
		return folder.Damaged(weightsFile, "it has %d bytes and may have %d", listed.Size, int64(maxWeights))
	}
	file, err := listed.open(dir)
	if err != nil {
		return err
	}
	defer file.Close()
	hashed := newHashedReader(file)
	err = fillWeights(hashed, listed.Size, network, keep16)
	sum := hashed.end()
	if errors.Is(err, safetensors.ErrShort) {
		return folder.Short(weightsFile, "%v", err)
	}
	if err != nil {
		return folder.Damaged(weightsFile, "%w", err)
	}
	return listed.match(sum)
}

func fillWeights(r io.ReaderAt, size int64, network *nn.Model, keep16 bool) error {
	f, err := safetensors.Open(r, size)
	if err != nil {
		return err
	}
	byName := map[string]namedWeight{}
	for _, w := range namedWeights(network) {
		if t, ok := f.Lookup(w.name); !ok {
			return w.wrong(errors.New("is not there"))
		} else if !slices.Equal(t.Shape, []int(w.weight.Shape)) {
			return w.wrong(fmt.Errorf("has shape %v and the layer asks for %v", t.Shape, []int(w.weight.Shape)))
		}
		byName[w.name] = w
	}
	scales := map[string][]float32{}
	for _, t := range f.Tensors() {
		values := func() ([]float32, error) {
			v := make([]float32, t.Elements())
			return v, f.ReadFloat32s(t.Name, v)
		}
		w, ok := byName[t.Name]
		if !ok {
			name, ok := scalesOf(f, t)
			if _, known := byName[name]; !ok || !known {
				return fmt.Errorf("it holds %q, which no layer has", t.Name)
			}
			if scales[name], err = values(); err != nil {
				return err
			}
			continue
		}
		if t.DType != safetensors.F32 && t.DType != safetensors.F16 && t.DType != safetensors.I8 {
			return w.wrong(fmt.Errorf("is stored as %s and must be F32, F16 or I8", t.DType))
		}
		if keep16 && t.DType == safetensors.F16 {
			w.weight.Float16, err = f.Float16s(t.Name)
		} else {
			w.weight.Value, err = values()
		}
		if err != nil {
			return err
		}
	}
	for name, w := range byName {
		if t, _ := f.Lookup(name); t.DType == safetensors.I8 {
			if err := w.scale(scales[name]); err != nil {
				return err
			}
		}
	}
	return nil
}

// readProbe reads the probe, where the manifest lists one.
func readProbe(dir *folder.Folder, list *manifest, network *nn.Model) (*Probe, error) {
	return readIfListed(dir, list, probeFile, maxProbe, func(data []byte) (*Probe, error) {
		p, err := parseProbe(data)
		if err == nil {
			err = p.check(network)
		}
		return p, err
	})
}

// readIfListed reads a file of at most limit bytes and parses it, where the
// manifest lists it; else the result is zero.
func readIfListed[T any](dir *folder.Folder, list *manifest, name string, limit int64, parse func([]byte) (T, error)) (T, error) {
	var none T
	file, ok := list.find(name)
	if !ok {
		return none, nil
	}
	data, err := file.read(dir, limit)
	if err != nil {
		return none, err
	}
	parsed, err := parse(data)
	if err != nil {
		return none, folder.Damaged(name, "%w", err)
	}
	return parsed, nil
}

func parseProbe(data []byte) (*Probe, error) {
	f, err := safetensors.Open(bytes.NewReader(data), int64(len(data)))
	if err != nil {
		return nil, err
	}
	var values [3][]float32
	for i, name := range []string{"input", "output", "tolerance"} {
		if values[i], err = f.Float32s(name); err != nil {
			return nil, err
		}
	}
	if len(values[2]) != 1 {
		return nil, errors.New("the tolerance must be one number")
	}
	return &Probe{Input: values[0], Output: values[1], Tolerance: values[2][0]}, nil
}
