package train

import (
	"bytes"
	"fmt"
	"slices"
	"sync"

	"edged/nn"
	"edged/storage/picture"
)

// pictureCache keeps decoded pictures in memory up to a number of bytes, the
// first ones that come. It is safe for use by several goroutines.
type pictureCache struct {
	lock  sync.Mutex
	room  int
	files map[string]nn.Image
}

func newPictureCache(bytes int) *pictureCache {
	return &pictureCache{room: bytes, files: map[string]nn.Image{}}
}

func (c *pictureCache) get(file string) (nn.Image, bool) {
	c.lock.Lock()
	defer c.lock.Unlock()
	m, ok := c.files[file]
	return m, ok
}

func (c *pictureCache) put(file string, m nn.Image) {
	c.lock.Lock()
	defer c.lock.Unlock()
	if _, ok := c.files[file]; !ok && len(m.Pixels) <= c.room {
		c.room -= len(m.Pixels)
		m.Pixels = slices.Clone(m.Pixels)
		c.files[file] = m
	}
}

// reader makes inputs of picture files. It serves one goroutine; the cache is
// shared.
type reader struct {
	cache        *pictureCache
	preprocessor *nn.Preprocessor
	size         int // bytes of a picture of the input's size
}

func newReader(p nn.Preprocessing, input nn.Shape, cache *pictureCache) (*reader, error) {
	preprocessor, err := nn.NewPreprocessor(p, input)
	if err != nil {
		return nil, err
	}
	return &reader{cache, preprocessor, input[0] * input[1] * 3}, nil
}

// readCapture writes the input that a capture or an exemplar makes to dst.
func (r *reader) readCapture(dst []float32, k *keyed) error {
	if k.picture == nil {
		return r.read(dst, k.File, nil)
	}
	m, err := picture.Decode(bytes.NewReader(k.picture))
	if err != nil {
		return fmt.Errorf("%s: %w", k.File, err)
	}
	return r.preprocessor.Apply(dst, m)
}

// read writes the input that a file makes to dst, changed by draw unless it is
// nil. What is cached is the picture as decoded, or resized where that is less.
func (r *reader) read(dst []float32, file string, draw func(height, width int) Transform) error {
	m, cached := r.cache.get(file)
	if !cached {
		var err error
		if m, err = picture.Read(file); err != nil {
			return err
		}
		if len(m.Pixels) > r.size {
			if m, err = r.preprocessor.Resize(m); err != nil {
				return err
			}
		}
		r.cache.put(file, m)
	}
	if draw != nil {
		var err error
		if m, err = r.preprocessor.Resize(m); err != nil {
			return err
		}
		change := draw(m.Height, m.Width)
		m = change.Apply(m)
	}
	return r.preprocessor.Apply(dst, m)
}
