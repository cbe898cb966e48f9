package safetensors

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"math"
	"slices"
	"unicode/utf8"
)

// Limits on a header, far above what a model for a board needs.
const (
	MaxHeader  = 8 << 20 // bytes
	MaxTensors = 1 << 16
	MaxRank    = 8
)

const metadataKey = "__metadata__"

// Info describes a tensor of a file.
type Info struct {
	Name  string
	DType DType
	Shape []int

	begin, end int64 // from the start of the file
}

// Elements is the number of elements.
func (i Info) Elements() int {
	n := 1
	for _, d := range i.Shape {
		n *= d
	}
	return n
}

// header is what the JSON says, tensors in the order of their data.
type header struct {
	tensors  []Info
	metadata map[string]string
}

// entry is a tensor's description as the header has it.
type entry struct {
	DType   DType    `json:"dtype"`
	Shape   []int64  `json:"shape"`
	Offsets *[]int64 `json:"data_offsets"`
}

// parseHeader reads the JSON text of a header whose data begin at start and
// fill the file to its size.
func parseHeader(text []byte, start, size int64) (*header, error) {
	if !utf8.Valid(text) {
		return nil, errors.New("the header is not UTF-8")
	}
	d := json.NewDecoder(bytes.NewReader(text))
	if err := expect(d, json.Delim('{')); err != nil {
		return nil, fmt.Errorf("the header: %w", err)
	}
	h := &header{}
	seen := map[string]bool{}
	for d.More() {
		key, err := d.Token()
		if err != nil {
			return nil, fmt.Errorf("the header: %w", err)
		}
		name := key.(string)
		if seen[name] {
			return nil, fmt.Errorf("tensor %q is there twice", name)
		}
		seen[name] = true
		if len(seen) > MaxTensors {
			return nil, fmt.Errorf("the header has more than %d tensors", MaxTensors)
		}
		if name == metadataKey {
			if err := d.Decode(&h.metadata); err != nil {
				return nil, fmt.Errorf("the header's metadata: %w", err)
			}
			continue
		}
		var e entry
		if err := d.Decode(&e); err != nil {
			return nil, fmt.Errorf("tensor %q: %w", name, err)
		}
		info, err := e.info(name, start, size)
		if err != nil {
			return nil, fmt.Errorf("tensor %q: %w", name, err)
		}
		h.tensors = append(h.tensors, info)
	}
	if err := expect(d, json.Delim('}')); err != nil {
		return nil, fmt.Errorf("the header: %w", err)
	}
	if _, err := d.Token(); !errors.Is(err, io.EOF) {
		return nil, errors.New("the header has text after its JSON object")
	}
	return h, h.checkLayout(start, size)
}

func expect(d *json.Decoder, want json.Delim) error {
	t, err := d.Token()
	if err != nil {
		return err
	}
	if t != want {
		return fmt.Errorf("it has %v where %v must be", t, want)
	}
	return nil
}

// info checks one entry by itself.
func (e *entry) info(name string, start, size int64) (Info, error) {
	if e.DType.Size() == 0 {
		return Info{}, fmt.Errorf("its type %q is none of F64, F32, F16, BF16, I64, I32, I8, U8", e.DType)
	}
	if e.Shape == nil {
		return Info{}, errors.New("it has no shape")
	}
	if len(e.Shape) > MaxRank {
		return Info{}, fmt.Errorf("it has %d dimensions and may have %d", len(e.Shape), MaxRank)
	}
	if e.Offsets == nil || len(*e.Offsets) != 2 {
		return Info{}, errors.New("data_offsets must be two numbers")
	}
	begin, end := (*e.Offsets)[0], (*e.Offsets)[1]
	if begin < 0 || end < begin || end > size-start {
		return Info{}, fmt.Errorf("its data [%d, %d) are not within the file's %d bytes of data", begin, end, size-start)
	}
	info := Info{Name: name, DType: e.DType, Shape: make([]int, len(e.Shape)), begin: start + begin, end: start + end}
	want := int64(e.DType.Size())
	for i, n := range e.Shape {
		if n < 0 || n > math.MaxInt32 || n > 0 && want > math.MaxInt64/n {
			return Info{}, fmt.Errorf("its shape %v can't be", e.Shape)
		}
		info.Shape[i] = int(n)
		want *= n
	}
	if want != end-begin {
		return Info{}, fmt.Errorf("its shape %v of %s takes %d bytes and it has %d", e.Shape, e.DType, want, end-begin)
	}
	return info, nil
}

// checkLayout puts the tensors into the order of their data, which must fill
// the file without a gap.
func (h *header) checkLayout(start, size int64) error {
	slices.SortStableFunc(h.tensors, func(a, b Info) int {
		if a.begin != b.begin {
			return int(sign(a.begin - b.begin))
		}
		return int(sign(a.end - b.end))
	})
	at := start
	for _, t := range h.tensors {
		if t.begin < at {
			return fmt.Errorf("tensor %q overlaps the one before it", t.Name)
		}
		if t.begin > at {
			return fmt.Errorf("there are %d bytes of no tensor before tensor %q", t.begin-at, t.Name)
		}
		at = t.end
	}
	if at != size {
		return fmt.Errorf("there are %d bytes of no tensor at the end", size-at)
	}
	return nil
}

func sign(n int64) int64 {
	return min(max(n, -1), 1)
}
