package nn

import (
	"encoding/json"
	"strings"
)

// CompileConfig is what model.compile said, as Keras 3's compile_config or
// Keras 2's training_config, translated where it was read from the other. Parts
// that the other doesn't know are left out; it is nil where there is nothing to
// say, or no optimizer that both know.
func (m *Model) CompileConfig(keras int) json.RawMessage {
	var from map[string]any
	if json.Unmarshal(m.Compile, &from) != nil {
		return nil
	}
	source := 3
	if _, ok := from["optimizer_config"]; ok {
		source = 2
	}
	if source == keras {
		return m.Compile
	}
	key := map[int]string{2: "optimizer_config", 3: "optimizer"}
	optimizer, ok := translatedOptimizer(from[key[source]], keras)
	if !ok {
		return nil
	}
	to := map[string]any{key[keras]: optimizer, "loss": translatedLoss(from["loss"], keras), "metrics": metricNames(from["metrics"]), "loss_weights": nil, "weighted_metrics": nil}
	data, err := json.Marshal(to)
	if err != nil {
		return nil
	}
	return data
}

// optimizerKeys are the settings that an optimizer has in both Keras 2.11 and
// later and Keras 3.
var optimizerKeys = map[string][]string{
	"Adam":    {"beta_1", "beta_2", "epsilon", "amsgrad"},
	"AdamW":   {"beta_1", "beta_2", "epsilon", "amsgrad"},
	"SGD":     {"momentum", "nesterov"},
	"RMSprop": {"rho", "momentum", "epsilon", "centered"},
	"Nadam":   {"beta_1", "beta_2", "epsilon"},
	"Adamax":  {"beta_1", "beta_2", "epsilon"},
	"Adagrad": {"initial_accumulator_value", "epsilon"},
}

var sharedOptimizerKeys = []string{"learning_rate", "weight_decay", "clipnorm", "global_clipnorm", "clipvalue", "use_ema", "ema_momentum", "ema_overwrite_frequency"}

func translatedOptimizer(v any, keras int) (any, bool) {
	if name, ok := v.(string); ok {
		return name, true
	}
	o, _ := v.(map[string]any)
	class, _ := o["class_name"].(string)
	class = strings.TrimPrefix(class, "Custom>")
	from, _ := o["config"].(map[string]any)
	keys, ok := optimizerKeys[class]
	if !ok {
		return nil, false
	}
	values := map[string]any{"name": class}
	for _, key := range append(keys[:len(keys):len(keys)], sharedOptimizerKeys...) {
		v, ok := from[key]
		if !ok {
			continue
		}
		if schedule, isObject := v.(map[string]any); isObject {
			scheduleClass, _ := schedule["class_name"].(string)
			scheduleConfig, _ := schedule["config"].(map[string]any)
			v = object("keras.optimizers.schedules", scheduleClass, scheduleConfig, keras)
		}
		values[key] = v
	}
	if keras == 2 {
		values["is_legacy_optimizer"] = false // else Keras 2.11 and later take it for one
	}
	return object("keras.optimizers", class, values, keras), true
}

// translatedLoss keeps names as they are and objects with what both know.
func translatedLoss(v any, keras int) any {
	o, ok := v.(map[string]any)
	class, isObject := o["class_name"].(string)
	if !ok || !isObject || class == "function" {
		name, _ := v.(string)
		if class == "function" {
			name, _ = o["config"].(string)
		}
		if name == "" {
			return nil
		}
		return name
	}
	from, _ := o["config"].(map[string]any)
	values := map[string]any{}
	for _, key := range []string{"from_logits", "label_smoothing", "axis", "name", "delta"} {
		if v, ok := from[key]; ok {
			values[key] = v
		}
	}
	return object("keras.losses", class, values, keras)
}

// metricNames are the names of metrics, however they were recorded.
func metricNames(v any) []string {
	names := []string{}
	switch v := v.(type) {
	case string:
		names = append(names, v)
	case []any:
		for _, e := range v {
			names = append(names, metricNames(e)...)
		}
	case map[string]any:
		inner, _ := v["config"].(map[string]any)
		if name, ok := inner["name"].(string); ok && knownMetrics[name] {
			names = append(names, name)
		}
	}
	return names
}

// knownMetrics are those that both understand by name.
var knownMetrics = map[string]bool{
	"accuracy": true, "binary_accuracy": true, "categorical_accuracy": true, "sparse_categorical_accuracy": true,
	"top_k_categorical_accuracy": true, "mse": true, "mae": true,
}
