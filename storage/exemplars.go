package storage

import (
	"bytes"
	"errors"
	"fmt"
	"strings"

	"edged/nn"
	"edged/storage/folder"
	"edged/storage/safetensors"
)

const (
	exemplarsFile  = "exemplars.safetensors"
	maxExemplars   = 32 << 20 // bytes
	maxExemplarSet = 10000    // pictures
)

// Exemplar is a picture of those that a network was trained or validated on, which
// stays with the model so that a later fit of its head can show it again and
// forgets no label that has no captures (rehearsal: Rebuffi et al., iCaRL, 2017).
type Exemplar struct {
	Label      string
	Validation bool   // only measured, never trained on
	Picture    []byte // a picture file's content
}

// NewExemplar makes an exemplar of a picture, as JPEG.
func NewExemplar(label string, validation bool, m nn.Image) (Exemplar, error) {
	data, err := encodeJPEG(m)
	return Exemplar{Label: label, Validation: validation, Picture: data}, err
}

// Exemplars reads those that are kept with the model, label by label, from edged's
// own form; other forms have none. Errors are those of Load.
func (m *Model) Exemplars() ([]Exemplar, error) {
	if m.Format != ownFormat().name {
		return nil, nil
	}
	s, _, err := find(m.Path)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", m.Path, err)
	}
	defer s.close()
	exemplars, err := readExemplars(s.dir)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", m.Path, err)
	}
	return exemplars, nil
}

func readExemplars(dir *folder.Folder) ([]Exemplar, error) {
	list, err := readManifest(dir)
	if err != nil {
		return nil, err
	}
	return readIfListed(dir, list, exemplarsFile, maxExemplars, parseExemplars)
}

// The second part of a tensor's name: "7/training/0".
const (
	trainedOn   = "training"
	validatedOn = "validation"
)

// parseExemplars reads exemplars.safetensors: a vector of bytes for each picture.
func parseExemplars(data []byte) ([]Exemplar, error) {
	f, err := safetensors.Open(bytes.NewReader(data), int64(len(data)))
	if err != nil {
		return nil, err
	}
	if n := len(f.Tensors()); n > maxExemplarSet {
		return nil, fmt.Errorf("it has %d pictures and may have %d", n, maxExemplarSet)
	}
	var exemplars []Exemplar
	for _, t := range f.Tensors() {
		label, rest, _ := strings.Cut(t.Name, "/")
		part, _, numbered := strings.Cut(rest, "/")
		if !numbered || part != trainedOn && part != validatedOn {
			return nil, fmt.Errorf("tensor %q must be named as 7/training/0 or 7/validation/0", t.Name)
		}
		if err := CheckLabel(label); err != nil {
			return nil, fmt.Errorf("tensor %q: %w", t.Name, err)
		}
		if t.DType != safetensors.U8 || len(t.Shape) != 1 {
			return nil, fmt.Errorf("tensor %q must be a vector of U8", t.Name)
		}
		picture, err := f.Bytes(t.Name)
		if err != nil {
			return nil, err
		}
		exemplars = append(exemplars, Exemplar{label, part == validatedOn, picture})
	}
	return exemplars, nil
}

// encodeExemplars is exemplars.safetensors.
func encodeExemplars(exemplars []Exemplar) ([]byte, error) {
	var tensors []safetensors.Tensor
	for i, e := range exemplars {
		part := trainedOn
		if e.Validation {
			part = validatedOn
		}
		tensors = append(tensors, safetensors.Tensor{
			Name: fmt.Sprintf("%s/%s/%04d", e.Label, part, i), DType: safetensors.U8, Shape: []int{len(e.Picture)}, Data: e.Picture,
		})
	}
	var b bytes.Buffer
	if err := safetensors.Write(&b, tensors, nil); err != nil {
		return nil, err
	}
	if b.Len() > maxExemplars || len(exemplars) > maxExemplarSet {
		return nil, errors.New("the exemplars are too many: keep fewer")
	}
	return b.Bytes(), nil
}
