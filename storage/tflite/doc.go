// Package tflite reads TensorFlow Lite models with float32 or float16 weights
// as Keras-style networks.
//
// The file is a FlatBuffer (flatbuffers.dev/internals) of the schema
// tensorflow/lite/schema/schema.fbs, version 3. It is read in place; every
// offset is checked against the file's size.
package tflite
