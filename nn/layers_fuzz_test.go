package nn

import (
	"encoding/json"
	"io"
	"strconv"
	"testing"

	"edged/kernels"
)

// FuzzLayers makes configurations of layers that exist, with keys that they may
// have and values that they may not expect, calls them on each other, and does
// with what can be read everything that a command does.
func FuzzLayers(f *testing.F) {
	f.Add([]byte{0, 2, 1, 8, 8, 4, 0, 2, 0, 1, 1, 4})
	f.Add([]byte{1, 3, 2, 8, 8, 4, 14, 0, 1, 0, 30, 2, 5, 1, 0, 1, 2, 3, 4, 5, 6, 7, 8, 9})
	f.Add([]byte{1, 4, 0, 5, 5, 3, 31, 1, 18, 2, 0, 1, 1, 32, 2, 3, 4, 7, 1, 2, 0, 3, 3})
	f.Fuzz(func(t *testing.T, data []byte) {
		text, err := json.Marshal(bytesReader(data).config(0))
		if err != nil {
			t.Fatal(err)
		}
		m, err := ModelFromConfig(text)
		if err != nil {
			return
		}
		m.Summary()
		m.Places()
		_ = m.PlotSVG(io.Discard)
		for _, keras := range []int{2, 3} {
			written, err := m.Config(keras)
			if err != nil {
				continue
			}
			if _, err := ModelFromConfig(written); err != nil {
				t.Fatalf("Keras %d's configuration of it is refused: %v\n%s\n%s", keras, err, text, written)
			}
		}
		size := 0
		for _, w := range m.Weights() {
			size += w.Shape.Size()
		}
		if size > 1<<18 {
			return
		}
		p, err := Compile(fill(m), Options{Kernels: kernels.Portable()})
		if err != nil || p.ArenaBytes()+p.WorkspaceBytes(1) > 16<<20 {
			return
		}
		flops := 0
		for _, s := range p.Steps() {
			flops += s.FLOPs
		}
		if flops < 1<<22 {
			p.NewRunner(nil).Predict()
		}
	})
}

var (
	fuzzedClasses = []string{
		"Conv2D", "DepthwiseConv2D", "SeparableConv2D", "Dense", "MaxPooling2D", "AveragePooling2D", "GlobalMaxPooling2D",
		"GlobalAveragePooling2D", "Flatten", "Reshape", "Dropout", "SpatialDropout2D", "GaussianNoise", "BatchNormalization",
		"Activation", "ReLU", "ELU", "LeakyReLU", "PReLU", "Softmax", "ZeroPadding2D", "Cropping2D", "Rescaling", "Normalization",
		"Resizing", "Add", "Multiply", "Subtract", "Average", "Maximum", "Minimum", "Concatenate", "RandomFlip", "RandomCrop",
		"TFOpLambda", "InputLayer", "Lambda", "Identity", "Relu", "Mean", "Divide", "Sequential", "Functional",
	}
	fuzzedKeys = []string{
		"filters", "kernel_size", "strides", "padding", "dilation_rate", "groups", "activation", "use_bias", "units", "pool_size",
		"depth_multiplier", "keepdims", "target_shape", "rate", "axis", "epsilon", "center", "scale", "max_value", "negative_slope",
		"threshold", "alpha", "shared_axes", "cropping", "offset", "mean", "variance", "invert", "height", "width", "interpolation",
		"function", "newshape", "shape", "data_format", "trainable", "dtype", "batch_shape", "batch_input_shape", "x", "y",
	}
	fuzzedValues = []any{
		nil, true, false, 0, 1, 2, 3, 4, -1, -2, 7, 0.5, 1e-3, -0.5, 1e300, 1 << 40, "same", "valid", "relu", "softmax", "gelu",
		"leaky_relu", "hard_sigmoid", "bilinear", "nearest", "channels_first", "channels_last", "float32", "math.multiply",
		"math.reduce_mean", "math.truediv", "reshape", "concat", "identity",
		[]any{},
		[]any{1, 2},
		[]any{2, 2},
		[]any{3, 3},
		[]any{0, 0},
		[]any{-1, 4},
		[]any{-1},
		[]any{4, 4, 16},
		[]any{nil, 8, 8, 4},
		[]any{nil, -1},
		[]any{[]any{1, 0}, []any{0, 1}},
		[]any{1, 2, 3, 4},
		[]any{[]any{[]any{[]any{1, 2, 3, 4}}}},
		[]any{0.5, 0.25, 1, 2},
		map[string]any{"class_name": "LeakyReLU", "config": map[string]any{"alpha": 0.1}},
	}
)

// config makes a model's configuration.
func (n numbers) config(depth int) map[string]any {
	functional, count := n(2) == 1, 1+n(6)
	input := map[string]any{"name": "0", []string{"batch_shape", "batch_input_shape"}[n(2)]: []any{nil, 1 + n(10), 1 + n(10), 1 + n(8)}}
	layers := []any{map[string]any{"class_name": "InputLayer", "config": input, "name": "0", "inbound_nodes": []any{}}}
	for i := range count {
		layers = append(layers, n.layerConfig(i+1, depth, functional))
	}
	config := map[string]any{"name": "model" + strconv.Itoa(depth), "layers": layers}
	if !functional {
		return map[string]any{"class_name": "Sequential", "config": config}
	}
	config["input_layers"] = []any{[]any{"0", 0, 0}}
	config["output_layers"] = []any{[]any{strconv.Itoa(count), n(2) / 2, 0}}
	return map[string]any{"class_name": "Functional", "config": config}
}

func (n numbers) layerConfig(number, depth int, functional bool) map[string]any {
	name := strconv.Itoa(number)
	l := map[string]any{"class_name": fuzzedClasses[n(len(fuzzedClasses))], "name": name}
	if class := l["class_name"]; (class == "Sequential" || class == "Functional") && depth < 2 {
		l = n.config(depth + 1)
		l["name"] = name
		l["config"].(map[string]any)["name"] = name
	} else {
		values := map[string]any{"name": name}
		switch class {
		case "Conv2D", "SeparableConv2D":
			values["filters"], values["kernel_size"] = 1+n(4), 1+n(3)
		case "DepthwiseConv2D":
			values["kernel_size"] = 1 + n(3)
		case "Dense":
			values["units"] = 1 + n(5)
		case "Rescaling":
			values["scale"] = 0.5
		case "Resizing":
			values["height"], values["width"] = 1+n(8), 1+n(8)
		case "TFOpLambda":
			values["function"] = []any{"math.add", "math.multiply", "math.exp", "__operators__.add", "math.reduce_mean", "concat", "reshape"}[n(7)]
		}
		for range n(3) {
			values[fuzzedKeys[n(len(fuzzedKeys))]] = fuzzedValues[n(len(fuzzedValues))]
		}
		l["config"] = values
	}
	if functional {
		var calls []any
		for range 1 + n(5)/4 {
			calls = append(calls, n.call(number))
		}
		l["inbound_nodes"] = calls
	}
	if n(8) == 7 {
		l["module"] = "keras.src.ops.numpy"
	}
	return l
}

// call is one of a layer on some of those before it, as Keras 2 or 3 says it.
func (n numbers) call(number int) any {
	three := n(2) == 1
	var args []any
	for range 1 + n(4)/2 {
		from, call := strconv.Itoa(max(0, number-1-n(3))), n(8)/7
		if !three {
			args = append(args, []any{from, call, 0, n.arguments()})
			continue
		}
		args = append(args, map[string]any{"class_name": "__keras_tensor__", "config": map[string]any{"keras_history": []any{from, call, 0}}})
	}
	if !three {
		return args
	}
	if n(2) == 1 {
		args = []any{args}
	}
	if n(4) == 3 {
		args = append(args, fuzzedValues[n(len(fuzzedValues))])
	}
	return map[string]any{"args": args, "kwargs": n.arguments()}
}

func (n numbers) arguments() map[string]any {
	if n(4) < 3 {
		return map[string]any{}
	}
	return map[string]any{fuzzedKeys[n(len(fuzzedKeys))]: fuzzedValues[n(len(fuzzedValues))]}
}
