package train

import (
	"compress/gzip"
	"encoding/json"
	"os"
	"slices"
	"testing"

	"edged/nn"
)

// TestMersenneIsNumpys compares with numpy.random.RandomState.
func TestMersenneIsNumpys(t *testing.T) {
	m := newMersenne(42)
	if a, b := m.uniform(-5, 5), m.float64(); a != -1.254598811526375 || b != 0.9507143064099162 {
		t.Errorf("got %v, %v", a, b)
	}
	if got := m.permutation(10); !slices.Equal(got, []int{3, 9, 0, 8, 5, 2, 1, 6, 4, 7}) {
		t.Errorf("got %v", got)
	}
	if got := m.upTo(1); got != 1 {
		t.Errorf("got %v", got)
	}
	if a, b := m.uniform(0.5, 1.5), m.uniform(0.5, 1.5); a != 1.2080725777960455 || b != 0.5205844942958024 {
		t.Errorf("got %v, %v", a, b)
	}
	if got := newMersenne(7).permutation(7); !slices.Equal(got, []int{2, 5, 0, 6, 3, 1, 4}) {
		t.Errorf("got %v", got)
	}
}

// TestAugmentationIsKerass compares with ImageDataGenerator.random_transform of
// the same seeds; testdata/make_augmentation.py wrote it.
func TestAugmentationIsKerass(t *testing.T) {
	picture := nn.Image{Width: 16, Height: 12}
	for y := range 12 {
		for x := range 16 {
			picture.Pixels = append(picture.Pixels, byte(x*16), byte(y*21), byte(x*y*5))
		}
	}
	file, err := os.Open("testdata/augmentation.json.gz")
	if err != nil {
		t.Fatal(err)
	}
	defer file.Close()
	unzipped, err := gzip.NewReader(file)
	if err != nil {
		t.Fatal(err)
	}
	var tests []struct {
		Settings string
		Seed     uint32
		Pixels   []int
	}
	if err := json.NewDecoder(unzipped).Decode(&tests); err != nil {
		t.Fatal(err)
	}
	for _, test := range tests {
		a, err := ParseAugmentation(test.Settings)
		if err != nil {
			t.Fatal(err)
		}
		change := a.draw(newMersenne(test.Seed), picture.Height, picture.Width)
		got := change.Apply(picture)
		worst, off := 0, 0
		for i, want := range test.Pixels {
			d := max(int(got.Pixels[i])-want, want-int(got.Pixels[i]))
			worst = max(worst, d)
			if d > 1 {
				off++
			}
		}
		if off > 0 {
			t.Errorf("%s, seed %d: %d of %d values differ, by %d at most", test.Settings, test.Seed, off, len(test.Pixels), worst)
		}
	}
}

func TestFlipsAreSetAsInPython(t *testing.T) {
	got, err := ParseAugmentation("horizontal_flip=True,vertical_flip=False")
	if want := (Augmentation{HorizontalFlip: true}); err != nil || got != want {
		t.Errorf("got %+v, %v", got, err)
	}
}

func TestParseAugmentationRefuses(t *testing.T) {
	for _, text := range []string{"rotation", "rotation_range=x", "rotation_range=-1", "zoom_range=2", "zoom_range=1.2:0.8", "fill_mode=mirror", "horizontal_flip=maybe", "brightness_range=2:1", "shear_range=NaN", "cval=NaN", "brightness_range=Inf", "zoom_range=0.8:Inf"} {
		if a, err := ParseAugmentation(text); err == nil {
			t.Errorf("%q gives %+v", text, a)
		}
	}
}
