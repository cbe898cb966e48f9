"""Loads configurations in Keras and prints what it makes of each: name, parameters, trainable ones, layers and their classes.

    python check_configs.py 2|3 FILE.json...
"""
import json, os, sys

os.environ.update(TF_CPP_MIN_LOG_LEVEL="3", CUDA_VISIBLE_DEVICES="-1", TF_USE_LEGACY_KERAS=str(int(sys.argv[1] == "2")))
if sys.argv[1] == "2":
    import tf_keras as keras
else:
    import keras
import numpy as np

for path in sys.argv[2:]:
    keras.backend.clear_session()
    model = keras.models.model_from_json(open(path).read())
    count = lambda weights: int(sum(np.prod(w.shape) for w in weights))
    print(json.dumps({
        "file": os.path.basename(path), "params": model.count_params(), "trainable": count(model.trainable_weights),
        "layers": [[l.name, l.__class__.__name__] for l in model.layers],
    }))
