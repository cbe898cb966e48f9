package kernels

// Portable returns the table in plain Go, which runs everywhere, has every
// kernel, and is what the others are compared with.
func Portable() *Table {
	return &Table{
		Name:        "portable",
		Conv2D:      portableConv2D,
		Depthwise:   newDepthwise,
		Dense:       newDense,
		Pool:        newPool,
		GlobalPool:  newGlobalPool,
		Activate:    newActivate,
		Softmax:     newSoftmax,
		Affine:      newAffine,
		PReLU:       newPReLU,
		Combine:     newCombine,
		Concatenate: newConcatenate,
		Pad:         newPad,
		Transpose:   newTranspose,
		Resizing:    newResizing,
		gemm:        gemmGeneric(4, 4, 1),
		channels:    channelsPortable,

		Conv2DInt8:      newPortableInt8Conv2D,
		DepthwiseInt8:   newPortableInt8Depthwise,
		DenseInt8:       newPortableInt8Dense,
		PoolInt8:        newPoolInt8,
		GlobalMaxInt8:   newGlobalMaxInt8,
		MeanInt8:        newMeanInt8,
		CombineInt8:     newCombineInt8,
		ConcatenateInt8: newConcatenateInt8,
		PadInt8:         newPadInt8,
		TableInt8:       newTableInt8,
		SoftmaxInt8:     newSoftmaxInt8,
		QuantizeInt8:    newQuantizeInt8,
		DequantizeInt8:  newDequantizeInt8,

		MultiplyAdd: multiplyAdds,
	}
}
