package train

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"slices"
	"strings"

	"edged/nn"
)

// Architectures are the names of the networks that NewNetwork knows.
func Architectures() []string { return []string{"tutorial", "tutorial-bn", "mobilenet-small"} }

// maxConfig bounds the config.json of a network.
const maxConfig = 32 << 20 // bytes

// NewNetwork returns a network with one output for each class, its weights not
// filled yet: one of Architectures, or what a Keras config.json describes, whose
// last Dense layer gets as many units as there are classes.
func NewNetwork(architecture string, classes int) (*nn.Model, error) {
	switch architecture {
	case "tutorial":
		return nn.Tutorial(classes)
	case "tutorial-bn":
		return tutorialBN(classes)
	case "mobilenet-small":
		return mobilenetSmall(classes)
	}
	info, err := os.Stat(architecture)
	if errors.Is(err, fs.ErrNotExist) && !strings.ContainsAny(architecture, "./") {
		return nil, fmt.Errorf("network %q is not known: choose %s, or name a Keras config.json", architecture, strings.Join(Architectures(), ", "))
	}
	if err != nil {
		return nil, err
	}
	if !info.Mode().IsRegular() || info.Size() > maxConfig {
		return nil, fmt.Errorf("%s: is no config.json of up to %d bytes", architecture, maxConfig)
	}
	text, err := os.ReadFile(architecture)
	if err != nil {
		return nil, err
	}
	m, err := nn.ModelFromConfig(text)
	if err == nil {
		err = fitOutputs(m, classes)
	}
	if err != nil {
		return nil, fmt.Errorf("%s: %w", architecture, err)
	}
	return m, nil
}

// fitOutputs gives the last Dense layer as many units as there are classes.
func fitOutputs(m *nn.Model, classes int) error {
	if out := m.OutputShape(); len(out) == 1 && out[0] == classes {
		return nil
	}
	dense := func(l nn.Layer) bool { _, ok := l.(*nn.Dense); return ok }
	last := len(m.Layers) - 1
	for last >= 0 && !dense(m.Layers[last]) {
		last--
	}
	if last < 0 {
		return fmt.Errorf("the network has the output %v and no Dense layer that could get %d units", m.OutputShape(), classes)
	}
	d := m.Layers[last].(*nn.Dense)
	d.Units, d.Kernel, d.Bias = classes, nil, nil
	out, err := m.Build(nil)
	if err == nil && !slices.Equal(out, nn.Shape{classes}) {
		err = fmt.Errorf("the network has the output %v where one number for each of %d classes is needed", out, classes)
	}
	return err
}

var (
	relu  = nn.Activation{Name: "relu"}
	relu6 = nn.Activation{Name: "relu6"}
)

// tutorialBN is the tutorial's network with batch normalization after each
// convolution and dropout before the head.
func tutorialBN(classes int) (*nn.Model, error) {
	layers := slices.Concat(
		normalized(&nn.Conv2D{Filters: 32, KernelSize: [2]int{3, 3}, Padding: nn.Same}, relu), []nn.Layer{&nn.MaxPooling2D{}},
		normalized(&nn.Conv2D{Filters: 64, KernelSize: [2]int{3, 3}, Padding: nn.Same}, relu), []nn.Layer{&nn.MaxPooling2D{}},
		[]nn.Layer{&nn.Flatten{}, &nn.Dropout{Rate: 0.5}, classifier(classes)},
	)
	return nn.NewSequential("sequential", nn.Shape{224, 224, 3}, layers...)
}

// mobilenetSmall is a stack of depthwise separable convolutions as MobileNet's
// (Howard et al., "MobileNets", 2017), a few times smaller: for boards.
func mobilenetSmall(classes int) (*nn.Model, error) {
	layers := normalized(&nn.Conv2D{Filters: 16, KernelSize: [2]int{3, 3}, Strides: [2]int{2, 2}, Padding: nn.Same}, relu6)
	for _, block := range []struct{ stride, filters int }{{1, 32}, {2, 64}, {1, 64}, {2, 128}, {1, 128}, {2, 256}, {1, 256}} {
		layers = append(layers, normalized(&nn.DepthwiseConv2D{KernelSize: [2]int{3, 3}, Strides: [2]int{block.stride, block.stride}, Padding: nn.Same}, relu6)...)
		layers = append(layers, normalized(&nn.Conv2D{Filters: block.filters, KernelSize: [2]int{1, 1}, Padding: nn.Same}, relu6)...)
	}
	layers = append(layers, &nn.GlobalAveragePooling2D{}, &nn.Dropout{Rate: 0.2}, classifier(classes))
	return nn.NewSequential("mobilenet_small", nn.Shape{224, 224, 3}, layers...)
}

// normalized is a convolution without bias, batch normalization and activation.
func normalized(convolution nn.Layer, a nn.Activation) []nn.Layer {
	return []nn.Layer{convolution, nn.NewBatchNormalization(), &nn.ActivationLayer{Activation: a}}
}

func classifier(classes int) nn.Layer {
	return &nn.Dense{Units: classes, Activation: nn.Activation{Name: "softmax"}, UseBias: true}
}
