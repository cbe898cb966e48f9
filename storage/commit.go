package storage

import (
	"bytes"
	"crypto/rand"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"time"

	"edged/nn"
	"edged/storage/safetensors"

	"golang.org/x/sys/unix"
)

// CommitOptions say what is written besides the model itself.
type CommitOptions struct {
	// Precision of the stored weights; empty means the model's own.
	Precision Precision
	// Report is report.json, how the model was trained; nil means none.
	Report []byte
	// Files are further files by name, as "accuracy.svg".
	Files map[string][]byte
	// Exemplars are pictures to keep with the model.
	Exemplars []Exemplar
}

// VersionName is a name for a version that is made at t, as
// "20261123T101500Z-a1b2": later ones sort after earlier ones.
func VersionName(t time.Time) string {
	var id [2]byte
	_, _ = rand.Read(id[:])
	return t.UTC().Format("20060102T150405Z") + "-" + hex.EncodeToString(id[:])
}

// CheckTarget tells whether a model could be committed to dir: its name must be
// free and no temporary one, and its parent a folder that can be written to, or
// one that can be made.
func CheckTarget(dir string) error {
	dir = filepath.Clean(dir)
	if _, err := os.Lstat(dir); err == nil {
		return fmt.Errorf("%s: there is something of that name already, and versions are never overwritten", dir)
	}
	if strings.HasPrefix(filepath.Base(dir), ".") {
		return fmt.Errorf("%s: a name that starts with a dot is a temporary one", dir)
	}
	parent := filepath.Dir(dir)
	for {
		info, err := os.Stat(parent)
		switch {
		case errors.Is(err, fs.ErrNotExist) && parent != filepath.Dir(parent):
			parent = filepath.Dir(parent)
			continue
		case err != nil:
			return err
		case !info.IsDir():
			return fmt.Errorf("%s: is no folder", parent)
		}
		if err := unix.Access(parent, unix.W_OK|unix.X_OK); err != nil {
			return fmt.Errorf("%s: nothing can be written there: %w", parent, err)
		}
		return nil
	}
}

// Commit writes m in edged's own form to the directory dir, which must not
// exist while its parent must. Before that moment nothing at dir can be seen or
// loaded, after it everything is there and survives a power cut: the files are
// written to a directory with a temporary name, flushed, and renamed.
//
// Of m it takes Network with its weights, Labels, Preprocessing, Probe, Parent,
// Tool and Created (now, if it is zero).
func Commit(dir string, m *Model, o CommitOptions) error {
	if err := commit(dir, m, o); err != nil {
		return fmt.Errorf("commit %s: %w", dir, err)
	}
	return nil
}

func commit(dir string, m *Model, o CommitOptions) error {
	dir = filepath.Clean(dir)
	if _, err := os.Lstat(dir); !errors.Is(err, fs.ErrNotExist) {
		return errors.New("there is something of that name already, and versions are never overwritten")
	}
	files, err := contents(m, o)
	if err != nil {
		return err
	}
	parent, base := filepath.Split(dir)
	if strings.HasPrefix(base, ".") {
		return errors.New("a name that starts with a dot is a temporary one")
	}
	if parent == "" {
		parent = "."
	}
	temp, err := os.MkdirTemp(parent, "."+base+".")
	if err != nil {
		return err
	}
	if err := place(temp, dir, files); err != nil {
		os.RemoveAll(temp)
		return err
	}
	return flush(parent)
}

// place writes the files to temp and renames it to dir.
func place(temp, dir string, files []content) error {
	for _, f := range files {
		if err := f.write(temp); err != nil {
			return err
		}
	}
	if err := os.Chmod(temp, 0o755); err != nil {
		return err
	}
	if err := flush(temp); err != nil {
		return err
	}
	return os.Rename(temp, dir)
}

// content is a file to be written.
type content struct {
	name string
	data []byte
}

func (c content) write(dir string) error {
	f, err := os.OpenFile(filepath.Join(dir, c.name), os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o644)
	if err != nil {
		return err
	}
	_, err = f.Write(c.data)
	if err == nil {
		err = f.Sync()
	}
	if closing := f.Close(); err == nil {
		err = closing
	}
	return err
}

// flush makes the names in a directory, or the content of a file, survive a power
// cut.
func flush(path string) error {
	f, err := os.Open(path)
	if err != nil {
		return err
	}
	defer f.Close()
	return f.Sync()
}

// contents are all files of a model, the manifest last.
func contents(m *Model, o CommitOptions) ([]content, error) {
	if o.Precision == "" {
		o.Precision = m.Precision
	}
	if err := m.check(); err != nil {
		return nil, err
	}
	description, err := describe(m, o.Precision)
	if err != nil {
		return nil, err
	}
	weights, err := encodeWeights(m.Network, o.Precision)
	if err != nil {
		return nil, err
	}
	files := []content{
		{modelFile, description},
		{weightsFile, weights},
		{labelsFile, []byte(strings.Join(m.Labels, "\n") + "\n")},
	}
	if m.Probe != nil {
		probe, err := m.Probe.encode(m.Network)
		if err != nil {
			return nil, err
		}
		files = append(files, content{probeFile, probe})
	}
	if o.Report != nil {
		files = append(files, content{reportFile, o.Report})
	}
	if len(o.Exemplars) > 0 {
		exemplars, err := encodeExemplars(o.Exemplars)
		if err != nil {
			return nil, err
		}
		files = append(files, content{exemplarsFile, exemplars})
	}
	for name, data := range o.Files {
		files = append(files, content{name, data})
	}
	return appendManifest(files)
}

// check refuses what Load would refuse.
func (m *Model) check() error {
	if err := nn.CheckWeights(m.Network); err != nil {
		return err
	}
	if units := m.Network.OutputShape().Size(); len(m.Labels) != units {
		return fmt.Errorf("there are %d labels and the network has %d outputs", len(m.Labels), units)
	}
	if err := checkLabels(m.Labels); err != nil {
		return err
	}
	if err := checkPreprocessing(m.Preprocessing, m.Network); err != nil {
		return fmt.Errorf("preprocessing: %w", err)
	}
	if m.Probe != nil {
		if err := m.Probe.check(m.Network); err != nil {
			return fmt.Errorf("probe: %w", err)
		}
	}
	return nil
}

// describe is model.json.
func describe(m *Model, p Precision) ([]byte, error) {
	if err := p.check(); err != nil {
		return nil, err
	}
	if p == Int8 && !m.Network.Quantized() {
		return nil, errors.New("the network was not quantized to int8: edged quantize does so")
	}
	network, err := m.Network.Config(3)
	if err != nil {
		return nil, err
	}
	created := m.Created
	if created.IsZero() {
		created = time.Now()
	}
	return encodeJSON(description{
		Quantization: quantizationOf(m.Network, p),
		Format:       modelFormat, Tool: m.Tool, Created: created.UTC().Truncate(time.Second), Parent: m.Parent,
		Precision: p, Preprocessing: m.Preprocessing, Labels: labelsFile, Network: network,
	})
}

func encodeJSON(v any) ([]byte, error) {
	data, err := json.MarshalIndent(v, "", " ")
	return append(data, '\n'), err
}

// encodeWeights is weights.safetensors. In float16 the kernels are: vectors are
// few, and statistics of batch normalization may be beyond its range. In int8
// the kernels with scales are int8, with the scales beside them.
func encodeWeights(network *nn.Model, p Precision) ([]byte, error) {
	network.Widen()
	var tensors []safetensors.Tensor
	for _, w := range namedWeights(network) {
		if p == Int8 && w.weight.Scales != nil {
			tensors = append(tensors, w.int8()...)
			continue
		}
		if p != Float32 && len(w.weight.Shape) > 1 {
			for _, v := range w.weight.Value {
				if v >= 65520 || v <= -65520 {
					return nil, w.wrong(fmt.Errorf("has the value %v, which float16 can't hold: use float32", v))
				}
			}
			tensors = append(tensors, safetensors.Float16(w.name, w.weight.Shape, w.weight.Value))
			continue
		}
		tensors = append(tensors, safetensors.Float32(w.name, w.weight.Shape, w.weight.Value))
	}
	var b bytes.Buffer
	if err := safetensors.Write(&b, tensors, nil); err != nil {
		return nil, err
	}
	if b.Len() > maxWeights {
		return nil, fmt.Errorf("the weights have %d bytes and may have %d", b.Len(), maxWeights)
	}
	return b.Bytes(), nil
}

// encode is probe.safetensors.
func (p *Probe) encode(network *nn.Model) ([]byte, error) {
	var b bytes.Buffer
	err := safetensors.Write(&b, []safetensors.Tensor{
		safetensors.Float32("input", network.InputShape(), p.Input),
		safetensors.Float32("output", network.OutputShape(), p.Output),
		safetensors.Float32("tolerance", nil, []float32{p.Tolerance}),
	}, nil)
	return b.Bytes(), err
}

// appendManifest adds MANIFEST.json.
func appendManifest(files []content) ([]content, error) {
	m := manifest{Format: manifestFormat}
	for _, f := range files {
		sum := sha256.Sum256(f.data)
		m.Files = append(m.Files, listedFile{f.name, int64(len(f.data)), hex.EncodeToString(sum[:])})
	}
	if err := m.check(); err != nil {
		return nil, err
	}
	data, err := encodeJSON(m)
	return append(files, content{manifestName, data}), err
}
