package tflite

// The operators of schema.fbs's BuiltinOperator that are read and written.
const (
	opAdd           = 0
	opAveragePool   = 1
	opConcatenation = 2
	opConv2D        = 3
	opDepthwise     = 4
	opDequantize    = 6
	opFullyConn     = 9
	opLogistic      = 14
	opMaxPool       = 17
	opMul           = 18
	opRelu          = 19
	opRelu6         = 21
	opReshape       = 22
	opSoftmax       = 25
	opTanh          = 28
	opPad           = 34
	opBatchToSpace  = 37
	opSpaceToBatch  = 38
	opMean          = 40
	opSub           = 41
	opSqueeze       = 43
	opExp           = 47
	opPrelu         = 54
	opMaximum       = 55
	opMinimum       = 57
	opGreater       = 61
	opSlice         = 65
	opLog           = 73
	opReduceMax     = 82
	opLeakyRelu     = 98
	opElu           = 111
	opQuantize      = 114
	opHardSwish     = 117
	opSelect        = 123
	opGelu          = 150
)

// fused names the activations that operators carry.
var fused = map[int]string{0: "linear", 1: "relu", 3: "relu6", 4: "tanh"}
