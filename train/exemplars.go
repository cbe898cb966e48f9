package train

import (
	"edged/nn"
	"edged/storage"
	"edged/storage/picture"
)

// How many pictures of a label a fit of heads trains on and holds out at least,
// where the model has exemplars: they fill up what captures are there.
const (
	rehearsed        = 16
	rehearsedHeldOut = 4
	exemplarRoom     = 8 << 20 // bytes of a model's exemplars
)

// Exemplars chooses pictures to keep with a model, at the size of its input: of
// each class 16 that it was trained on and 4 of validation, or 20 and none, spread
// over the samples' order; fewer of each class where they come to more than 8 MB.
// Pictures that can't be read are left out.
func Exemplars(training, validation []Sample, labels []string, p nn.Preprocessing, input nn.Shape) ([]storage.Exemplar, error) {
	preprocessor, err := nn.NewPreprocessor(p, input)
	if err != nil {
		return nil, err
	}
	const each = rehearsed + rehearsedHeldOut
	var rounds [each][]exemplarSource
	trained, measured := byClass(training, len(labels)), byClass(validation, len(labels))
	for class, label := range labels {
		heldOut := spread(measured[class], rehearsedHeldOut)
		for i, s := range spread(trained[class], each-len(heldOut)) {
			rounds[i] = append(rounds[i], exemplarSource{s, label, false})
		}
		for i, s := range heldOut {
			round := i * each / rehearsedHeldOut
			rounds[round] = append(rounds[round], exemplarSource{s, label, true})
		}
	}
	var chosen []storage.Exemplar
	bytes := 0
	for _, round := range rounds {
		before := len(chosen)
		for _, source := range round {
			e, err := source.read(preprocessor, input[0]*input[1]*3)
			if err != nil {
				continue
			}
			chosen = append(chosen, e)
			if bytes += len(e.Picture); bytes > exemplarRoom {
				return chosen[:before], nil
			}
		}
	}
	return chosen, nil
}

func byClass(samples []Sample, classes int) [][]Sample {
	parts := make([][]Sample, classes)
	for _, s := range samples {
		parts[s.Class] = append(parts[s.Class], s)
	}
	return parts
}

// spread returns n samples at equal distances, so that the first ones are far
// apart too, or all of them.
func spread(samples []Sample, n int) []Sample {
	if len(samples) <= n {
		return samples
	}
	const stride = 7 // has no divisor in common with 4, 16 or 20
	chosen := make([]Sample, n)
	for i := range chosen {
		chosen[i] = samples[i*stride%n*len(samples)/n]
	}
	return chosen
}

// exemplarSource is a picture that is to become an exemplar.
type exemplarSource struct {
	Sample
	label      string
	validation bool
}

// read makes it one; pixels beyond size are scaled away.
func (s exemplarSource) read(p *nn.Preprocessor, size int) (e storage.Exemplar, err error) {
	m, err := picture.Read(s.File)
	if err == nil && len(m.Pixels) > size {
		m, err = p.Resize(m)
	}
	if err != nil {
		return e, err
	}
	return storage.NewExemplar(s.label, s.validation, m)
}
