// Package nn describes neural networks as Keras does: a graph of layers with
// their weights, from which a Plan is compiled for one precision and CPU and
// executed by a Runner.
package nn
