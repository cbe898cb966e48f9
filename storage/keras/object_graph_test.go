package keras

import (
	"bytes"
	"runtime"
	"strings"
	"testing"

	"google.golang.org/protobuf/encoding/protowire"
)

// TestManyObjects reads object graphs of millions of empty objects or children,
// two bytes each: they are refused before they take more than four times their
// size and 64 MB.
func TestManyObjects(t *testing.T) {
	empty := bytes.Repeat([]byte{0x0a, 0}, 2<<20)
	for what, message := range map[string][]byte{
		"objects":  empty,
		"children": protowire.AppendBytes(protowire.AppendTag(nil, 1, protowire.BytesType), empty),
	} {
		var before, after runtime.MemStats
		runtime.ReadMemStats(&before)
		_, err := parseObjectGraph(message)
		runtime.ReadMemStats(&after)
		if err == nil || !strings.Contains(err.Error(), "more than") || !strings.Contains(err.Error(), what) {
			t.Errorf("%s: got %v", what, err)
		}
		if n := after.TotalAlloc - before.TotalAlloc; n > uint64(4*len(message)+64<<20) {
			t.Errorf("%s: %d bytes were allocated for %d", what, n, len(message))
		}
	}
}
