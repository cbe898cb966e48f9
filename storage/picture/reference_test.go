package picture

import (
	"path/filepath"
	"strings"
	"testing"
)

// lossy are the formats whose decoders differ in the last bit.
var lossy = map[string]bool{".jpg": true, ".webp": true}

func TestReadAsPillow(t *testing.T) {
	wanted, err := filepath.Glob("testdata/*.want.png")
	if err != nil || len(wanted) == 0 {
		t.Fatalf("%d pictures, %v", len(wanted), err)
	}
	for _, path := range wanted {
		name := strings.TrimSuffix(path, ".want.png")
		t.Run(filepath.Base(name), func(t *testing.T) {
			want, err := Read(path)
			if err != nil {
				t.Fatal(err)
			}
			got, err := Read(name)
			if err != nil {
				t.Fatal(err)
			}
			if got.Width != want.Width || got.Height != want.Height {
				t.Fatalf("got %dx%d pixels, want %dx%d", got.Width, got.Height, want.Width, want.Height)
			}
			worst, count := 0, 0
			for i := range want.Pixels {
				if d := int(got.Pixels[i]) - int(want.Pixels[i]); d != 0 {
					worst, count = max(worst, d, -d), count+1
				}
			}
			allowed, share := 0, 0.0
			if lossy[filepath.Ext(name)] {
				allowed, share = 3, 0.05
			}
			if worst > allowed || float64(count) > share*float64(len(want.Pixels)) {
				t.Errorf("%d of %d values differ, by %d at worst; allowed: %g, by %d", count, len(want.Pixels), worst, share, allowed)
			}
		})
	}
}
