package train

import (
	"context"
	"fmt"
	"iter"
	"path/filepath"
	"runtime"
	"sync"
	"sync/atomic"

	"edged/nn"
)

// Loader reads pictures in batches ahead of the training that takes them, on
// several cores. What it holds is bounded: Ahead+1 batches, and Cache bytes of
// decoded pictures.
type Loader struct {
	Samples       []Sample
	Classes       int
	BatchSize     int
	Preprocessing nn.Preprocessing
	Input         nn.Shape // (height, width, channels)
	Shuffle       bool
	// Sparse makes targets the numbers of classes.
	Sparse bool
	// Seed decides on the order of the samples and on their augmentation.
	Seed         uint32
	Augmentation Augmentation
	// Strict makes a picture that can't be read an error.
	Strict bool
	// EveryClass makes it an error if no picture of a class can be read.
	EveryClass bool
	// Skip is told of each picture that can't be read, once.
	Skip func(Skipped)
	// Threads read and augment; 0: as many as there are cores.
	Threads int
	// Cache is how many bytes of decoded pictures are kept for the next epoch.
	Cache int

	once    sync.Once
	cache   *pictureCache
	skipped sync.Map
	slots   chan *Batch
}

// ahead is how many batches are read before they are asked for.
const ahead = 2

// Batch is the inputs of some samples, one after the other, and their targets,
// one-hot unless the loader is Sparse. It is valid until the next one is asked for.
type Batch struct {
	Inputs, Targets []float32
	Classes         []int
	Samples         []Sample
}

// Batches is the number of batches of an epoch.
func (l *Loader) Batches() int { return (len(l.Samples) + l.BatchSize - 1) / l.BatchSize }

// Epoch yields the batches of an epoch, whose number decides on the order and
// the augmentation. The last error, if any, comes alone.
func (l *Loader) Epoch(ctx context.Context, epoch int) iter.Seq2[*Batch, error] {
	return func(yield func(*Batch, error) bool) {
		ctx, cancel := context.WithCancel(ctx)
		defer cancel()
		readers, err := l.prepare()
		if err != nil {
			yield(nil, err)
			return
		}
		ready := make(chan *Batch)
		var failed error
		go func() {
			defer close(ready)
			failed = l.produce(ctx, epoch, readers, ready)
		}()
		for b := range ready {
			goOn := yield(b, nil)
			l.slots <- b
			if !goOn {
				cancel()
				for b := range ready {
					l.slots <- b
				}
				return
			}
		}
		if failed != nil {
			yield(nil, failed)
		}
	}
}

func (l *Loader) prepare() ([]*reader, error) {
	l.once.Do(func() {
		l.cache = newPictureCache(l.Cache)
		l.slots = make(chan *Batch, ahead+1)
		for range ahead + 1 {
			l.slots <- &Batch{}
		}
	})
	threads := l.Threads
	if threads < 1 {
		threads = runtime.GOMAXPROCS(0)
	}
	var readers []*reader
	for range min(threads, l.BatchSize) {
		r, err := newReader(l.Preprocessing, l.Input, l.cache)
		if err != nil {
			return nil, err
		}
		readers = append(readers, r)
	}
	return readers, nil
}

// produce reads one batch after the other.
func (l *Loader) produce(ctx context.Context, epoch int, readers []*reader, ready chan<- *Batch) error {
	var order []int
	if l.Shuffle {
		order = newMersenne(l.Seed + uint32(epoch*l.Batches())).permutation(len(l.Samples))
	}
	read, classes := 0, make([]int, l.Classes)
	for from := 0; from < len(l.Samples); from += l.BatchSize {
		indexes := make([]int, min(l.BatchSize, len(l.Samples)-from))
		for i := range indexes {
			if indexes[i] = from + i; order != nil {
				indexes[i] = order[from+i]
			}
		}
		var b *Batch
		select {
		case b = <-l.slots:
		case <-ctx.Done():
			return ctx.Err()
		}
		if err := l.fill(b, epoch, indexes, readers); err != nil {
			l.slots <- b
			return err
		}
		for _, s := range b.Samples {
			classes[s.Class]++
		}
		if read += len(b.Samples); len(b.Samples) == 0 {
			l.slots <- b
			continue
		}
		select {
		case ready <- b:
		case <-ctx.Done():
			l.slots <- b
			return ctx.Err()
		}
	}
	if read == 0 {
		return fmt.Errorf("none of the %d pictures could be read", len(l.Samples))
	}
	if l.EveryClass {
		return l.unread(classes)
	}
	return nil
}

// unread is an error if there are samples of a class of which none was read.
func (l *Loader) unread(read []int) error {
	for _, s := range l.Samples {
		if read[s.Class] == 0 {
			return fmt.Errorf("none of the pictures in %s could be read: add some, or remove the folder", filepath.Dir(s.File))
		}
	}
	return nil
}

// targets is the number of targets of a sample.
func (l *Loader) targets() int {
	if l.Sparse {
		return 1
	}
	return l.Classes
}

// fill reads the samples of a batch on all readers.
func (l *Loader) fill(b *Batch, epoch int, indexes []int, readers []*reader) error {
	size := l.Input.Size()
	if b.Inputs == nil {
		b.Inputs = make([]float32, l.BatchSize*size)
		b.Targets = make([]float32, l.BatchSize*l.targets())
	}
	b.Inputs = b.Inputs[:len(indexes)*size]
	errs := make([]error, len(indexes))
	var next atomic.Int64
	var group sync.WaitGroup
	for _, r := range readers {
		group.Go(func() {
			for i := int(next.Add(1)) - 1; i < len(indexes); i = int(next.Add(1)) - 1 {
				errs[i] = r.read(b.Inputs[i*size:][:size], l.Samples[indexes[i]].File, l.draw(epoch, indexes[i]))
			}
		})
	}
	group.Wait()
	return l.collect(b, indexes, errs)
}

// draw returns what changes a sample in an epoch, or nil.
func (l *Loader) draw(epoch, index int) func(height, width int) Transform {
	if l.Augmentation.Zero() {
		return nil
	}
	return func(height, width int) Transform {
		seed := (l.Seed+1)*2654435761 + uint32(epoch)*40503 + uint32(index)*69069
		return l.Augmentation.draw(newMersenne(seed), height, width)
	}
}

// collect moves the samples that were read together and sets the targets.
func (l *Loader) collect(b *Batch, indexes []int, errs []error) error {
	size, n := l.Input.Size(), 0
	b.Classes, b.Samples = b.Classes[:0], b.Samples[:0]
	clear(b.Targets[:cap(b.Targets)])
	for i, err := range errs {
		s := l.Samples[indexes[i]]
		if err != nil {
			if l.Strict {
				return err
			}
			if _, told := l.skipped.LoadOrStore(s.File, true); !told && l.Skip != nil {
				l.Skip(Skipped{File: s.File, Reason: err.Error()})
			}
			continue
		}
		if i != n {
			copy(b.Inputs[n*size:][:size], b.Inputs[i*size:])
		}
		if l.Sparse {
			b.Targets[:cap(b.Targets)][n] = float32(s.Class)
		} else {
			b.Targets[:cap(b.Targets)][n*l.Classes+s.Class] = 1
		}
		b.Classes, b.Samples = append(b.Classes, s.Class), append(b.Samples, s)
		n++
	}
	b.Inputs, b.Targets = b.Inputs[:n*size], b.Targets[:n*l.targets()]
	return nil
}
