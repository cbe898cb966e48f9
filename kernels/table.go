package kernels

// Table is one implementation of the kernels: for each kind of layer a
// constructor that packs the weights and returns the prepared Op, or nil where
// this implementation has none for such a spec, in which case the next table in
// the chain is asked. The portable table has all of them.
type Table struct {
	Name string // as EDGED_KERNELS takes it: "portable", "neon", "avx2" ...

	Conv2D    func(s *Conv2DSpec, w Weights) Op
	Depthwise func(s *DepthwiseSpec, w Weights) Op
	Dense     func(s *DenseSpec, w Weights) Op
	Pool      func(s *PoolSpec) Op

	next *Table
}
