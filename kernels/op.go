package kernels

// Op is one prepared step of a plan: a layer with its fused neighbours, its
// weights packed once for one implementation. It is immutable and may be run by
// several goroutines at once.
//
// The work is cut into Units, each of which may run on any worker in any order;
// when all are done, the caller runs Finish once. Neither allocates.
type Op interface {
	// Name says which kernel runs, for logs and benchmarks, as
	// "conv2d/winograd-4x4/neon".
	Name() string
	// Units is the number of independent pieces of work.
	Units() int
	// Workspace is the memory in bytes that one execution needs: shared is
	// handed to every unit and to Finish, private belongs to one worker.
	Workspace() (shared, private int)
	// Run does the units from first up to, but not including, last. private
	// holds at least the private workspace and its content is undefined.
	Run(a *Args, first, last int, private Buffer)
	// Finish completes the output after all units have run.
	Finish(a *Args)
}

// Args are the memory of one execution of an Op. Buffers are at least as long
// as the Op's tensors and never overlap unless the spec's documentation says
// so. Dst and Src are aligned to their elements only, workspaces to Alignment.
type Args struct {
	Dst    Buffer
	Src    []Buffer
	Shared Buffer
}

// Unshared is embedded by ops that need no shared workspace and no Finish.
type Unshared struct{}

// Finish does nothing.
func (Unshared) Finish(*Args) {}

// Approximate is an Op whose algorithm rounds more than a plain sum of products
// does, as Winograd's. Its results before the activation are within
// ErrorFactor()*2^-24 times the largest sum of the products' magnitudes.
type Approximate interface {
	Op
	ErrorFactor() float64
}
