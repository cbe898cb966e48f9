// Package onnx reads image classifiers in the Open Neural Network Exchange
// format as Keras-style networks: what tf2onnx, Keras and PyTorch export.
//
// The file is a protocol buffer of the schema onnx/onnx.proto; operators are
// those of onnx/docs/Operators.md. ONNX's pictures are channels first and the
// network's channels last: each tensor's order in memory is followed
// symbolically, so that transposes cost nothing.
package onnx
