package nn

import (
	"errors"
	"fmt"
	"strings"
	"testing"
)

// sequentialConfig is a Sequential model of 8x8x4 pictures with one layer.
func sequentialConfig(class, config string) string {
	return fmt.Sprintf(`{"class_name": "Sequential", "config": {"name": "s", "layers": [
		{"class_name": "InputLayer", "config": {"batch_shape": [null, 8, 8, 4], "name": "in"}},
		{"class_name": %q, "config": {"name": "it", %s}}]}}`, class, config)
}

// TestRefusedLayers expects the layer, its class and the reason in each error.
func TestRefusedLayers(t *testing.T) {
	for _, tt := range []struct{ class, config, want string }{
		{"TFOpLambda", `"function": "math.exp"`, "Functional model"},
		{"Lambda", `"function": ["4wEA"]`, "Python code"},
		{"TimeDistributed", `"layer": {}`, "doesn't know this class"},
		{"Conv2D", `"kernel_size": 3`, "filters is 0"},
		{"Conv2D", `"filters": -3, "kernel_size": 3`, "filters is -3"},
		{"Conv2D", `"filters": 1e9, "kernel_size": 3`, "filters is 1000000000"},
		{"Conv2D", `"filters": 4.5, "kernel_size": 3`, "filters must be a whole number"},
		{"Conv2D", `"filters": 268435456, "kernel_size": 1`, "more than"},
		{"Conv2D", `"filters": 4`, "kernel_size is 0"},
		{"Conv2D", `"filters": 4, "kernel_size": [3, 0]`, "kernel_size is [3 0]"},
		{"Conv2D", `"filters": 4, "kernel_size": [3, 3, 3]`, "kernel_size must be"},
		{"Conv2D", `"filters": 4, "kernel_size": 65537`, "kernel_size is 65537"},
		{"Conv2D", `"filters": 4, "kernel_size": 3, "strides": [0, 0]`, "strides must be"},
		{"Conv2D", `"filters": 4, "kernel_size": 3, "strides": -1`, "strides is [-1 -1]"},
		{"Conv2D", `"filters": 4, "kernel_size": 3, "strides": 2, "dilation_rate": 2`, "don't go together"},
		{"Conv2D", `"filters": 4, "kernel_size": 3, "padding": "causal"`, `"causal"`},
		{"Conv2D", `"filters": 4, "kernel_size": 9`, "doesn't fit"},
		{"Conv2D", `"filters": 4, "kernel_size": 3, "groups": 3`, "groups is 3"},
		{"Conv2D", `"filters": 4, "kernel_size": 3, "groups": 0`, "groups is 0"},
		{"Conv2D", `"filters": 4, "kernel_size": 3, "data_format": "channels_first"`, "only channels_last"},
		{"Conv2D", `"filters": 4, "kernel_size": 3, "activation": "mish"`, `"mish"`},
		{"Conv2D", `"filters": 4, "kernel_size": 3, "activation": {"class_name": "PReLU", "config": {"name": "p"}}`, "layer of its own"},
		{"Conv2D", `"filters": 4, "kernel_size": 3, "use_bias": "yes"`, "use_bias must be true or false"},
		{"Conv2D", `"filters": 4, "kernel_size": 3, "lora_rank": 4`, "LoRA"},
		{"Dense", `"units": 4, "quantization_config": {"mode": "int8"}`, "quantized"},
		{"Dense", `"units": 4, "dtype": {"class_name": "QuantizedDTypePolicy", "config": {"name": "int8_from_float32"}}`, "int8_from_float32"},
		{"DepthwiseConv2D", `"kernel_size": 3, "depth_multiplier": 100000000`, "depth_multiplier is 100000000"},
		{"MaxPooling2D", `"pool_size": 9`, "doesn't fit"},
		{"BatchNormalization", `"axis": 1`, "channels last"},
		{"BatchNormalization", `"axis": [1, 2]`, "axis must be one axis"},
		{"BatchNormalization", `"renorm": true`, "renormalization"},
		{"ReLU", `"max_value": 0`, "max_value is 0"},
		{"ReLU", `"negative_slope": -1`, "must not be negative"},
		{"Softmax", `"axis": 7`, "axis 7"},
		{"PReLU", `"shared_axes": [4]`, "axis 4"},
		{"Reshape", `"target_shape": [-1, -1]`, "more than one -1"},
		{"Reshape", `"target_shape": [7, -1]`, "doesn't hold the 256 elements"},
		{"Reshape", `"target_shape": [0]`, "without elements"},
		{"ZeroPadding2D", `"padding": -1`, "padding is"},
		{"ZeroPadding2D", `"padding": 65536`, "more than"},
		{"Cropping2D", `"cropping": 4`, "leaves nothing"},
		{"Resizing", `"height": 4, "width": 4, "interpolation": "lanczos3"`, "lanczos3"},
		{"Resizing", `"height": 4, "width": 4, "crop_to_aspect_ratio": true`, "stretching"},
		{"Rescaling", `"scale": [1, 2]`, "scale has 2 values"},
		{"Normalization", `"axis": 1`, "axis is 1"},
		{"Add", `"x": 1`, "two or more inputs"},
		{"RandomCrop", `"height": 4, "width": 8`, "crops its input"},
		{"Dropout", `"rate": 2`, "rate is 2"},
	} {
		_, err := ModelFromConfig([]byte(sequentialConfig(tt.class, tt.config)))
		var wrong *LayerError
		if !errors.As(err, &wrong) || wrong.Layer != "it" || wrong.Class != tt.class || !strings.Contains(err.Error(), tt.want) {
			t.Errorf("%s {%s}: error is %v, want layer, class and %q", tt.class, tt.config, err, tt.want)
		}
	}
}

// functionalConfig is a Functional model of 8x8x4 pictures with the layers
// given, whose output is layer "out".
func functionalConfig(layers string) string {
	return `{"class_name": "Functional", "config": {"name": "f", "layers": [
		{"class_name": "InputLayer", "config": {"batch_input_shape": [null, 8, 8, 4], "name": "in"}, "name": "in", "inbound_nodes": []},
		` + layers + `], "input_layers": [["in", 0, 0]], "output_layers": [["out", 0, 0]]}}`
}

func relu(name string, inbound string) string {
	return fmt.Sprintf(`{"class_name": "ReLU", "config": {"name": %q}, "name": %q, "inbound_nodes": %s}`, name, name, inbound)
}

func TestRefusedGraphs(t *testing.T) {
	for _, tt := range []struct{ name, config, want string }{
		{"not JSON", `{`, "not valid JSON"},
		{"a list", `[]`, "must be Sequential or Functional"},
		{"a subclass", `{"class_name": "MyModel", "config": {}}`, `"MyModel"`},
		{"no config", `{"class_name": "Sequential"}`, "has no config"},
		{"no layers", `{"class_name": "Sequential", "config": {"layers": []}}`, "has no layers"},
		{"open shape", strings.Replace(sequentialConfig("Flatten", `"a": 1`), "null, 8, 8, 4", "null, null, null, 4", 1), "not fixed"},
		{"huge input", strings.Replace(sequentialConfig("Flatten", `"a": 1`), "8, 8, 4", "100000, 100000, 4", 1), "more than"},
		{"zero input", strings.Replace(sequentialConfig("Flatten", `"a": 1`), "8, 8, 4", "0, 8, 4", 1), "list of sizes"},
		{"endless shape", strings.Replace(sequentialConfig("Flatten", `"a": 1`), "8, 8, 4", "1, 1, 1, 1, 1, 1, 1, 1, 1", 1), "list of sizes"},
		{"cycle", functionalConfig(relu("out", `[[["b", 0, 0, {}]]]`) + "," + relu("b", `[[["out", 0, 0, {}]]]`)), "cycle"},
		{"self", functionalConfig(relu("out", `[[["out", 0, 0, {}]]]`)), "cycle"},
		{"no such layer", functionalConfig(relu("out", `[[["gone", 0, 0, {}]]]`)), `"gone", which is not there`},
		{"no such call", functionalConfig(relu("out", `[[["in", 3, 0, {}]]]`)), "call 3 of layer"},
		{"second output", functionalConfig(relu("out", `[[["in", 0, 1, {}]]]`)), "only first outputs"},
		{"never called", functionalConfig(relu("out", `[]`)), "is called 0 times"},
		{"called on nothing", functionalConfig(relu("out", `[[]]`)), "no layer's output"},
		{"same name", functionalConfig(relu("out", `[[["in", 0, 0, {}]]]`) + "," + relu("out", `[[["in", 0, 0, {}]]]`)), "two layers named"},
		{"two inputs of one", functionalConfig(relu("out", `[[["in", 0, 0, {}], ["in", 0, 0, {}]]]`)), "takes one input and has 2"},
		{"custom class", functionalConfig(`{"module": "mine.layers", "class_name": "ReLU", "config": {"name": "out"}, "name": "out", "inbound_nodes": []}`), "model's author"},
		{"registered class", functionalConfig(`{"module": null, "class_name": "ReLU", "registered_name": "Mine>ReLU", "config": {"name": "out"}, "name": "out", "inbound_nodes": []}`), "model's author"},
		{"unknown function", functionalConfig(`{"class_name": "TFOpLambda", "config": {"name": "out", "function": "math.cumsum"}, "name": "out", "inbound_nodes": [["in", 0, 0, {}]]}`), "math.cumsum"},
		{"division by zero", functionalConfig(`{"class_name": "TFOpLambda", "config": {"name": "out", "function": "math.truediv"}, "name": "out", "inbound_nodes": [["in", 0, 0, {"y": 0}]]}`), "divides by zero"},
		{"constant", functionalConfig(`{"class_name": "Add", "config": {"name": "out", "trainable": true}, "name": "out", "inbound_nodes": [[["in", 0, 0, {}], ["in", 0, 0, {}], ["_CONSTANT_VALUE", -1, 3, {}]]]}`), "constant 3"},
		{"training", functionalConfig(`{"class_name": "Dropout", "config": {"name": "out", "rate": 0.5}, "name": "out", "inbound_nodes": [[["in", 0, 0, {"training": true}]]]}`), "training=True"},
		{"unfitting branches", functionalConfig(`{"class_name": "Cropping2D", "config": {"name": "c", "cropping": 1}, "name": "c", "inbound_nodes": [[["in", 0, 0, {}]]]},
			{"class_name": "Add", "config": {"name": "out"}, "name": "out", "inbound_nodes": [[["in", 0, 0, {}], ["c", 0, 0, {}]]]}`), "don't fit each other"},
		{"shared on two shapes", functionalConfig(`{"class_name": "Dense", "config": {"name": "d", "units": 5}, "name": "d", "inbound_nodes": [[["in", 0, 0, {}]], [["d", 0, 0, {}]]]},` +
			relu("out", `[[["d", 1, 0, {}]]]`)), "asks for"},
		{"deep nesting", strings.Repeat(`{"class_name": "Sequential", "config": {"layers": [`, 40) + strings.Repeat(`]}}`, 40), "nested more than"},
		{"bottomless JSON", strings.Repeat(`[`, 100000), "not valid JSON"},
		{"explosion", explosion(), "more than 65536 nodes"},
	} {
		_, err := ModelFromConfig([]byte(tt.config))
		if err == nil || !strings.Contains(err.Error(), tt.want) {
			t.Errorf("%s: error is %v, want %q", tt.name, err, tt.want)
		}
	}
}

// explosion nests models of which each calls the next one ten times: a few
// kilobytes that would run for ever.
func explosion() string {
	inner := sequentialConfig("ReLU", `"x": 0`)
	for level := range 12 {
		name := fmt.Sprintf("level%d", level)
		inner = strings.Replace(inner, `"name": "s"`, fmt.Sprintf("%q: %q", "name", name), 1)
		inner = strings.Replace(inner, `"name": "f"`, fmt.Sprintf("%q: %q", "name", name), 1)
		calls := `[["in", 0, 0, {}]]`
		for k := range 9 {
			calls += fmt.Sprintf(`, [[%q, %d, 0, {}]]`, name, k+1)
		}
		inner = functionalConfig(strings.TrimSuffix(inner, "}") + fmt.Sprintf(`, "name": %q, "inbound_nodes": [%s]}, `, name, calls) + relu("out", fmt.Sprintf(`[[[%q, 10, 0, {}]]]`, name)))
	}
	return inner
}

func FuzzModelFromConfig(f *testing.F) {
	f.Add([]byte(sequentialConfig("Conv2D", `"filters": 4, "kernel_size": 3`)))
	f.Add([]byte(functionalConfig(relu("out", `[[["in", 0, 0, {}]]]`))))
	f.Add(read(f, "testdata/functional.keras2.json.gz"))
	f.Add(read(f, "testdata/nested.keras3.json.gz"))
	f.Fuzz(func(t *testing.T, data []byte) {
		m, err := ModelFromConfig(data)
		if err != nil {
			return
		}
		m.Summary()
		total, trainable := m.Params()
		if trainable > total || total < 0 {
			t.Fatalf("%d of %d parameters are trainable", trainable, total)
		}
		m.Places()
		for _, keras := range []int{2, 3} {
			written, err := m.Config(keras)
			if err != nil {
				continue
			}
			back, err := ModelFromConfig(written)
			if err != nil {
				t.Fatalf("Keras %d's configuration of it is refused: %v\n%s", keras, err, written)
			}
			if again, _ := back.Params(); again != total {
				t.Fatalf("%d parameters, %d when read back", total, again)
			}
		}
	})
}
