// Package keras reads the models that Keras writes. A SavedModel directory is
// that of Keras 2: keras_metadata.pb describes the layers, variables/ holds a
// TensorFlow checkpoint with their weights. The function graphs of
// saved_model.pb are not needed and not read.
package keras
